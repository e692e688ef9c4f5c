/** The whole network. */
import { drawn, pinned, reached } from "../done.js";
import type { Step } from "../step.js";

export const whole: readonly Step[] = [
  {
    title: "From the picture to its answer",
    says: "28×28 pixels become 28×28×6 numbers, 14×14×6, 10×10×16, 5×5×16, then 400, 120, 84, and ten: one for each digit. Convolution and pooling, twice, then everything with everything.",
    todo: "Pin a unit of the second convolution, and see which pixels it sees.",
    to: "#/inside/flat",
    done: pinned,
    slides: {
      A: [6, "6–23, The whole CNN"],
      B: [6, "The whole CNN; Property 1, 2, 3"],
      C: [3, "3, Building Blocks of Deep CNNs"],
      E: [20, "20–21, How does CNN work: LeNet 5"],
    },
  },
  {
    title: "ReLU and its kin",
    says: "After each sum comes a function of it. ReLU keeps what is above 0; the blue of the map vanishes. Sigmoid and tanh bend both ends, the leaky ones let a tenth through.",
    todo: "Go through the six functions.",
    to: "#/convolve/activate",
    slides: { C: [21, "21–22, Remember Nonlinear Activations? Activations in CNN"] },
  },
  {
    title: "Deeper units see more",
    says: "A unit of the first layer sees 5×5 pixels, after pooling 6×6, in the second convolution 14×14, and then 16×16. That is why there are several layers.",
    todo: "Take the pinned unit deeper with PageDown, and watch the frame in the picture grow.",
    to: "#/inside/flat?unit=conv2.1@6,6",
    slides: {
      D: [40, "40, Why multiple layers?"],
      E: [41, "41–42, Convolution + Pooling: why more layers?"],
    },
  },
  {
    title: "Flatten and dense",
    says: "5×5×16 numbers stand in one row of 400. Each of the 120 units after it takes all of them: 400 products, a bias, one sum.",
    todo: "Pin another of the 120, and read its greatest products.",
    to: "#/inside/flat?unit=dense1.1",
    slides: {
      B: [24, "The whole CNN: Flatten, Fully connected, cat or dog"],
      C: [23, "23, Remember Fully Connected Layers?"],
      E: [44, "44–45, CNN: Fully connected layer"],
    },
  },
  {
    title: "Draw a 7",
    says: "The network reads what you draw while you draw it. All layers follow; the last has a number for each digit.",
    todo: "Draw a 7, then one with a bar. Is it still a 7?",
    to: "#/inside/flat?test=8",
    done: drawn,
    slides: {},
  },
  {
    title: "In three dimensions",
    says: "All maps as plates, from the picture on: 15,386 numbers. A pinned unit shows its links, each as wide as what it carries.",
    todo: "Pin a unit, and turn the room.",
    to: "#/inside/space",
    done: pinned,
    slides: { D: [39, "39, 3D Visualization of CNN"], E: [46, "46, CNN: Visualization"] },
    isOfDecks: true,
  },
  {
    title: "The whole once more: what can be set",
    says: "The network is a sentence: c6k5p2 is six filters of 5×5 with padding 2, r is ReLU, m2 max pooling, d120 dense. Change a word, and see shapes and numbers of weights.",
    todo: "Change the number of filters.",
    to: "#/train?tab=network",
    isOfDecks: true,
    slides: { E: [47, "47, CNN: Hyperparameters"] },
    done: ({ isChanged, seen }) => isChanged && (seen.get("net")?.size ?? 0) > 1,
  },
  {
    title: "A filter over a sentence",
    says: "The whole, for words: each has a column of numbers, a filter of two words slides along, and of its map the greatest is kept.",
    todo: "Step to the end, then type a sentence of your own.",
    to: "#/convolve/text?t=1",
    isOfDecks: true,
    done: reached("t", 3),
    slides: {
      A: [41, "41, More Application: Text"],
      C: [30, "30, CNNs for Text Representation"],
      E: [84, "84, Applications: Text Classification"],
    },
  },
];
