/** What `--kernel` may say: a name, a formula with its settings, or a table. */

import { UsageError } from "../door/usage-error.js";
import {
  gabor,
  gaussian,
  type KernelName,
  kernelNotes,
  kernels,
  laplacianOfGaussian,
  type Matrix,
  motionBlur,
  unsharpMask,
} from "../features/kernels.js";
import { kernelSuggestion, meantKernel } from "./kernel-names.js";

interface Formula {
  readonly what: string;
  readonly settings: { readonly [name: string]: number };
  make(settings: { [name: string]: number }): Matrix;
}

export const formulas: { readonly [name: string]: Formula } = {
  gaussian: { what: "Gaussian blur", settings: { sigma: 2 }, make: ({ sigma }) => gaussian({ sigma }) },
  log: {
    what: "Laplacian of the Gaussian",
    settings: { sigma: 2 },
    make: ({ sigma }) => laplacianOfGaussian({ sigma }),
  },
  unsharp: {
    what: "unsharp masking",
    settings: { sigma: 2, amount: 1 },
    make: ({ sigma, amount }) => unsharpMask({ sigma, amount }),
  },
  motion: {
    what: "motion blur, angle in degrees",
    settings: { length: 15, angle: 0 },
    make: ({ length, angle }) => motionBlur({ length, angle }),
  },
  gabor: {
    what: "Gabor filter, angle and phase in degrees",
    settings: { wavelength: 8, angle: 0, phase: 0 },
    make: ({ wavelength, angle, phase }) => gabor({ wavelength, angle, phase }),
  },
};

/** `gaussian:sigma=2` as people write it. */
export const spelled = (name: string, { settings }: Formula): string =>
  `${name}:${Object.entries(settings)
    .map(([key, value]) => `${key}=${value}`)
    .join(",")}`;

/** @throws UsageError for a name there is not, a setting there is not, or a table that is no JSON */
export function kernelOf(text: string): { matrix: Matrix; stride?: number } {
  if (text.trim().startsWith("[")) {
    try {
      return { matrix: JSON.parse(text) as Matrix };
    } catch {
      throw new UsageError(
        `--kernel ${text}: no table of numbers, expected rows such as [[0,-1,0],[-1,5,-1],[0,-1,0]]`,
      );
    }
  }
  const [said, list = ""] = text.trim().split(/:(.*)/s);
  const names = [...Object.keys(kernels), ...Object.keys(formulas)];
  const name = meantKernel(said, names);
  if (name === undefined)
    throw new UsageError(
      `there is no kernel "${said}"${kernelSuggestion(said, names)}; receptive filter --list shows all`,
    );
  if (Object.hasOwn(kernels, name)) {
    if (list !== "")
      throw new UsageError(
        `--kernel ${text}: ${name} is a table and has no settings, expected --kernel ${name}`,
      );
    const { stride } = kernelNotes[name as KernelName];
    return { matrix: kernels[name as KernelName], stride };
  }
  const formula = formulas[name];
  const settings: { [name: string]: number } = { ...formula.settings };
  for (const part of list.split(",").filter(Boolean)) {
    const [key, value] = part.split("=").map((side) => side.trim());
    const number = Number(value);
    if (!Object.hasOwn(settings, key) || value === undefined || value === "" || !Number.isFinite(number))
      throw new UsageError(
        `--kernel ${text}: "${part}" is no setting of ${name}, expected ${spelled(name, formula)}`,
      );
    settings[key] = number;
  }
  return { matrix: formula.make(settings) };
}
