/** What the addresses of this room hold. */
import type { Key } from "../../state/address.js";
import { text } from "../../state/keys.js";

/** An architecture by its name; "mine" is a file, which is in no link. */
const network = (standard: string): Key<string> => ({
  standard,
  read: (given) => (/^[\w-]{1,40}$/.test(given) ? given : undefined),
  write: (value) => value,
});

const paths: Key<readonly string[]> = {
  standard: [],
  read: (given) => given.split(",").filter(Boolean).slice(0, 60),
  write: (value) => value.join(","),
};

export const mapKeys = {};

export const graphKeys = {
  net: network("lenet5_1998"),
  /** Parts that are open. */
  open: paths,
  at: text("", 200),
};

export const compareKeys = { a: network("vgg16"), b: network("googlenet") };
