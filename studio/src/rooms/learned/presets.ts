/** What the lectures show. */

/** Lee's network: 25@26×26, 25@13×13, 50@11×11, 50@5×5. */
export const leesNetwork = "c25k3-r-m2-c50k3-r-m2-f-d100-r-d10";

/** Classes of ImageNet in figure 1 of Simonyan, Vedaldi, Zisserman (arXiv:1312.6034). */
export const imagenetSix: readonly (readonly [k: number, name: string])[] = [
  [543, "dumbbell"],
  [968, "cup"],
  [251, "dalmatian"],
  [945, "bell pepper"],
  [951, "lemon"],
  [250, "husky"],
];
