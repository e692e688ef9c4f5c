/** Where and how people photograph a digit; each scene is drawn anew for each picture. */
import type { Scene } from "./photographed-digits.js";

type Draw = (random: () => number) => Partial<Scene>;

const between = (random: () => number, low: number, high: number) => low + (high - low) * random();
const step = (x: number, width: number) => Math.min(1, Math.max(0, x / width + 0.5));
/** Lines of a width of `line` pixels every `every` pixels along an axis turned by some degrees. */
const lines = (every: number, line: number, degrees: number, strength: number) => {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return (x: number, y: number) => {
    const at = cos * y - sin * x;
    return ((at % every) + every) % every < line ? strength : 0;
  };
};

export const scenes: { [name: string]: Draw } = {
  "an even sheet": () => ({}),
  "a vignette": (random) => {
    const [x0, y0, fall] = [
      between(random, 0.35, 0.65),
      between(random, 0.35, 0.65),
      between(random, 0.4, 0.65),
    ];
    return { light: (x, y) => 1 - fall * Math.min(1, 1.6 * Math.hypot(x - x0, y - y0)) };
  },
  "a gradient": (random) => {
    const turn = between(random, 0, 2 * Math.PI);
    return { light: (x, y) => 0.62 + 0.55 * (Math.cos(turn) * (x - 0.5) + Math.sin(turn) * (y - 0.5)) };
  },
  "a shadow's sharp edge across the digit": (random) => {
    const [turn, by, dark] = [
      between(random, 0, 2 * Math.PI),
      between(random, -0.08, 0.08),
      between(random, 0.35, 0.6),
    ];
    return {
      light: (x, y) =>
        dark + (1 - dark) * step(Math.cos(turn) * (x - 0.5) + Math.sin(turn) * 0.75 * (y - 0.5) + by, 0.01),
    };
  },
  "a phone's shadow": (random) => {
    const [left, top, soft] = [
      between(random, 0.3, 0.6),
      between(random, 0.3, 0.6),
      between(random, 0.01, 0.08),
    ];
    return {
      light: (x, y) =>
        1 - 0.5 * step(x - left - 0.2 * (y - 0.5), soft) * step(y - top + 0.2 * (x - 0.5), soft),
    };
  },
  "ruled paper": (random) => ({
    print: lines(between(random, 40, 90), 2, between(random, -5, 5), between(random, 0.6, 1)),
  }),
  "squared paper": (random) => {
    const [every, degrees, strength] = [
      between(random, 20, 45),
      between(random, -5, 5),
      between(random, 0.6, 1),
    ];
    const [rows, columns] = [lines(every, 2, degrees, strength), lines(every, 2, degrees + 90, strength)];
    return { print: (x, y) => Math.max(rows(x, y), columns(x, y)) };
  },
  "a coloured pen on coloured paper": (random) => {
    const pairs = [
      [
        [190, 40, 45],
        [240, 225, 90],
      ],
      [
        [40, 60, 180],
        [245, 190, 200],
      ],
      [
        [200, 50, 50],
        [70, 150, 90],
      ],
      [
        [20, 110, 60],
        [170, 205, 235],
      ],
      [
        [230, 140, 40],
        [235, 235, 240],
      ],
      [
        [240, 220, 60],
        [60, 80, 160],
      ],
    ] as const;
    const [pen, paper] = pairs[Math.floor(random() * pairs.length)];
    return { pen, paper };
  },
  "a blackboard": (random) => {
    const smear = between(random, 0.02, 0.1);
    return {
      pen: [225, 225, 215],
      paper: [45, 60, 52],
      printColour: [120, 130, 125],
      print: (x, y) => smear * (1 + Math.sin(x / 37 + y / 61) * Math.sin(y / 23)),
      light: (x) => 0.7 + 0.4 * x,
    };
  },
  "out of focus": (random) => ({ blur: 3 + Math.floor(3 * random()) }),
  "pressed hard by JPEG": (random) => ({ jpeg: between(random, 15, 40), light: (_, y) => 0.6 + 0.4 * y }),
  "in the dark": (random) => ({ light: (x) => 0.12 + 0.12 * x, noise: between(random, 2, 5) }),
  "turned and from the side": (random) => ({
    turned: between(random, -10, 10),
    tilt: between(random, -0.3, 0.3),
  }),
  "a digit that touches the border": (random) => {
    const side = Math.floor(4 * random());
    const [x, y] = [
      [0.186, 0.5],
      [0.814, 0.5],
      [0.5, 0.248],
      [0.5, 0.752],
    ][side];
    return { place: { x, y, size: 0.5 } };
  },
  "cut close": (random) => ({
    width: 70 + Math.floor(90 * random()),
    height: 100,
    place: { x: 0.5, y: 0.5, size: 1 },
  }),
  "a small digit": (random) => ({
    width: 800,
    height: 600,
    place: { x: between(random, 0.2, 0.8), y: between(random, 0.2, 0.8), size: 0.12 },
  }),
  "a thumb at the border": (random) => {
    const [x0, left] = [between(random, 0.25, 0.75), random() < 0.5];
    return {
      thing: (x, y) => {
        const deep = left ? x * 1.33 : 1 - y;
        const across = (left ? y : (x - 0.5) * 1.33 + 0.5) - x0;
        return Math.hypot(Math.max(0, deep - 0.12), across) < 0.09 ? [196, 140, 115] : undefined;
      },
    };
  },
  "a table around the sheet": (random) => {
    const [turn, dark] = [between(random, -0.12, 0.12), random() < 0.6];
    return {
      thing: (x, y) => {
        const [u, v] = [x - 0.5 + turn * (y - 0.5), y - 0.5 - turn * (x - 0.5)];
        if (Math.abs(u) < 0.42 && Math.abs(v) < 0.4) return undefined;
        return dark ? [88 + 14 * Math.sin(60 * y + 4 * x), 60, 44] : [170, 130, 95];
      },
    };
  },
  "a pencil": (random) => ({
    pen: [150, 150, 152],
    light: (x, y) => 0.6 + 0.2 * x + 0.2 * y,
    noise: between(random, 2, 4),
  }),
  "a photograph of 12 megapixels": (random) => ({
    width: 4000,
    height: 3000,
    noise: 8,
    place: { x: between(random, 0.2, 0.8), y: between(random, 0.2, 0.8), size: between(random, 0.06, 0.3) },
    light: (x, y) => 0.55 + 0.25 * x + 0.2 * y,
  }),
};

/** Sheets without a digit. */
export const blanks: { [name: string]: Draw } = {
  ...Object.fromEntries(
    [
      "an even sheet",
      "a vignette",
      "a gradient",
      "a shadow's sharp edge across the digit",
      "a phone's shadow",
      "ruled paper",
      "squared paper",
      "a blackboard",
      "pressed hard by JPEG",
      "in the dark",
      "a thumb at the border",
      "a table around the sheet",
    ].map((name) => [name, scenes[name]]),
  ),
  "strong noise": (random) => ({ noise: between(random, 10, 40), blur: 0 }),
  "blurred noise": (random) => ({ noise: between(random, 10, 40), blur: 0, width: 1200, height: 900 }),
  wood: (random) => {
    const bend = between(random, 20, 60);
    return {
      paper: [176, 132, 92],
      printColour: [120, 80, 50],
      print: (x, y) => 0.5 + 0.5 * Math.sin(y / 5 + 3 * Math.sin(x / bend) + Math.sin(y / 31)),
    };
  },
  "crumpled paper": (random) => {
    const folds = Array.from({ length: 12 }, () => [
      random() * 6.3,
      random() * 400,
      between(random, -0.25, 0.25),
    ]);
    return {
      light: (x, y) =>
        folds.reduce(
          (sum, [turn, at, by]) =>
            sum + by * Math.exp(-(((x * 400 * Math.cos(turn) + y * 300 * Math.sin(turn) - at) / 40) ** 2)),
          0.75,
        ),
    };
  },
  black: () => ({ light: () => 0 }),
};
