/** Where the parts of a network stand: series from top to bottom, branches side by side, graphs by layers of depth. */
import type { Part } from "./tree.js";

export interface Box {
  readonly part: Part;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** A frame around what is in it; else a node. */
  readonly isOpen: boolean;
}

export interface Line {
  readonly from: readonly [x: number, y: number];
  readonly to: readonly [x: number, y: number];
  /** Round the side of what lies between: a shortcut. */
  readonly around?: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly lines: readonly Line[];
}

interface Laid extends Layout {
  /** Where it is entered, from above, and left, below. */
  readonly middle: number;
}

const node = { width: 200, height: 42 } as const;
const gap = { down: 20, across: 26 } as const;
const frame = { side: 16, top: 34, bottom: 14 } as const;

export function layoutOf(root: Part, open: ReadonlySet<string>): Layout {
  return series(
    root.inside && "parts" in root.inside && root.inside.how === "series" ? root.inside.parts : [root],
    open,
  );
}

const moved = ({ boxes, lines }: Layout, dx: number, dy: number): Pick<Layout, "boxes" | "lines"> => ({
  boxes: boxes.map((box) => ({ ...box, x: box.x + dx, y: box.y + dy })),
  lines: lines.map(({ from, to, around }) => ({
    from: [from[0] + dx, from[1] + dy],
    to: [to[0] + dx, to[1] + dy],
    ...(around === undefined ? {} : { around: around + dx }),
  })),
});

function partLayout(part: Part, open: ReadonlySet<string>): Laid {
  if (!part.inside || !open.has(part.path)) {
    const { width, height } = node;
    return {
      width,
      height,
      middle: width / 2,
      lines: [],
      boxes: [{ part, x: 0, y: 0, width, height, isOpen: false }],
    };
  }
  const inner = insideLayout(part, open);
  const [width, height] = [
    Math.max(inner.width, node.width) + 2 * frame.side,
    inner.height + frame.top + frame.bottom,
  ];
  const dx = (width - inner.width) / 2;
  const placed = moved(inner, dx, frame.top);
  const middle = inner.middle + dx;
  return {
    width,
    height,
    middle,
    boxes: [{ part, x: 0, y: 0, width, height, isOpen: true }, ...placed.boxes],
    lines: [
      { from: [middle, 0], to: [middle, frame.top] },
      ...placed.lines,
      { from: [middle, frame.top + inner.height], to: [middle, height] },
    ],
  };
}

function insideLayout({ inside }: Part, open: ReadonlySet<string>): Laid {
  if (inside!.how === "parallel") return parallel(inside!.parts.map((one) => partLayout(one, open)));
  if (inside!.how === "joined") return byDepth(inside!, open);
  if (inside!.how !== "residual") return series(inside!.parts, open);
  const main = series(inside!.main, open);
  const both = inside!.shortcut.length > 0 ? parallel([main, series(inside!.shortcut, open)]) : besides(main);
  if (inside!.after.length === 0) return both;
  return stacked([both, ...inside!.after.map((one) => partLayout(one, open))]);
}

const series = (parts: readonly Part[], open: ReadonlySet<string>): Laid =>
  stacked(parts.map((one) => partLayout(one, open)));

function stacked(all: readonly Laid[]): Laid {
  const middle = Math.max(0, ...all.map((one) => one.middle));
  const width = middle + Math.max(0, ...all.map((one) => one.width - one.middle));
  const [boxes, lines]: [Box[], Line[]] = [[], []];
  let y = 0;
  for (const [i, one] of all.entries()) {
    if (i > 0) {
      lines.push({ from: [middle, y], to: [middle, y + gap.down] });
      y += gap.down;
    }
    const placed = moved(one, middle - one.middle, y);
    boxes.push(...placed.boxes);
    lines.push(...placed.lines);
    y += one.height;
  }
  return { width, height: y, middle, boxes, lines };
}

/** All begin and end at one point. */
function parallel(all: readonly Laid[]): Laid {
  const height = Math.max(...all.map((one) => one.height)) + 2 * gap.down;
  const width = all.reduce((sum, one) => sum + one.width, 0) + gap.across * (all.length - 1);
  const [boxes, lines]: [Box[], Line[]] = [[], []];
  let x = 0;
  for (const one of all) {
    const placed = moved(one, x, gap.down);
    boxes.push(...placed.boxes);
    lines.push({ from: [width / 2, 0], to: [x + one.middle, gap.down] }, ...placed.lines, {
      from: [x + one.middle, gap.down + one.height],
      to: [width / 2, height],
    });
    x += one.width + gap.across;
  }
  return { width, height, middle: width / 2, boxes, lines };
}

/** What came in goes round it, and is added. */
function besides(main: Laid): Laid {
  const height = main.height + 2 * gap.down;
  const placed = moved(main, 0, gap.down);
  const side = main.width + gap.across;
  return {
    width: side + 8,
    height,
    middle: main.middle,
    boxes: placed.boxes,
    lines: [
      { from: [main.middle, 0], to: [main.middle, gap.down] },
      ...placed.lines,
      { from: [main.middle, gap.down + main.height], to: [main.middle, height] },
      { from: [main.middle, 0], to: [main.middle, height], around: side },
    ],
  };
}

/** Each node one layer below the last that it takes from; within a layer near to those. */
function byDepth(
  { parts, from }: { readonly parts: readonly Part[]; readonly from: readonly (readonly string[])[] },
  open: ReadonlySet<string>,
): Laid {
  const at = new Map(parts.map(({ name }, i) => [name, i]));
  const sources = from.map((names) => names.flatMap((name) => at.get(name) ?? []));
  const depth = new Array<number>(parts.length).fill(0);
  // In the order in which they run: who is taken from stands before.
  for (let again = true, rounds = 0; again && rounds < parts.length; rounds++) {
    again = false;
    sources.forEach((all, i) => {
      const wanted = Math.max(-1, ...all.map((j) => depth[j])) + 1;
      if (wanted > depth[i]) {
        depth[i] = wanted;
        again = true;
      }
    });
  }
  const laid = parts.map((one) => partLayout(one, open));
  const layers: number[][] = [];
  depth.forEach((d, i) => {
    layers[d] ??= [];
    layers[d].push(i);
  });
  const x = new Array<number>(parts.length).fill(0);
  const y = new Array<number>(parts.length).fill(0);
  let down = gap.down;
  const width = Math.max(
    ...layers.map((all) => all.reduce((sum, i) => sum + laid[i].width + gap.across, -gap.across)),
  );
  for (const all of layers) {
    const near = (i: number) =>
      sources[i].length === 0
        ? width / 2
        : sources[i].reduce((sum, j) => sum + x[j] + laid[j].middle, 0) / sources[i].length;
    const sorted = [...all].sort((a, b) => near(a) - near(b) || a - b);
    const own = sorted.reduce((sum, i) => sum + laid[i].width + gap.across, -gap.across);
    const middle = sorted.reduce((sum, i) => sum + near(i), 0) / sorted.length;
    let across = Math.min(Math.max(middle - own / 2, 0), width - own);
    for (const i of sorted) {
      [x[i], y[i]] = [across, down];
      across += laid[i].width + gap.across;
    }
    down += Math.max(...all.map((i) => laid[i].height)) + 2 * gap.down;
  }
  const height = down - gap.down;
  const placed = laid.map((one, i) => moved(one, x[i], y[i]));
  const isTakenFrom = new Set(sources.flat());
  return {
    width,
    height,
    middle: width / 2,
    boxes: placed.flatMap(({ boxes }) => boxes),
    lines: [
      ...placed.flatMap(({ lines }) => lines),
      ...sources.flatMap((all, i): Line[] => {
        const to = [x[i] + laid[i].middle, y[i]] as const;
        return all.length === 0
          ? [{ from: [width / 2, 0], to }]
          : all.map((j) => ({ from: [x[j] + laid[j].middle, y[j] + laid[j].height], to }));
      }),
      ...parts.flatMap((_, i): Line[] =>
        isTakenFrom.has(i)
          ? []
          : [{ from: [x[i] + laid[i].middle, y[i] + laid[i].height], to: [width / 2, height] }],
      ),
    ],
  };
}

/** As an SVG path. */
export function pathOf({ from: [x1, y1], to: [x2, y2], around }: Line): string {
  if (around !== undefined) return `M${x1} ${y1}H${around - 8}q8 0 8 8V${y2 - 8}q0 8 -8 8H${x2}`;
  if (Math.abs(x1 - x2) < 0.5) return `M${x1} ${y1}V${y2}`;
  const middle = (y1 + y2) / 2;
  return `M${x1} ${y1}C${x1} ${middle} ${x2} ${middle} ${x2} ${y2}`;
}
