// Preloaded by a test: a machine on which the optional helper for machine code is missing.
const Module = require("node:module");

const load = Module._load;
Module._load = (name, ...rest) => {
  if (name === "koffi") throw new Error("hidden by a test");
  return load(name, ...rest);
};
