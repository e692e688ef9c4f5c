/** What the addresses of this room hold; the pinned unit is every room's (`unit`). */
import { decimal, flag, oneOf, text, wholeNumber } from "../../state/keys.js";

const draw = text("", 600);
const pictureKeys = { draw, test: wholeNumber(47, 0, 1_000_000) };

/** The first that will do where none is named. */
const layer = text("", 60);
const seed = wholeNumber(0, 0, 999_999);
/** The network at hand, or SqueezeNet from a file. */
const net = oneOf(["hand", "squeezenet"], "hand");
/** Counted from 1; 0 is the class that is read. */
const ofClass = wholeNumber(0, 0, 10_000);

export const layerKeys = { ...pictureKeys, layer };

export const whyKeys = { ...pictureKeys, class: ofClass };

export const regularisationNames = ["olah", "plain", "l1", "simonyan", "yosinski"] as const;

export const maximiseKeys = {
  ...pictureKeys,
  net,
  /** The lecture's network, which is trained when it is asked for. */
  preset: oneOf(["", "lee"], ""),
  of: oneOf(["classes", "unit", "layer"], "classes"),
  layer,
  reg: oneOf(regularisationNames, "olah"),
  l1: decimal(0.03, 0, 1),
  steps: wholeNumber(256, 1, 4096),
  seed,
};

export const hideKeys = {
  ...pictureKeys,
  class: ofClass,
  /** Edge of the square in pixels; a fifth of the picture where it is 0. */
  size: wholeNumber(0, 0, 512),
  grey: oneOf(["grey", "black", "white"], "grey"),
  /** Of its middle, counted from 1: row, column. */
  at: text("", 20),
};

export const foolKeys = {
  ...pictureKeys,
  how: oneOf(["picture", "noise", "pixels", "patterns"], "picture"),
  /** Counted from 1; 0 is the likeliest but one. */
  class: ofClass,
  /** It ends where the network is so sure, in per cent. */
  sure: oneOf(["50", "90", "99", "99.9"], "90"),
  seed,
};

const sources = ["hand", "coffee", "cat", "rocket", "mine"] as const;

export const dreamKeys = {
  ...pictureKeys,
  net,
  src: oneOf(sources, "hand"),
  layer,
  /** Counted from 1; 0 for all together. */
  u: wholeNumber(0, 0, 100_000),
  octaves: wholeNumber(4, 1, 8),
  iterations: wholeNumber(10, 1, 100),
  seed,
};

export const styleKeys = {
  ...pictureKeys,
  net,
  src: oneOf(sources, "cat"),
  manner: oneOf(["coffee", "cat", "rocket", "hand", "mine"], "coffee"),
  weight: wholeNumber(100, 1, 100_000),
  iterations: wholeNumber(100, 1, 1000),
  colours: flag,
  seed,
};

export const shiftKeys = {
  ...pictureKeys,
  class: ofClass,
  /** What the curves run over. */
  by: oneOf(["right", "down", "turn", "scale"], "right"),
  x: decimal(0, -20, 20),
  y: decimal(0, -20, 20),
  turn: decimal(0, -180, 180),
  scale: decimal(1, 0.25, 4),
};

export const codesKeys = {
  ...pictureKeys,
  of: oneOf(["network", "autoencoder"], "network"),
  layer,
  dims: oneOf(["2", "3"], "2"),
  /** Of the autoencoder: numbers of a code, how its pictures are compared, where the code was dragged to. */
  code: oneOf(["2", "4", "8", "16", "32"], "8"),
  loss: oneOf(["l2", "l1"], "l2"),
  epochs: wholeNumber(5, 1, 50),
  at: text("", 40),
  seed,
};
