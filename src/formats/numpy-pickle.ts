/** Pickles of dictionaries, lists and NumPy arrays of bytes, such as CIFAR's "Python version". */

import { isCounts, show, sizeOf } from "./elements.js";
import { PickleError, type PickleRules, type PickleValue, unpickle } from "./pickle.js";
import { refusal } from "./refusal.js";

/** An array that the pickle holds; empty until its state is known. */
export class PickledArray {
  shape: readonly number[] = [];
  bytes: Uint8Array = new Uint8Array(0);
}

class ElementType {
  constructor(readonly code: string) {}
}

/**
 * The value of a pickle in which arrays of unsigned bytes may stand.
 * @throws PickleError  one line: damaged, another type of array, or what it names that is refused
 */
export function unpickleArrays(bytes: Uint8Array, file: string): PickleValue {
  const fail = refusal(PickleError, file);
  const array = () => new PickledArray();
  const rules: PickleRules = {
    functions: {
      "numpy.core.multiarray._reconstruct": array,
      "numpy._core.multiarray._reconstruct": array,
      "numpy.ndarray": () => fail("its pickle is damaged: it makes an array in another way than NumPy does"),
      "numpy.dtype": ([code]) => {
        if (typeof code !== "string") return fail("its pickle is damaged: an array has no shape and type");
        return new ElementType(code);
      },
      // How protocol 2 writes bytes: as text of which each letter is one.
      "_codecs.encode": ([text], charge) => {
        if (typeof text !== "string") return fail("its pickle is damaged: it has bytes that are no text");
        return bytesOf(text, charge);
      },
      // And how it writes none at all.
      "__builtin__.bytes": () => new Uint8Array(0),
    },
    build(object, state, charge) {
      if (object instanceof ElementType) return;
      const [, shape, type, isFortran, content] = Array.isArray(state) ? state : [];
      const raw = typeof content === "string" ? bytesOf(content, charge) : content;
      if (!(object instanceof PickledArray) || !(type instanceof ElementType) || !Array.isArray(shape))
        return fail("its pickle is damaged: an array has no shape and type");
      if (type.code !== "u1" || isFortran === true)
        return fail(`holds an array of type ${type.code}, expected unsigned bytes (u1) in C's order`);
      if (!isCounts(shape)) return fail("its pickle is damaged: an array has no shape and type");
      if (!(raw instanceof Uint8Array) || raw.length !== sizeOf(shape))
        return fail(`an array of ${show(shape)} has another number of bytes`);
      object.shape = shape;
      object.bytes = raw;
    },
  };
  return unpickle(bytes, file, rules).value;
}

/** Text of which each letter is a byte. */
function bytesOf(text: string, charge: (bytes: number) => void): Uint8Array {
  charge(text.length);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
