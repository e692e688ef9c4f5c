/** What this room says. A translation is another file like this one, and the steps. */
import { counted } from "../../numbers/text.js";

export const lectureWords = {
  reading: "Eight chapters, each a path through the rooms.",
  under:
    "A step opens a view of another room, says what there is to see, and gives you one thing to do. Shift PageDown goes on; with present=1 a clicker does, once a view is at its last place.",
  decksTitle: "The five decks, slide by slide",
  decksUnder: "The same views in the order of a printed lecture, with the slide named at each step.",
  chapters: {
    why: { title: "Why CNNs", says: "Small patterns, everywhere the same, in a smaller picture." },
    convolution: { title: "Convolution", says: "One cell, the map, stride, padding, filters, colour." },
    pooling: { title: "Pooling", says: "Winners, means, and what is lost." },
    whole: { title: "The whole", says: "From the picture to its answer, layer by layer." },
    learning: { title: "Learning", says: "Gradients by hand, then a network in this tab." },
    architectures: { title: "Architectures", says: "LeNet-5 to DenseNet, with their numbers." },
    learned: { title: "What they learn", says: "Filters, patches, and the pixels that decided." },
    applications: { title: "Applications", says: "What the same layers are used for." },
  },
  decks: {
    A: {
      title: "Gang Li, Pattern Recognition, module 09(C)",
      says: "Deakin University. Slides by their printed numbers.",
    },
    B: { title: "Hung-yi Lee, Convolutional Neural Network", says: "Slides by their titles." },
    C: {
      title: "Convolutional Neural Networks, Artificial Intelligence",
      says: "The University of Adelaide. Slides counted by their titles.",
    },
    D: {
      title: "Ananya Jana, CS360 Data Mining, lecture 14",
      says: "Fall 2024. Slides counted by their titles.",
    },
    E: {
      title: "Jie Wang, Introduction to Machine Learning, lecture 15",
      says: "USTC, 2024. Slides counted by their titles.",
    },
  },
  deck: (name: string) => `Deck ${name}`,
  steps: (n: number) => counted(n, "step"),
  done: (n: number, of: number) => (n === of ? "all done" : `${n} of ${of} done`),
  begin: "Begin",
  goOn: "Go on",
  print: "Print the handout",
  inDecks: "In the decks",
  todo: "Do",
  isDone: "Done",
  step: (index: number, of: number) => `step ${index + 1} of ${of}`,
  back: "← Back",
  next: "Next →",
  toEnd: "To the path",
  leave: "Leave the path",
  away: "You have left this step.",
  return: "Back to it",
  image: "picture",
  map: "map",
  handout: (address: string) => `Open ${address}, or scan the code of a step.`,
} as const;
