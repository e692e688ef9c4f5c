/** How wide a view's stage is, and how large cells on it may be. */
import { look } from "../state/look.svelte.js";
import { cellSize, scaleOf, type Widths } from "./sizes.js";

export class Stage {
  /** In CSS pixels, as it is laid out; 0 before. */
  width = $state(0);
  readonly #widths: Widths;

  constructor(widths: Widths) {
    this.#widths = widths;
  }

  get isNarrow(): boolean {
    return look.isNarrow.current;
  }

  get scale(): number {
    if (this.isNarrow) return Math.min(1.15, (this.width || 358) / 358);
    return scaleOf(this.width, this.#widths, look.page.present ? 1.5 : 1);
  }

  /**
   * Edge of a cell.
   *
   * @param cells  of them side by side, or one above the other
   * @param wide   pixels they share, and the largest cell, at full size
   * @param narrow the same on a phone of 390 pixels
   */
  cell(cells: number, wide: readonly [number, number], narrow: readonly [number, number]): number {
    const [width, most] = this.isNarrow ? narrow : wide;
    return cellSize(width * this.scale, cells, most * this.scale);
  }
}
