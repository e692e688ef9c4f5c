/** Where minimal filtering is worth its transforms: decided from shapes alone, so no result depends on threads. */
import { tile } from "../kernels/winograd.js";

const { pixels } = tile;

/** A convolution that minimal filtering can do: its sizes, and how many tiles cover a picture. */
export interface Found {
  readonly computes: "results" | "filter gradient";
  readonly n: number;
  readonly height: number;
  readonly width: number;
  readonly c: number;
  readonly f: number;
  readonly down: number;
  readonly right: number;
  /** True where its transformed filter is made once, not with each run. */
  readonly prepared: boolean;
}

/**
 * What it costs to write and read a float of what is transformed, in multiply-adds: a core with AVX-512 does some 130
 * thousand million of these in the time in which it moves 3 (thousand million floats, out and in) beyond its caches,
 * and 16 inside. Fitted to layers of 7×7 to 224×224 pixels, 16 to 512 channels, 1 to 64 pictures.
 */
const moved = { near: 8, far: 40 } as const;

/** Transformed tiles up to so many floats stay in the caches; of the filter, which comes back a run later, fewer. */
const nearby = { tiles: 2 ** 20, filter: 2 ** 18 } as const;

/** With fewer channels or filters a product has too few vectors to be fast. */
const fewestChannels = 32;

/** Offsets inside what is transformed must fit the displacements of instructions. */
const mostFloats = 2 ** 28;

/** Less than this part of the direct convolution's cost must be left, for what the estimate does not see. */
const worthwhile = 0.8;

export function pays({ n, height, width, c, f, down, right, prepared }: Found): boolean {
  if (Math.min(c, f) < fewestChannels) return false;
  const square = pixels ** 2;
  const tiles = n * down * right;
  const ofTiles = square * tiles * (c + f);
  const ofFilter = square * c * f;
  if (Math.max(ofTiles, ofFilter) > mostFloats) return false;
  // What is prepared is only read; a filter that changes is transformed for every run, or its gradient is.
  const cost =
    square * tiles * c * f +
    ofTiles * (ofTiles > nearby.tiles ? moved.far : moved.near) +
    ofFilter * (prepared ? 0.5 : 1.5) * (ofFilter > nearby.filter ? moved.far : moved.near);
  return cost < worthwhile * n * height * width * tile.filter ** 2 * c * f;
}
