import { at, fill, type Numbers } from "./numbers.js";
import { softmax } from "./softmax.js";

/** −ln of the sum over all paths, one by one, that become the labels: runs made one, then blanks left out. */
export function ctcLoss(
  x: Numbers,
  labels: Numbers,
  {
    frames,
    lengths,
    blank = 0,
    impossible = "infinite",
  }: {
    frames?: readonly number[];
    lengths?: readonly number[];
    blank?: number;
    impossible?: "infinite" | "zero";
  } = {},
): Numbers {
  const [n, t, classes] = x.shape;
  const shares = softmax(x, { axis: 2 });
  return fill([n], ([example]) => {
    const count = frames?.[example] ?? t;
    const wanted = Array.from({ length: lengths?.[example] ?? labels.shape[1] }, (_, i) =>
      at(labels, [example, i]),
    );
    let total = 0;
    for (let path = 0; path < classes ** count; path++) {
      let [share, before] = [1, -1];
      const read: number[] = [];
      for (let frame = 0, rest = path; frame < count; frame++, rest = Math.floor(rest / classes)) {
        const c = rest % classes;
        share *= at(shares, [example, frame, c]);
        if (c !== before && c !== blank) read.push(c);
        before = c;
      }
      if (String(read) === String(wanted)) total += share;
    }
    return total === 0 && impossible === "zero" ? 0 : -Math.log(total);
  });
}
