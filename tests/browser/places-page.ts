/** What the tests of a page's places use of the library. */
import { encodeCheckpoint, load, loadWeights, nn, save } from "receptive";

const library = { encodeCheckpoint, load, loadWeights, nn, save };
export type Library = typeof library;
Object.assign(globalThis, { library });
