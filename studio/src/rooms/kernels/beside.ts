/** How wide two pictures are that stand beside each other, with something of a fixed width between or after them. */
export interface Beside {
  readonly isNarrow: boolean;
  /** Of the page's column, in pixels; 0 where it is not known yet. */
  readonly width: number;
  readonly fixed: number;
  readonly gap: number;
}

/** Whether what is of a fixed width stands below the pictures. */
export const isBelow = ({ isNarrow, width }: Beside): boolean => !isNarrow && width > 0 && width < 1000;

/** What each picture has, in pixels. */
export function roomOf(beside: Beside): number {
  const { isNarrow, width, fixed, gap } = beside;
  if (isNarrow) return width || 358;
  if (isBelow(beside)) return (width - gap) / 2;
  return Math.max(200, ((width || 1376) - fixed - 2 * gap) / 2);
}
