/** On WebAssembly: what learned networks show, and features by hand, which a check of every change runs natively only. */
process.env.RECEPTIVE_TARGET = "wasm";
await import("../explain/photographs.test.js");
await import("../explain/learned.test.js");
await import("../models/autoencoder.test.js");
await import("../features/surf.test.js");
await import("../features/detector.test.js");
await import("../features/agreement.test.js");
