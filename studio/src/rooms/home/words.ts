import { counted } from "../../numbers/text.js";

/** What the front door says. */
export const homeWords = {
  greeting: "See and touch convolutional networks.",
  lead: "Every number here is computed by the library that trains the networks. Nothing you draw or type leaves this computer.",
  start: "Start with one cell",
  train: "Train a network",
  goOn: "Continue your training",
  lecture: "Follow a lecture",
  next: "next number →",
  ways: [
    {
      room: "convolve",
      title: "Convolve, in ten views",
      views: [
        {
          view: "forward",
          title: "Forward",
          says: "A filter over a picture, place by place: stride, padding, flip, and printed results checked.",
          shows: "6×6 → 4×4",
        },
        {
          view: "channels",
          title: "Channels",
          says: "Three colours, three planes, one sum.",
          shows: "27 weights + 1",
        },
        { view: "pool", title: "Pool", says: "The greatest or the mean of each window.", shows: "4×4 → 2×2" },
        {
          view: "share",
          title: "Share",
          says: "Take links away, then make them equal.",
          shows: "576 → 144 → 9",
        },
        {
          view: "activate",
          title: "Activate",
          says: "Six functions, their slopes, and a map after them.",
          shows: "max(0, x)",
        },
        {
          view: "backward",
          title: "Backward",
          says: "∂E/∂F and ∂E/∂X, equation by equation, in letters and in numbers.",
          shows: "∂E/∂F₁₁ = …",
        },
        {
          view: "backpool",
          title: "Backpool",
          says: "Where the error goes through a maximum.",
          shows: "X₁₁ X₂₃ X₄₂ X₃₃",
        },
        {
          view: "upsample",
          title: "Upsample",
          says: "Pooled, brought back with switches, pooled again.",
          shows: "2×2 → 4×4",
        },
        { view: "learn", title: "Learn", says: "Nine random numbers become a blur.", shows: "θ − η·∂E/∂θ" },
        { view: "text", title: "Text", says: "The same over a sentence of your own.", shows: "|x| − m + 1" },
      ],
    },
    {
      room: "kernels",
      title: "Kernels, in seven views",
      views: [
        {
          view: "pixels",
          title: "Pixels",
          says: "A picture is numbers; and what is left of it with every 4th.",
          shows: "0.0 … 1.0",
        },
        {
          view: "filter",
          title: "Filter",
          says: "A kernel over a photograph, a file of yours or the camera.",
          shows: "1/16 · [1 2 1]",
        },
        {
          view: "template",
          title: "Template",
          says: "Cut out a beak, and find the other bird.",
          shows: "2 places, 9 weights",
        },
        {
          view: "edges",
          title: "Edges",
          says: "Sobel's two masks, Robinson's eight, Canny's lines.",
          shows: "√(Gx² + Gy²)",
        },
        {
          view: "hog",
          title: "HOG",
          says: "Every cell counts its edges by direction.",
          shows: "3,780 numbers",
        },
        {
          view: "sift",
          title: "SIFT",
          says: "Places that are found again, turned and nearer.",
          shows: "128 numbers",
        },
        {
          view: "surf",
          title: "SURF",
          says: "The same by boxes over an integral image.",
          shows: "64 numbers",
        },
      ],
    },
    {
      room: "text",
      title: "Beyond pictures",
      views: [
        {
          of: "text",
          view: "",
          title: "Text",
          says: "A network learns to read in two seconds, then reads your sentence, word by word.",
          shows: "“not bad at all”",
        },
        {
          of: "rank",
          view: "",
          title: "Rank",
          says: "A question, and sentences: which of them answer it, and what in them says so.",
          shows: "xᵀMy",
        },
        {
          of: "speech",
          view: "",
          title: "Speech",
          says: "A network learns to hear digits: its spectrum, its filters, and the scores as you speak.",
          shows: "three one four",
        },
      ],
    },
  ],
  rest: "Every view has an address: what you see is in it, and a link shows it to others.",
  offline: "All rooms work offline from now on in this browser",
  allOfIt: ", photographs too.",
  notYet: (count: number) =>
    `; ${counted(count, "photograph")} ${count === 1 ? "is" : "are"} kept once opened.`,
  keepAll: "Keep them now",
  notKept: (why: string) => `They could not be kept: ${why}`,
} as const;
