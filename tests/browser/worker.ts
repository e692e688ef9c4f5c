/** Runs in a worker of the test page. */
import { data, device, evaluate, fit, losses, models, optim } from "receptive";
import { trainLenet } from "./train-lenet.js";

await trainLenet({
  device,
  evaluate,
  fit,
  digits: data.digits,
  crossEntropy: losses.crossEntropy,
  lenet5: models.lenet5,
  cosine: optim.cosine,
  sgd: optim.sgd,
});
