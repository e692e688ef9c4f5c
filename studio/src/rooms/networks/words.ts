/** What this room says. A translation is another file like this one. */
export const mapWords = {
  reading: "From 60,000 to 138 million parameters, and back to 8.",
  under:
    "Errors are of ImageNet's 1,000 classes (LeNet-5: of MNIST). “As cited” are figures that we could not check against the paper; parameters, multiply-adds and receptive fields are the library's own counts.",
  imagenet:
    "ImageNet has 14,197,122 pictures of 21,841 kinds of things; the networks are trained on 1.2 million of 1,000 kinds. AlexNet's 18.2 % is one network, 16.4 % five, 15.3 % seven of them.",
};

const giga = (n: number): string =>
  n >= 1e9 ? `${(n / 1e9).toFixed(2)} G` : n >= 1e6 ? `${(n / 1e6).toFixed(1)} M` : n.toLocaleString("en-US");

/** Multiply-adds: 15.47 G */
export const products = giga;

export const count = (n: number): string => n.toLocaleString("en-US");

/** 14×14×6 */
export const shape = (output: readonly number[] | undefined): string => output?.join("×") ?? "";

export const fieldText = (field: number | readonly number[] | null | undefined): string =>
  field === undefined
    ? ""
    : field === null
      ? "all of the picture"
      : typeof field === "number"
        ? `${field}×${field} pixels`
        : `${field.join("×")} pixels`;
