/** What a program can import: the name of each entry (`receptive` itself is `index`) and its module in `dist`. */
export const entries = {
  index: "index",
  audio: "audio/index",
  data: "public-data",
  explain: "explain/index",
  features: "features/index",
  formats: "formats/index",
  formatting: "formatting/index",
  images: "images/index",
  losses: "losses/index",
  models: "models/index",
  nn: "nn/index",
  optim: "optim/index",
  random: "tensor/random",
  serve: "worker/serve",
  tasks: "tasks/index",
};

/** Beside these: a file of its own, with nothing of the library. */
export const apart = { client: "worker/client" };
