/** How weights are found. */
import { changed, deed, failed, reached, trainedTo } from "../done.js";
import type { Step } from "../step.js";

export const learning: readonly Step[] = [
  {
    title: "∂E/∂F",
    says: "How does the error change with each weight of the filter? The chain rule, place by place: each gradient of the output times the pixel that the weight met there, added up.",
    todo: "Step through the four equations.",
    to: "#/convolve/backward?t=1",
    done: reached("t", 4),
    slides: { E: [51, "51–58, Backpropagation: Convolution Layer, ∂E/∂F"] },
  },
  {
    title: "∂E/∂X",
    says: "And with each pixel? The same sums are a convolution: the output's gradients with a border of zeros, and the filter turned, F₂₂ F₂₁, F₁₂ F₁₁.",
    todo: "Step through the nine equations.",
    to: "#/convolve/backward?by=picture&t=1",
    done: reached("t", 9),
    slides: { E: [59, "59–61, Backpropagation: Convolution Layer, full convolution"] },
  },
  {
    title: "Through the maximum",
    says: "Pooling has no weights. The error goes to the winner of each window, to X₁₁, X₂₃, X₄₂ and X₃₃; all others get nothing.",
    todo: "Make another pixel the greatest of its window.",
    to: "#/convolve/backpool",
    slides: { E: [62, "62, Backpropagation: Pooling Layer"] },
  },
  {
    title: "Nine numbers learn a blur",
    says: "Nine random numbers, a picture, and how it looks blurred. Each step moves every number a little against its gradient, until they are the blur.",
    todo: "Play it to the end.",
    to: "#/convolve/learn",
    done: reached("t", 150),
    slides: {
      C: [26, "26, Deep Learning Recap: minimize the loss to learn weights"],
      D: [37, "37, CNN key idea: treat the convolution matrix as parameters and learn them"],
    },
  },
  {
    title: "Train LeNet-5",
    says: "61,706 weights begin at random. Each step shows 128 digits, measures the error, and moves all weights a little. Loss and accuracy are those of this very run, in this tab.",
    todo: "Press Start, and wait for 95 %.",
    to: "#/train",
    done: trainedTo(0.95),
    slides: {
      D: [43, "43, MNIST Digit Recognition with CNNs (in your browser)"],
      E: [49, "49–50, Learning a CNN: Loss functions"],
    },
  },
  {
    title: "One step under the microscope",
    says: "Step 38 is frozen. The gradient of one weight is ∂E/∂F again, with the numbers of 128 pictures at 784 places each: the ten largest products, all others as one sum. Rate times gradient and momentum is what the weight moves.",
    todo: "Choose another weight, make the step, and take it back.",
    to: "#/train/step",
    done: deed("taken back"),
    slides: { E: [58.5, "51–58, ∂E/∂F, with numbers of a training"] },
  },
  {
    title: "A rate too high",
    says: "With a rate of 1,000 each step jumps far over its aim. The loss leaves the numbers; training stops, and says at which step.",
    todo: "Press Start, then divide the rate by ten until it learns.",
    to: "#/train?lr=1000",
    done: failed,
    slides: {},
  },
  {
    title: "Learned in place of designed",
    says: "Filters and features were designed; now they are learned, layer upon layer, and no expert has to think of them. These six of the first layer began as noise.",
    todo: "Press Start, and watch the first filters change.",
    to: "#/train?tab=run",
    isOfDecks: true,
    slides: { E: [48, "5, 12, 48, Traditional methods and CNN"] },
    done: ({ accuracy }) => accuracy > 0.5,
  },
  {
    title: "A step, and what it changes",
    says: "The nine numbers after no step at all: the gradient of each says where it will go.",
    todo: "Change the rate, and play again.",
    to: "#/convolve/learn?rate=0.1",
    isOfDecks: true,
    slides: { E: [50, "50, Loss functions: mean squared error"] },
    done: changed,
  },
];
