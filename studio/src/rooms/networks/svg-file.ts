/** The whole drawing as an SVG file, in the colours of paper. */
import { type Layout, pathOf } from "./layout.js";
import { shape } from "./words.js";

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]!);

export function svgOf({ width, height, boxes, lines }: Layout, title: string): string {
  const pad = 16;
  const frames = boxes
    .filter(({ isOpen }) => isOpen)
    .map(
      ({ x, y, width: w, height: h }) =>
        `<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="8" fill="#f1f3f4" fill-opacity="0.6" stroke="#7b8794" stroke-dasharray="5 3"/>`,
    );
  const ways = lines.map(
    (line) => `<path d="${pathOf(line)}" fill="none" stroke="#7b8794" stroke-width="1.5"/>`,
  );
  const nodes = boxes.map(({ part, x, y, width: w, height: h, isOpen }) => {
    const text = (at: number, down: number, content: string, more = "") =>
      `<text x="${x + at}" y="${y + down}" ${more}>${escaped(content)}</text>`;
    if (isOpen) return text(14, 21, part.name, 'font-weight="600"');
    return [
      `<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="6" fill="#ffffff" stroke="${part.params > 0 ? "#1b242d" : "#7b8794"}"${part.inside ? ' stroke-dasharray="5 3"' : ""}/>`,
      text(12, 18, part.name, 'font-weight="600"'),
      text(12, 34, part.inside ? `${part.size} layers` : part.type, 'fill="#55616c" font-size="11"'),
      text(w - 10, 18, shape(part.output), 'fill="#55616c" font-size="11" text-anchor="end"'),
    ].join("");
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${-pad} ${-pad} ${width + 2 * pad} ${height + 2 * pad}" width="${width + 2 * pad}" height="${height + 2 * pad}" font-family="sans-serif" font-size="12" fill="#1b242d"><title>${escaped(title)}</title>${frames.join("")}${ways.join("")}${nodes.join("")}</svg>`;
}
