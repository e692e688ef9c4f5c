/** How large cells are: as wide as the stage allows, in whole pixels, never larger than their design. */

/** What the stage's grids take together at their full size, and the room between them. */
export interface Widths {
  /** In pixels at full size. */
  readonly grids: number;
  readonly gaps: number;
}

/**
 * @param width  of the stage, in CSS pixels; 0 before it is laid out
 * @param most   1 on a desk; more on a projector, where type is larger
 * @returns      what full sizes are multiplied by
 */
export function scaleOf(width: number, { grids, gaps }: Widths, most: number): number {
  if (width === 0) return 1;
  return Math.min(most, Math.max(0.3, (width - gaps) / grids));
}

/** Edge of a cell where `cells` of them share `width`, at most `most`. */
export const cellSize = (width: number, cells: number, most: number): number =>
  Math.max(12, Math.floor(Math.min(width / Math.max(cells, 1), most)));

/** CSS pixels a pixel of a picture that shall fit: whole ones for small pictures, photographs take the room there is. */
export function pictureScale(size: { width: number; height: number }, room: number, most: number): number {
  const fits = Math.min(room / size.width, most / size.height);
  return fits >= 2 ? Math.floor(fits) : fits;
}
