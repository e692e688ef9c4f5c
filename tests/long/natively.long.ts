/** Natively: what takes minutes, and shows in a check of every change only what smaller tests show there, too. */
process.env.RECEPTIVE_WHOLE = "1";
await import("../images/photographed-digits.test.js");
await import("../explain/photographs.test.js");
await import("../models/torchvision.test.js");
await import("../cli/kill.test.js");
