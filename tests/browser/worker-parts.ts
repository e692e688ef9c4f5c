/** As `worker.ts`, by the entries of the parts. */
import { device, evaluate, fit } from "receptive";
import { digits } from "receptive/data";
import { crossEntropy } from "receptive/losses";
import { lenet5 } from "receptive/models";
import { cosine, sgd } from "receptive/optim";
import { trainLenet } from "./train-lenet.js";

await trainLenet({ device, evaluate, fit, digits, crossEntropy, lenet5, cosine, sgd });
