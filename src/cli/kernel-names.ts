/** What people call the kernels, and which one they mean. */
import { nearestName } from "../door/spelling.js";

/** Other names, as `plainName` has them, of each kernel and formula. */
export const otherNames: { readonly [name: string]: readonly string[] } = {
  identity: ["none", "original", "id"],
  ridge4: ["laplacian", "laplace", "laplacian4", "ridge", "ridges"],
  ridge8: ["edge", "edges", "edgedetect", "edgedetection", "outline", "laplacian8", "highpass"],
  sharpen: ["sharp", "sharpening", "sharpness"],
  boxBlur: ["box", "mean", "average", "averaging", "lowpass", "boxfilter"],
  gaussian3: ["gauss3", "gaussian3x3", "gauss3x3", "gaussianblur3", "gaussianblur3x3"],
  gaussian5: ["gauss5", "gaussian5x5", "gauss5x5", "gaussianblur5", "gaussianblur5x5"],
  unsharp5: ["unsharp5x5"],
  softBlur: ["soft"],
  downsampleMean: ["downsample", "meanpool", "halve"],
  emboss: ["embossing", "relief"],
  gaussian: ["gauss", "gaussianblur", "gaussblur", "blur", "smooth", "smoothing"],
  log: ["laplacianofgaussian", "laplacianofgauss", "mexicanhat", "marrhildreth"],
  unsharp: ["unsharpmask", "unsharpmasking"],
  motion: ["motionblur"],
};

/** Capitals, hyphens and spaces do not tell kernels apart; `filter` or `kernel` behind a name says nothing. */
export const plainName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "")
    .replace(/(?<=.)(filter|kernel|mask|operator)$/, "");

/** The one of these names that is meant, whatever its spelling. */
export function meantKernel(name: string, names: readonly string[]): string | undefined {
  const plain = plainName(name);
  return (
    names.find((candidate) => candidate === name) ??
    names.find((candidate) => plainName(candidate) === plain) ??
    names.find((candidate) => otherNames[candidate]?.some((other) => plainName(other) === plain))
  );
}

/** `; did you mean "sobelX" or "sobelY"?`: what begins or ends as the name does, or else the nearest. */
export function kernelSuggestion(name: string, names: readonly string[]): string {
  const plain = plainName(name);
  const alike = names.filter((candidate) => {
    const other = plainName(candidate);
    return plain.length > 2 && (other.startsWith(plain) || other.endsWith(plain) || plain.startsWith(other));
  });
  const spellings = names.flatMap((candidate) => [candidate, ...(otherNames[candidate] ?? [])]);
  const nearest = plain.length > 1 ? nearestName(name, spellings) : undefined;
  const likely = alike.length > 0 ? alike : nearest === undefined ? [] : [nearest];
  if (likely.length === 0) return "";
  const quoted = likely.slice(0, 4).map((candidate) => `"${candidate}"`);
  const last = quoted.pop();
  return `; did you mean ${quoted.length > 0 ? `${quoted.join(", ")} or ` : ""}${last}?`;
}
