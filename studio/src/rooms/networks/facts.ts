/** What is known of the networks beside their counts. What could not be checked against its source is "as cited". */
export interface Fact {
  readonly name: string;
  readonly title: string;
  readonly year: number;
  readonly authors: string;
  readonly paper: string;
  /** Error of the paper. */
  readonly error: string;
  /** Whether somebody has measured it again, and what came of it. */
  readonly measured: string;
  readonly idea: string;
}

export const mapped: readonly Fact[] = [
  {
    name: "lenet5_1998",
    title: "LeNet-5",
    year: 1998,
    authors: "LeCun, Bottou, Bengio, Haffner",
    paper: "Gradient-based learning applied to document recognition, Proc. IEEE 86",
    error: "0.95 % of MNIST, as cited",
    measured: "340,908 connections; C3 sees some of S2's maps only: 1,516 parameters",
    idea: "Convolution, subsampling, and all of it learned.",
  },
  {
    name: "alexnet",
    title: "AlexNet",
    year: 2012,
    authors: "Krizhevsky, Sutskever, Hinton",
    paper: "ImageNet classification with deep convolutional neural networks, NIPS 2012",
    error: "top-5 18.2 % (1 net), 16.4 % (5), 15.3 % (7), as cited",
    measured: "Caffe's copy: 57.1 % right at first, 80.2 % among five",
    idea: "ReLU, dropout, two GPUs: ImageNet by a network.",
  },
  {
    name: "zfnet",
    title: "ZFNet",
    year: 2013,
    authors: "Zeiler, Fergus",
    paper: "Visualizing and understanding convolutional networks, arXiv:1311.2901",
    error: "top-5 16.5 % (1 net), 14.8 % (ensemble), as cited",
    measured: "no copy with weights is known to us",
    idea: "AlexNet looked into, and its first layers made finer.",
  },
  {
    name: "vgg16",
    title: "VGG-16",
    year: 2014,
    authors: "Simonyan, Zisserman",
    paper: "Very deep convolutional networks, arXiv:1409.1556",
    error: "top-5 8.1 % (1 net), 7.3 % (submitted), as cited",
    measured: "torchvision: 71.592 % at first, 90.382 % among five",
    idea: "Only 3×3, and many of them.",
  },
  {
    name: "googlenet",
    title: "GoogLeNet",
    year: 2014,
    authors: "Szegedy and others",
    paper: "Going deeper with convolutions, arXiv:1409.4842",
    error: "top-5 10.07 % (1 net, 1 crop), 6.67 % (7 nets, 144 crops), as cited",
    measured: "Caffe's copy: 68.7 % at first, 88.9 % among five",
    idea: "Several sizes side by side, reduced before.",
  },
  {
    name: "resnet50",
    title: "ResNet-50",
    year: 2015,
    authors: "He, Zhang, Ren, Sun",
    paper: "Deep residual learning for image recognition, arXiv:1512.03385",
    error: "top-5 6.71 % (10 crops)",
    measured: "torchvision: 76.130 % at first, 92.862 % among five",
    idea: "Layers learn what is to be added.",
  },
  {
    name: "resnet152",
    title: "ResNet-152",
    year: 2015,
    authors: "He, Zhang, Ren, Sun",
    paper: "Deep residual learning for image recognition, arXiv:1512.03385",
    error: "top-5 5.71 % (10 crops); 3.57 % (ensemble), as cited",
    measured: "torchvision: 78.312 % at first, 94.046 % among five",
    idea: "The same, three times as deep.",
  },
  {
    name: "densenet121",
    title: "DenseNet-121",
    year: 2017,
    authors: "Huang, Liu, van der Maaten, Weinberger",
    paper: "Densely connected convolutional networks, arXiv:1608.06993",
    error: "top-5 7.71 % (1 crop), as cited",
    measured: "torchvision: 74.434 % at first, 91.972 % among five",
    idea: "Every layer sees all before it.",
  },
];

/** Architectures that the library makes, and the two ways of an inception module. */
export const offered = [
  ...mapped.map(({ name }) => name),
  "lenet5",
  "alexnet_torchvision",
  "vgg11",
  "vgg19",
  "resnet18",
  "resnet34",
  "resnet101",
  "densenet161",
  "densenet201",
  "squeezenet1_1",
  "inception-naive",
  "inception-reduced",
] as const;
