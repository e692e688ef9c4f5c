/** The studio's rooms in all widths: one more than a check of every change looks at. */
process.env.RECEPTIVE_WHOLE = "1";
await import("../studio/site.test.js");
await import("../studio/kernels.test.js");
await import("../studio/networks.test.js");
