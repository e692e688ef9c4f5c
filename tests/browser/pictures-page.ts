/** What the tests of a page's pictures use of the library. */
import { data } from "receptive";

const library = { pictureFrom: data.pictureFrom };
export type Library = typeof library;
Object.assign(globalThis, { library });
