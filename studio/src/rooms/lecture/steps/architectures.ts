/** Networks of the lectures, from 1998 on. */
import type { Step } from "../step.js";

export const architectures: readonly Step[] = [
  {
    title: "LeNet-5, 1998",
    says: "60,000 parameters, 340,908 connections. In its third layer each map sees some of the six before it, and not all: 1,516 parameters.",
    todo: "Open C3, and follow one of its maps.",
    to: "#/networks/graph",
    slides: { C: [2, "2, Introduced by Lecun et al. 1989"], E: [64, "64, LeNet (1998)"] },
  },
  {
    title: "ImageNet, year by year",
    says: "14,197,122 pictures in the whole, 1.2 million of 1,000 classes in the contest. Each network stands at its year, with its layers, parameters, multiply-adds, and the error that its paper names.",
    todo: "Open the network with the fewest parameters.",
    to: "#/networks/map",
    isOfDecks: true,
    done: ({ isChanged }) => isChanged,
    slides: {
      D: [4, "4–7, ImageNet"],
      E: [65, "65–66, ImageNet (Benchmark dataset)"],
    },
  },
  {
    title: "AlexNet, 2012",
    says: "Five convolutions, three dense layers, 1,000 classes. Its first layer has 96 filters of 11×11×3: 34,848 weights, 34,944 with biases.",
    todo: "Find the layer that has most of the weights.",
    to: "#/networks/graph?net=alexnet",
    slides: {
      C: [24, "24, AlexNet – First Strong Result with CNNs"],
      D: [9, "9, CNN for Image Classification"],
      E: [67, "67, AlexNet (2012)"],
    },
  },
  {
    title: "VGG, 2014",
    says: "Nothing but 3×3, and many of them: 138,357,544 parameters, most in the first dense layer.",
    todo: "Open a stage, and read its receptive fields.",
    to: "#/networks/graph?net=vgg16",
    slides: { E: [68, "68, VGGNet (2014)"] },
  },
  {
    title: "Inception, 2014",
    says: "Several filter sizes side by side, each reduced before: a twentieth of VGG's parameters at a smaller error. Both tables stand on one scale.",
    todo: "Compare two other networks.",
    to: "#/networks/compare",
    slides: { E: [69, "69–70, GoogLeNet (2014)"] },
  },
  {
    title: "Residual, 2015",
    says: "What a block makes is added to what it was given. So a layer can do nothing, and hundreds of them can be trained.",
    todo: "Open a block, and follow the link round it.",
    to: "#/networks/graph?net=resnet50",
    slides: { E: [71, "71–73, ResNet"] },
  },
  {
    title: "Dense, 2017",
    says: "Each layer takes what all before it have made. Few new maps a layer are enough: 7,978,856 parameters.",
    todo: "Open a block, and count what its last layer takes.",
    to: "#/networks/graph?net=densenet121",
    slides: {},
  },
  {
    title: "The error by year",
    says: "15.3 % were seven networks of AlexNet, 16.4 % five, 18.2 % one; then 7.3, 6.7, and 3.57 %. What we could not check is marked “as cited”.",
    todo: "Open the tile of a network that you have heard of.",
    to: "#/networks/map",
    isOfDecks: true,
    slides: {
      D: [10, "10, CNNs for Image Recognition"],
      E: [74, "74–77, Winning Error Rate (2010–2017); Hardware"],
    },
  },
  {
    title: "By hand against learned",
    says: "3,780 numbers of a window, by a rule that people wrote; LeNet-5 learns what it counts from pictures alone.",
    todo: "Change cells and bins, then go on to what a network learned.",
    to: "#/kernels/hog?whole=1",
    slides: { E: [12, "12, Hand-crafted Features vs Learned Features"] },
  },
];
