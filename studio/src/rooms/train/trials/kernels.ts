/** Kernels that can be grafted: how they stand in addresses, what they are called here, and in the library. */
export const graftable: readonly (readonly [code: string, title: string, name: string])[] = [
  ["sobelX", "Sobel →", "sobelX"],
  ["sobelY", "Sobel ↓", "sobelY"],
  ["ridge4", "ridges, 4", "ridge4"],
  ["ridge8", "ridges, 8", "ridge8"],
  ["gabor0", "Gabor 0°", "gabor line 0° λ 5"],
  ["gabor45", "Gabor 45°", "gabor line 45° λ 5"],
  ["gabor90", "Gabor 90°", "gabor line 90° λ 5"],
  ["gabor135", "Gabor 135°", "gabor line 135° λ 5"],
  ["edge45", "Gabor edge 45°", "gabor edge 45° λ 5"],
  ["edge135", "Gabor edge 135°", "gabor edge 135° λ 5"],
  ["blur", "Gaussian", "gaussian5"],
  ["corner", "corner", "corner"],
];

const usual = "sobelX,sobelY,ridge8,gabor0,gabor45,gabor90";

/** Of so many filters; "-" is one that learns, and so is what has no name here. */
export function slotsIn(text: string, filters: number): string[] {
  const given = (text || usual).split(",");
  return Array.from({ length: filters }, (_, i) =>
    graftable.some(([code]) => code === given[i]) ? given[i] : "-",
  );
}
