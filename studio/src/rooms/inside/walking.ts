/** From unit to unit by keys, the same in both views. */
import { pinned } from "../../network/pinned.js";
import { arrows } from "../../state/arrows.js";
import { type InsideView, mapsIn } from "./inside.svelte.js";

export interface Walk {
  readonly inside: InsideView;
  /** The layer where one begins who has nothing pinned. */
  readonly alone: string;
  /** Of a line of numbers how many stand below each other. */
  readonly down: (path: string) => number;
}

/** Arrows move the unit, brackets the map, PageUp and PageDown the layer. */
export function walked(walk: Walk, event: KeyboardEvent): void {
  const { key } = event;
  const { inside } = walk;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const at = pinned.place ?? inside.greatest(walk.alone);
  if (!at) return;
  const [rows, columns, units] = mapsIn(inside.wire(at.layer)?.shape ?? []);
  const within = (value: number, most: number) => Math.min(Math.max(value, 0), most - 1);
  const isLine = inside.isLine(at.layer);
  if (arrows[key]) {
    const [down, right] = arrows[key];
    const far = event.shiftKey ? 5 : 1;
    if (isLine) {
      const by = down + right * (inside.isAnswer(at.layer) ? 1 : walk.down(at.layer));
      inside.pin({ ...at, unit: within(at.unit + far * by, units) });
    } else {
      const [row, column] = [within(at.row + far * down, rows), within(at.column + far * right, columns)];
      inside.pin({ ...at, row, column });
    }
  } else if (key === "Home" || key === "End") {
    const last = key === "End";
    inside.pin(isLine ? { ...at, unit: last ? units - 1 : 0 } : { ...at, column: last ? columns - 1 : 0 });
  } else if (key === "[" || key === "]")
    inside.pin({ ...at, unit: (at.unit + (key === "]" ? 1 : units - 1)) % units });
  else if (key === "PageDown" || key === "PageUp") stepped(walk, key === "PageDown" ? 1 : -1);
  else if (key === "Escape") pinned.free();
  else if (key === "u" || key === "U") {
    if (pinned.place) pinned.free();
    else inside.pin(at);
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

/** To the layer before or after. */
export function stepped({ inside, alone }: Walk, by: number): void {
  const here = pinned.place;
  const at = inside.shown.findIndex(({ path }) => path === (here?.layer ?? alone));
  const next = inside.shown[at + by];
  const place = next && (here ? inside.carried(here, next.path) : inside.greatest(next.path));
  if (place) inside.pin(place);
}
