/** The shapes and the colours there are, and which of their pairs training never sees. */

/** Their names, in the order of their labels. */
export const shapeNames = ["circle", "ring", "square", "triangle", "star", "cross", "heart"] as const;
/** Names of colours, in the order of their numbers. */
export const colourNames = ["red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink"] as const;

/** Red, green and blue of each colour, 0 to 255. */
export const colourValues: readonly (readonly [number, number, number])[] = [
  [214, 40, 46],
  [240, 128, 28],
  [244, 211, 52],
  [52, 160, 72],
  [38, 190, 205],
  [44, 88, 208],
  [132, 62, 178],
  [246, 140, 190],
];

/** Whether a shape of a colour occurs in test pictures alone: one colour of each shape. */
export const isHeldOut = (shape: number, colour: number): boolean =>
  colour === (3 * shape + 1) % colourNames.length;

/** Names of the pairs that training never sees: "orange circle". */
export const heldOutPairs: readonly string[] = shapeNames.flatMap((shape, s) =>
  colourNames.flatMap((colour, c) => (isHeldOut(s, c) ? [`${colour} ${shape}`] : [])),
);
