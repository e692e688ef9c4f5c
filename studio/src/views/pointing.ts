/** Pictures whose places are pointed at: by pointer or finger, by arrows, Home and End; Enter takes, Escape lets go. */
import { arrows } from "../state/arrows.js";

export type Place = readonly [row: number, column: number];

/** @param size  rows, columns */
const within = ([row, column]: Place, [rows, columns]: Place): Place => [
  Math.min(Math.max(row, 0), rows - 1),
  Math.min(Math.max(column, 0), columns - 1),
];

/** @returns the place of a picture of `size` (rows, columns) under a pointer over it, the nearest where it lies beside it */
export function placeUnder(event: PointerEvent, size: Place): Place {
  const { left, top, width, height } = (event.currentTarget as HTMLElement).getBoundingClientRect();
  return within(
    [
      Math.floor(((event.clientY - top) / height) * size[0]),
      Math.floor(((event.clientX - left) / width) * size[1]),
    ],
    size,
  );
}

/** @returns where an arrow leads from `at`, by `far` places; undefined for other keys, which stay the page's */
export function placeAfter(
  event: KeyboardEvent,
  at: Place,
  size: Place,
  far = event.shiftKey ? 10 : 1,
): Place | undefined {
  const way = arrows[event.key];
  if (!way) return undefined;
  event.preventDefault();
  return within([at[0] + far * way[0], at[1] + far * way[1]], size);
}

export interface Walk {
  readonly at: Place | undefined;
  readonly size: Place;
  /** Where the arrows begin. */
  readonly first: Place;
  onpoint?: ((place: Place | undefined) => void) | undefined;
  onpick?: ((row: number, column: number) => void) | undefined;
}

/** Keys of a picture that is one stop of Tab. */
export function walk(event: KeyboardEvent, { at, size, first, onpoint, onpick }: Walk): void {
  const next = placeAfter(event, at ?? first, size);
  if (next) onpoint?.(at ? next : first);
  else if (event.key === "Home") onpoint?.([(at ?? first)[0], 0]);
  else if (event.key === "End") onpoint?.([(at ?? first)[0], size[1] - 1]);
  else if ((event.key === "Enter" || event.key === " ") && at) onpick?.(...at);
  else {
    // A pin is freed by whoever has set it.
    if (event.key === "Escape") onpoint?.(undefined);
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}
