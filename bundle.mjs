/**
 * After the compiler: what the package has for whom. Browsers' bundlers take the modules, of which they leave out what a
 * page does not use; Node takes few files; TypeScript one.
 */
import { bringPackages } from "./build/brought.mjs";
import { packDigitShapes } from "./build/digit-shapes.mjs";
import { slimModules } from "./build/modules.mjs";
import { bundleCommonJs, bundleForNode } from "./build/node-files.mjs";
import { writePageModules } from "./build/page-modules.mjs";
import { writeThreadSource } from "./build/thread-source.mjs";
import { bundleTypes } from "./build/types.mjs";
import { bundleWorker } from "./build/worker-files.mjs";

await writeThreadSource();
await slimModules();
await packDigitShapes();
await bringPackages();
await bundleForNode();
await bundleCommonJs();
await bundleWorker();
await bundleTypes();
await writePageModules();
