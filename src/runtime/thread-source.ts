/**
 * The text of `threadMain`, an expression. From the sources it is what the function says of itself. The build
 * (`build/thread-source.mjs`) puts a literal here: what the bundlers of applications add to functions (esbuild's `keepNames` calls
 * a helper that stands elsewhere) is not found inside a worker.
 */
import { threadMain } from "./thread-main.js";

export const threadSource = `(${threadMain.toString()})`;
