/**
 * Compositional pattern-producing networks: a small network of waves, bells and slopes that answers a pixel's place
 * with its colour. What one unit draws all others can repeat, so pictures are regular.
 * Stanley: Compositional Pattern Producing Networks, Genetic Programming and Evolvable Machines 8, 2007.
 */
import type { RandomStream } from "../random/threefry.js";

const shapes = {
  sine: Math.sin,
  bell: (x: number) => Math.exp(-x * x),
  slope: (x: number) => 2 / (1 + Math.exp(-x)) - 1,
  line: (x: number) => x,
} as const;

type ShapeName = keyof typeof shapes;
const names = Object.keys(shapes) as ShapeName[];

interface Unit {
  readonly shape: ShapeName;
  /** From units and inputs that stand before it. */
  readonly links: readonly { readonly from: number; readonly weight: number }[];
}

/** Column, row, distance from the middle, and 1, come first; then the units; the last of them are the channels. */
export interface Cppn {
  readonly units: readonly Unit[];
  readonly channels: number;
}

const inputs = 4;

/** Channels that see the inputs, and nothing between. */
export function simpleCppn(channels: number, random: RandomStream): Cppn {
  const units = Array.from({ length: channels }, (): Unit => {
    const links = Array.from({ length: inputs }, (_, from) => ({ from, weight: random.normal(0, 2) }));
    return { shape: names[random.integer(names.length)], links };
  });
  return { units, channels };
}

/** With other weights, and now and then a new unit, a new link or another shape. */
export function mutated({ units, channels }: Cppn, random: RandomStream): Cppn {
  let changed = units.map(
    (unit): Unit => ({
      shape: random.uniform() < 0.05 ? names[random.integer(names.length)] : unit.shape,
      links: unit.links.map(({ from, weight }) => ({
        from,
        weight: random.uniform() < 0.3 ? weight + random.normal(0, 0.7) : weight,
      })),
    }),
  );
  if (random.uniform() < 0.3) changed = withUnit(changed, random);
  if (random.uniform() < 0.3) changed = withLink(changed, random);
  return { units: changed, channels };
}

/** A unit in the middle of a link; what stood behind it moves up. */
function withUnit(units: readonly Unit[], random: RandomStream): Unit[] {
  const at = random.integer(units.length);
  const { links } = units[at];
  const split = links[random.integer(links.length)];
  const shape = names[random.integer(names.length)];
  const place = inputs + at;
  const moved = (from: number) => (from >= place ? from + 1 : from);
  const later = units.slice(at).map(
    (unit, k): Unit => ({
      shape: unit.shape,
      links: unit.links.map((link) =>
        k === 0 && link === split
          ? { from: place, weight: link.weight }
          : { ...link, from: moved(link.from) },
      ),
    }),
  );
  return [...units.slice(0, at), { shape, links: [{ from: split.from, weight: 1 }] }, ...later];
}

function withLink(units: readonly Unit[], random: RandomStream): Unit[] {
  const at = random.integer(units.length);
  const from = random.integer(inputs + at);
  const link = { from, weight: random.normal() };
  return units.map((unit, k) => (k === at ? { ...unit, links: [...unit.links, link] } : unit));
}

/** H·W·C values of 0 to 1. Places run from −2 to 2 along the shorter side. */
export function painted(
  { units, channels }: Cppn,
  [height, width, depth]: readonly [number, number, number],
): Float32Array {
  const pixels = new Float32Array(height * width * depth);
  const values = new Float64Array(inputs + units.length);
  values[3] = 1;
  const unit = 4 / Math.min(height, width);
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++) {
      values[0] = (j + 0.5 - width / 2) * unit;
      values[1] = (i + 0.5 - height / 2) * unit;
      values[2] = Math.hypot(values[0], values[1]);
      for (let u = 0; u < units.length; u++) {
        const { shape, links } = units[u];
        let sum = 0;
        for (const { from, weight } of links) sum += weight * values[from];
        values[inputs + u] = shapes[shape](sum);
      }
      for (let c = 0; c < depth; c++) {
        const value = values[inputs + units.length - channels + c];
        pixels[(i * width + j) * depth + c] = Math.min(Math.abs(value), 1);
      }
    }
  return pixels;
}
