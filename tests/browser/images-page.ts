/** What the tests of a page's picture files use of the library. */
import { saliency } from "receptive/explain";
import * as images from "receptive/images";
import { lenet5 } from "receptive/models";

const library = { images, saliency, lenet5 };
export type Library = typeof library;
Object.assign(globalThis, { library });
