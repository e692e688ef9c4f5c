/** What it is used for. */
import { deed, reached, written } from "../done.js";
import type { Step } from "../step.js";

export const applications: readonly Step[] = [
  {
    title: "Deep Dream",
    says: "A photograph is changed so that what the network sees in it grows.",
    todo: "Stop it when it is beautiful, and save the picture.",
    to: "#/learned/dream",
    done: deed("saved"),
    slides: { A: [34, "34–35, 39–40, Deep Dream"], B: [31, "Deep Dream"] },
  },
  {
    title: "Deep Style",
    says: "The content of one picture, the style of another.",
    todo: "Weigh content against style.",
    to: "#/learned/style",
    slides: {
      A: [36, "36–38, Deep Style"],
      B: [34, "Deep Style"],
      E: [81, "81–82, Applications: Style Transfer"],
    },
  },
  {
    title: "Autoencoder",
    says: "A picture becomes a few numbers, and a picture again: what is kept in them?",
    todo: "Train it, drag the code, and watch the picture.",
    to: "#/learned/codes?of=autoencoder",
    done: deed("coded"),
    slides: { C: [29, "29, Convolutional Autoencoder"] },
  },
  {
    title: "Text",
    says: "Words are columns of numbers, a sentence is a picture of them. A filter of two words slides along it; of |x| − m + 1 sums the greatest is kept: “Love my pet Lipstick” has three places.",
    todo: "Type a sentence of your own, and change the filter's width.",
    to: "#/convolve/text?t=1",
    done: reached("t", 3),
    slides: {},
  },
  {
    title: "A network that hears",
    says: "A spectrogram is a picture: time to the right, frequency upwards. The same convolutions read it, and of every frame they say how likely each digit is.",
    todo: "Press “Learn to hear digits”, and let another voice say other digits.",
    to: "#/speech",
    slides: { E: [83, "83, Applications: Speech Recognition"] },
  },
  {
    title: "A network that reads",
    says: "Filters over two, three and four words at once, of each the greatest value over the sentence, and from these the scores. That the breakfast was “not bad at all” takes more than a word to see.",
    todo: "Write “not good” in place of “not bad”, and see which words win.",
    to: "#/text",
    done: written,
    slides: {
      A: [41.5, "41, More Application: Text"],
      C: [30.3, "30, CNNs for Text Representation"],
      E: [84.5, "84, Applications: Text Classification"],
    },
  },
  {
    title: "A network that ranks answers",
    says: "A question and a sentence are read by filters of their own; how well their greatest values agree is a number, xᵀMy. With what can be counted of both it becomes the score by which sentences are ranked.",
    todo: "Ask in your own words, and see what stands first, and why.",
    to: "#/rank",
    done: written,
    slides: {},
  },
];
