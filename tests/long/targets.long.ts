/** On WebAssembly: what learned networks show, features by hand, whole networks and interrupted trainings, which a check of every change runs natively only. */
process.env.RECEPTIVE_TARGET = "wasm";
await import("../explain/photographs.test.js");
await import("../explain/learned.test.js");
await import("../models/autoencoder.test.js");
await import("../features/surf.test.js");
await import("../features/detector.test.js");
await import("../features/agreement.test.js");
await import("../features/sift.test.js");
await import("../models/models.test.js");
await import("../models/torchvision.test.js");
await import("../training/resume.test.js");
await import("../training/transfer.test.js");
