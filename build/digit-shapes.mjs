import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const path = "dist/data/digit-shapes.js";

/**
 * `dist/data/digit-shapes.js`: the same table, one character a coordinate, those along x before those along y. Their
 * spelling as numbers would be a page's largest module; packed and gzipped it is a kilobyte less.
 */
export async function packDigitShapes() {
  const { shapes } = await import(pathToFileURL(resolve(path)).href);
  const ys = [];
  const text = shapes
    .map((ways) =>
      ways
        .map(([share, ...strokes]) => {
          const along = strokes.map((stroke) =>
            stroke
              .split(" ")
              .map((point) => {
                const [x, y] = point.split(",").map(Number.parseFloat);
                ys.push(character(y));
                return character(x) + (point.endsWith("!") ? "!" : "");
              })
              .join(""),
          );
          return [share, ...along].join(" ");
        })
        .join("\t"),
    )
    .join("\n");
  const packed = `${unpacked}export const shapes = unpacked(${JSON.stringify(text)}, ${JSON.stringify(ys.join(""))});\n`;
  writeFileSync(path, packed);
  const again = await import(`data:text/javascript,${encodeURIComponent(readFileSync(path, "utf8"))}`);
  if (JSON.stringify(again.shapes) !== JSON.stringify(shapes)) throw new Error(`${path} says something else`);
}

/** From "#" on, without the backslash: what stands in a string as it is. */
const character = (n) => String.fromCharCode(n + (n < 57 ? 35 : 36));

const unpacked = `function unpacked(xs, ys) {
  let at = 0;
  const number = (character) => {
    const code = character.charCodeAt(0);
    return code - (code < 92 ? 35 : 36);
  };
  return xs.split("\\n").map((ways) =>
    ways.split("\\t").map((way) => {
      const [share, ...strokes] = way.split(" ");
      return [
        Number(share),
        ...strokes.map((stroke) =>
          stroke
            .match(/[^!]!?/g)
            .map(([x, corner = ""]) => number(x) + "," + number(ys[at++]) + corner)
            .join(" "),
        ),
      ];
    }),
  );
}
`;
