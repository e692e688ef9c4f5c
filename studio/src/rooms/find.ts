/** What Find knows: rooms and views, examples with a name, terms of the lectures. */
import { pictures } from "./convolve/pictures.js";
import type { Room } from "./rooms.js";

export interface Findable {
  readonly text: string;
  readonly note: string;
  readonly room: string;
  readonly view: string;
  readonly values?: Record<string, unknown>;
}

/** A term, and the view in which it is seen. */
const terms: readonly (readonly [
  term: string,
  room: string,
  view: string,
  values?: Record<string, unknown>,
])[] = [
  ["stride", "convolve", "forward", { s: 2, t: 4 }],
  ["padding", "convolve", "forward", { img: "seven", s: 2, p: "same", t: 9 }],
  ["cross-correlation, flip the filter", "convolve", "forward", { img: "letter", flip: true, t: 25 }],
  ["feature map", "convolve", "forward", { t: 16 }],
  ["blur, check the slide", "convolve", "forward", { img: "letter", f: 3, t: 25 }],
  ["bias, letters", "convolve", "forward", { img: "small", show: "letters" }],
  ["downsampling", "convolve", "forward", { img: "letter", k: "2×2", s: 2, t: 9 }],
  ["RGB, colour", "convolve", "channels"],
  ["max pooling", "convolve", "pool", { of: "seven" }],
  ["average pooling", "convolve", "pool", { of: "seven", how: "average", t: 4 }],
  ["overlapping pooling", "convolve", "pool", { of: "seven", s: 1, t: 9 }],
  ["weight sharing, fully connected", "convolve", "share"],
  ["ReLU", "convolve", "activate"],
  ["sigmoid", "convolve", "activate", { fn: "sigmoid" }],
  ["leaky ReLU", "convolve", "activate", { fn: "leaky" }],
  ["maxout", "convolve", "activate", { fn: "maxout" }],
  ["backpropagation, gradient of the filter", "convolve", "backward"],
  ["full convolution, gradient of the picture", "convolve", "backward", { by: "picture" }],
  ["switches, unpooling", "convolve", "upsample"],
  ["gradient descent", "convolve", "learn"],
  ["max over time, sentence", "convolve", "text"],
  ["a letter as numbers", "kernels", "pixels"],
  ["subsampling", "kernels", "pixels", { src: "cat", step: "4" }],
  ["sharpening", "kernels", "filter"],
  ["Gaussian blur, separable", "kernels", "filter", { k: "gaussian5" }],
  ["ridges, Laplacian", "kernels", "filter", { k: "ridge8" }],
  ["unsharp masking", "kernels", "filter", { k: "unsharp5" }],
  ["Gabor filter", "kernels", "filter", { k: "gabor", n: "11", a: 45 }],
  ["template, correlation, the beak of a bird", "kernels", "template"],
  ["Sobel, gradient, orientation", "kernels", "edges"],
  ["Robinson's compass masks", "kernels", "edges", { by: "robinson" }],
  ["Canny edges", "kernels", "edges", { by: "canny" }],
  ["HOG, histogram of oriented gradients", "kernels", "hog"],
  ["SIFT keypoints, 128 numbers", "kernels", "sift"],
  ["matching two pictures, homography, RANSAC", "kernels", "sift", { match: true }],
  ["SURF keypoints", "kernels", "surf"],
  ["receptive field, the sum of one unit", "inside", "flat"],
  ["feature maps of a network", "inside", "flat"],
  ["3-D view of a network", "inside", "space"],
  ["top activations of a unit", "learned", "patches"],
  ["saliency, integrated gradients, Grad-CAM", "learned", "why"],
  ["activation maximisation", "learned", "maximise"],
  ["occlusion", "learned", "hide"],
  ["adversarial example", "learned", "fool"],
  ["fooling images, evolution", "learned", "fool", { how: "patterns" }],
  ["Deep Dream", "learned", "dream"],
  ["neural style", "learned", "style"],
  ["translation invariance", "learned", "shift"],
  ["codes, principal components, neighbours", "learned", "codes"],
  ["autoencoder, code, reconstruction", "learned", "codes", { of: "autoencoder" }],
  ["gradient of one weight, momentum, update", "train", "step"],
  ["shuffled pixels, permutation", "train", "shuffled"],
  ["grafted kernels, frozen filters, cosine", "train", "graft"],
  ["adversarial training, retrain", "learned", "fool"],
  ["sentence matrix, n-grams, word vectors", "text", ""],
  ["question, answer, similarity, MAP, MRR", "rank", ""],
  ["spectrogram, mel, microphone", "speech", ""],
  ["CTC, beam search", "speech", ""],
  ["which words decided", "text", "", { by: "integrated-gradients" }],
];

export function findable(rooms: readonly Room[]): Findable[] {
  const has = (room: string, view: string) =>
    rooms.find(({ name }) => name === room)?.views.some(({ name }) => name === view);
  const titleOf = (room: string) => rooms.find(({ name }) => name === room)?.title;
  return [
    ...rooms.flatMap(({ name: room, title, views }) =>
      views.map((view) => ({
        text: view.title,
        note: view.name ? `${title}, ${view.name}` : title,
        room,
        view: view.name,
      })),
    ),
    ...Object.entries(pictures).map(([img, { title }]) => ({
      text: `picture: ${title}`,
      note: "Convolve, forward",
      room: "convolve",
      view: "forward",
      values: { img },
    })),
    ...terms
      .filter(([, room, view]) => has(room, view))
      .map(([text, room, view, values]) => ({
        text,
        note: [titleOf(room), view].filter(Boolean).join(", "),
        room,
        view,
        values,
      })),
  ];
}

/** Those in which all words of the text occur: first what begins with it, then what has words that begin so. */
export function ranked(all: readonly Findable[], text: string): Findable[] {
  const asked = text.trim().toLowerCase();
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const rank = ({ text, note }: Findable): number => {
    const said = `${text} ${note}`.toLowerCase();
    if (!words.every((word) => said.includes(word))) return Number.POSITIVE_INFINITY;
    if (text.toLowerCase().startsWith(asked)) return -1;
    return words.filter(
      (word) =>
        !text
          .toLowerCase()
          .split(/[\s,]+/)
          .some((one) => one.startsWith(word)),
    ).length;
  };
  return all
    .map((one, i) => ({ one, i, rank: rank(one) }))
    .filter((found) => found.rank < Number.POSITIVE_INFINITY)
    .sort((a, b) => a.rank - b.rank || a.i - b.i)
    .map(({ one }) => one);
}
