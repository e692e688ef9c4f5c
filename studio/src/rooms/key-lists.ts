/** The keys of each room, for who asks with "?". */
export interface KeyTable {
  readonly title: string;
  readonly keys: readonly (readonly [key: string, does: string])[];
}

const everywhere: KeyTable = {
  title: "Everywhere",
  keys: [
    ["Ctrl K", "find"],
    ["?", "these keys"],
    ["Ctrl Z", "undo; with Shift redo"],
    ["Tab", "to the next view, once each"],
  ],
};

const grids: KeyTable = {
  title: "In a grid of numbers",
  keys: [
    ["← ↑ → ↓", "to the next cell"],
    ["Home, End", "to the ends of the row; with Ctrl of the grid"],
    ["0–9, −", "write a number into the cell"],
    ["Enter", "edit the cell, or compute up to it"],
    ["Esc", "leave the old number"],
  ],
};

const steps: KeyTable = {
  title: "Steps",
  keys: [
    ["→ ←", "one on, one back"],
    ["Space", "play; where the map is covered, uncover one"],
    ["Home, End", "nothing computed, all computed"],
    ["C", "cover the map"],
    ["F", "flip the filter"],
    ["PageDown, PageUp", "one on, one back, with present=1"],
  ],
};

const walking: KeyTable = {
  title: "On a path of the lecture",
  keys: [
    ["Shift PageDown", "the next step"],
    ["Shift PageUp", "the step before"],
    ["PageDown, PageUp", "with present=1, where the view is at its last place"],
  ],
};

const training: KeyTable = {
  title: "Training",
  keys: [
    ["Space", "start, pause, go on"],
    ["→", "one step"],
    ["← → on the history", "a step back, a step on"],
    ["PageDown", "one step, with present=1"],
  ],
};

const pad: KeyTable = {
  title: "On the drawing pad",
  keys: [
    ["← ↑ → ↓", "move the pen; with Shift four times as far"],
    ["Space", "put the pen down, lift it"],
    ["Delete", "clear"],
  ],
};

const pixels: KeyTable = {
  title: "In a picture",
  keys: [
    ["← ↑ → ↓", "to the next pixel; with Shift ten on"],
    ["Home, End", "to the ends of the row"],
    ["Enter", "pin the pixel, or free it; in template cut there"],
    ["Esc", "nothing is pinned"],
    ["Ctrl V", "paste a picture of yours"],
  ],
};

const units: KeyTable = {
  title: "In the layers",
  keys: [
    ["← ↑ → ↓", "move the pinned unit; with Shift five on"],
    ["[ ]", "the map before, the map after"],
    ["PageUp, PageDown", "the layer before, the layer after"],
    ["U", "pin a unit, or free it"],
    ["Esc", "nothing is pinned"],
    [", . + − F", "in the room: turn it, nearer, farther, to the unit"],
  ],
};

const learned: KeyTable = {
  title: "In pictures and maps",
  keys: [
    ["← ↑ → ↓", "move the pointer, the square or the picture; with Shift farther"],
    ["← ↑ → ↓ on codes", "turn the room; of an autoencoder move the code"],
  ],
};

const tasks: KeyTable = {
  title: "In maps and matrices",
  keys: [
    ["← ↑ → ↓", "to the next number; with Shift ten on"],
    ["Enter", "pin the number, or free it"],
    ["Esc", "nothing is pointed at"],
  ],
};

const own: Readonly<Record<string, readonly KeyTable[]>> = {
  convolve: [steps, grids],
  train: [training, grids, pad],
  kernels: [pixels, grids],
  inside: [units, pad],
  learned: [learned],
  text: [tasks],
  rank: [tasks],
  speech: [tasks],
  lecture: [walking],
};

/** @param isWalking  whether a step of a path stands above the room */
export const keyLists = (room: string, isWalking: boolean): readonly KeyTable[] => [
  ...(isWalking ? [walking] : []),
  ...(own[room] ?? []),
  everywhere,
];
