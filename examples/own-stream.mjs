// Data that come as a stream, without an end: each epoch is 1,000 examples of it. The generator gives the same examples
// for the same draw, so that a stopped training can be resumed bit for bit, as it is here.
//
// Prints: the resumed training ends with the same weights: true
import { data, fit, losses, nn, objectives, optim, random } from "receptive";

const stream = data.stream("points in a ring", {
  fields: { point: { shape: [2], dtype: "f32" }, inside: { shape: [], dtype: "i32" } },
  length: 1000,
  shuffle: 200,
  async *from({ seed, epoch }) {
    for (let block = 0; ; block++) {
      const numbers = await random
        .uniform([100, 2], { seed: seed + 1000 * epoch + block, min: -1, max: 1 })
        .data();
      for (let i = 0; i < 100; i++) {
        const point = numbers.slice(2 * i, 2 * i + 2);
        const distance = Math.hypot(...point);
        yield { point, inside: Number(distance > 0.4 && distance < 0.8) };
      }
    }
  },
});

const model = () => nn.sequential("ring", nn.dense(32), nn.relu(), nn.dense(32), nn.relu(), nn.dense(2));
const train = async (network, more = {}) => {
  const objective = objectives.classification(losses.crossEntropy(), { inputs: ["point"], target: "inside" });
  const options = {
    objective,
    optimizer: optim.adam({ lr: 0.005 }),
    epochs: 6,
    batchSize: 50,
    seed: 3,
    ...more,
  };
  for await (const event of fit(network, stream, options))
    if (event.kind === "epoch")
      console.log(`epoch ${event.epoch}: ${event.accuracy.toFixed(3)} are told apart`);
  return [...network.parameters.values()];
};

const checkpoints = [];
const save = (checkpoint) => checkpoints.push(checkpoint);
const whole = await train(model(), { checkpoint: { every: 7, save } });
const resumed = await train(model(), { resume: checkpoints[9] });

const numbers = async (weights) =>
  JSON.stringify(await Promise.all(weights.map(async (w) => [...(await w.data())])));
console.log(
  `the resumed training ends with the same weights: ${(await numbers(whole)) === (await numbers(resumed))}`,
);
