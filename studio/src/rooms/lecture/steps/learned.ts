/** What a network has learned. */
import { changed, deed } from "../done.js";
import type { Step } from "../step.js";

export const learned: readonly Step[] = [
  {
    title: "Filters",
    says: "Six filters of 5×5, found by training and drawn as numbers: red above 0, blue below. Some look for strokes, some for ends.",
    todo: "Look at the second layer's filters, too.",
    to: "#/learned/filters",
    slides: { A: [25, "25, First Convolution Layer"], B: [25, "First Convolution Layer"] },
    done: changed,
  },
  {
    title: "Kernels in the place of filters",
    says: "Sobel, ridges and Gabor stand in the first layer and stay; all other weights learn. Beside it the same network learns its filters, too, and each of them shows the classic kernel that it is nearest to.",
    todo: "Put another kernel into the first layer, and train both.",
    to: "#/train/graft",
    slides: { E: [48.5, "5, 12, 48, Traditional methods and CNN"] },
    done: deed("tried"),
  },
  {
    title: "Patches",
    says: "A unit is known by what it answers to: the test pictures that excite it most, cut to the pixels that it sees.",
    todo: "Choose a deeper layer: what do its units look for?",
    to: "#/learned/patches",
    slides: {
      A: [26, "26, How about higher layers?"],
      C: [25, "25, What CNNs Learn: hierarchy of trained representations"],
      E: [43, "43, Learned Features by CNN"],
    },
  },
  {
    title: "Knock out a filter",
    says: "Each filter of the first layer is switched off in turn, and the test pictures are read again. Without one of them half may be misread, without another nothing is lost.",
    todo: "Train, then ask below the filters what is lost without each.",
    to: "#/train",
    slides: {},
    done: deed("knocked out"),
  },
  {
    title: "What excites a filter most",
    says: "From noise, uphill along the gradient: a picture x* whose map adds up to as much as it can.",
    todo: "Let it grow from another seed.",
    to: "#/learned/maximise",
    slides: {
      A: [27, "27–31, What does CNN learn? x* = arg max aᵏ"],
      B: [26, "What does CNN learn? Gradient ascent"],
    },
  },
  {
    title: "Which pixels decided?",
    says: "How much the score of a class changes with each pixel, by several methods at one place. The slope alone is noisy; the others say what they do about it, and what they cannot say.",
    todo: "Ask for another class than the one that is read.",
    to: "#/learned/why",
    slides: { A: [32, "32, What does CNN learn? |∂yₖ/∂xᵢⱼ|"] },
  },
  {
    title: "Hide a part",
    says: "A grey square is laid over the picture, place by place, and the class is read again.",
    todo: "Move the square until another digit is read.",
    to: "#/learned/hide",
    done: deed("misread"),
    slides: { A: [33, "33, Occlusion: Pomeranian, car wheel, Afghan hound"] },
  },
  {
    title: "Fooled",
    says: "A picture that stays a 7 to us, and becomes a 3 to the network, step by step. Then it learns from such pictures: how much more must the picture change?",
    todo: "Make a 7 that is read as a 3; then retrain with such pictures, and try again.",
    to: "#/learned/fool?class=4",
    done: deed("fooled"),
    slides: { B: [29, "Deep Neural Networks are Easily Fooled"] },
  },
];
