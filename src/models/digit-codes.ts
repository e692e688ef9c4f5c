/**
 * The digits as pictures of 7×12 pixels, drawn for this library: what the 84 units of LeNet-5's layer F6 are compared
 * with. Digits that look alike have codes that lie near each other.
 * After LeCun, Bottou, Bengio, Haffner: Gradient-Based Learning Applied to Document Recognition, Proc. IEEE 1998, figure 3.
 */
// biome-ignore format: pictures
const pictures = [
  ".#####. ...##.. .#####. .#####. ....##. ####### ..####. ####### .#####. .#####.",
  "##...## ..###.. ##...## ##...## ...###. ##..... .##.... .....## ##...## ##...##",
  "##...## .####.. .....## .....## ..####. ##..... ##..... .....## ##...## ##...##",
  "##...## ...##.. .....## .....## .##.##. ##..... ##..... ....##. ##...## ##...##",
  "##...## ...##.. ....##. .....## ##..##. ######. ######. ....##. ##...## ##...##",
  "##...## ...##.. ...##.. ..####. ##..##. .....## ##...## ...##.. .#####. ##...##",
  "##...## ...##.. ..##... .....## ####### .....## ##...## ...##.. ##...## .######",
  "##...## ...##.. .##.... .....## ....##. .....## ##...## ..##... ##...## .....##",
  "##...## ...##.. ##..... .....## ....##. .....## ##...## ..##... ##...## .....##",
  "##...## ...##.. ##..... .....## ....##. .....## ##...## .##.... ##...## .....##",
  "##...## ...##.. ##..... ##...## ....##. ##...## ##...## .##.... ##...## ....##.",
  ".#####. .###### ####### .#####. ....##. .#####. .#####. .##.... .#####. .####..",
];

/** For each digit the 84 pixels of its picture, row by row: 1 for ink, −1 for paper. */
export const digitCodes: readonly (readonly number[])[] = Array.from({ length: 10 }, (_, digit) =>
  pictures.flatMap((row) => Array.from(row.split(" ")[digit], (pixel) => (pixel === "#" ? 1 : -1))),
);
