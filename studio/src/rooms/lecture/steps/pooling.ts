/** Maps made smaller. */
import { all, deed, reached } from "../done.js";
import type { Step } from "../step.js";

export const pooling: readonly Step[] = [
  {
    title: "Winners",
    says: "The map in windows of 2×2; of each only the greatest number is kept. From 4×4 to 2×2: 3 0, 3 1.",
    todo: "Say the winner of each window before you press →.",
    to: "#/convolve/pool?t=1",
    done: reached("t", 4),
    slides: {
      A: [7.5, "6–23, Max Pooling"],
      B: [19, "CNN – Max Pooling"],
      C: [17, "17, Subsampling – Pooling"],
    },
  },
  {
    title: "The maximum of the seven",
    says: "A convolution of 400 filters of 8×8 over 96×96 pixels makes 3,168,400 numbers; pooling makes them fewer. Here 4×4 become 2 5, 5 1.",
    todo: "Step through the four windows.",
    to: "#/convolve/pool?of=seven&t=1",
    isOfDecks: true,
    done: reached("t", 4),
    slides: { E: [36, "36–38, CNN: Pooling Layer, Max Pooling"] },
  },
  {
    title: "The mean in place of the greatest",
    says: "Average pooling keeps what is typical of a window; what stands out is levelled. 0 2.25, 2 0.75 in place of 2 5, 5 1.",
    todo: "Switch between max and average.",
    to: "#/convolve/pool?of=seven&how=average&t=4",
    done: all("how", "max"),
    slides: { C: [17.5, "17, Pooling: max, average"], E: [39, "39, CNN: Pooling Layer, Average Pooling"] },
  },
  {
    title: "Overlapping windows",
    says: "With a stride of 1 windows of 2×2 overlap: nine of them, and a 5 wins four times.",
    todo: "Change the stride back to 2.",
    to: "#/convolve/pool?of=seven&s=1&t=9",
    done: all("s", "2"),
    slides: { E: [40, "40, CNN: Pooling Layer, Overlapping Pooling"] },
  },
  {
    title: "What is lost",
    says: "A map pooled and brought back. With switches each value returns to where it came from, all others are 0; without, it is repeated. Where in the window it stood is lost.",
    todo: "Switch between switches and repeat.",
    to: "#/convolve/upsample",
    done: all("how", "repeat"),
    slides: { C: [28, "28, CNNs with Structured Outputs: Unpooling"] },
  },
  {
    title: "How far may it move?",
    says: "The digit is shifted, and read at each place. Pooling makes a network tolerant of a few pixels, not more.",
    todo: "Move a digit until it is misread.",
    to: "#/learned/shift",
    done: deed("misread"),
    slides: { C: [18, "18–19, Translation invariance"] },
  },
];
