// One-dimensional signals: which of four tones sounds in the noise, by convolutions along time.
//
// Prints: hears more than 19 of 20 tones: true
import { data, evaluate, fit, losses, nn, objectives, optim, random } from "receptive";

const [count, length] = [800, 128];
const tones = [3, 5, 8, 13];

const sounds = async (seed) => {
  const noise = await random.normal([count, length], { seed }).data();
  const phase = await random.uniform([count], { seed: seed + 1, max: 2 * Math.PI }).data();
  const tone = Int32Array.from({ length: count }, (_, i) => i % tones.length);
  const signal = noise.map((n, at) => {
    const [i, t] = [Math.floor(at / length), at % length];
    return n + Math.sin((2 * Math.PI * tones[tone[i]] * t) / length + phase[i]);
  });
  return data.examples("tones", { signal: { values: signal, shape: [length, 1] }, tone: { values: tone } });
};

const model = nn.sequential(
  "ear",
  nn.conv1d({ filters: 16, kernel: 16, stride: 2 }),
  nn.relu(),
  nn.conv1d({ filters: 16, kernel: 8, stride: 2 }),
  nn.relu(),
  nn.flatten(),
  nn.dropout(0.3),
  nn.dense(tones.length),
);
const objective = objectives.classification(losses.crossEntropy(), { inputs: ["signal"], target: "tone" });
const options = {
  objective,
  optimizer: optim.adam({ lr: 0.003 }),
  epochs: 12,
  batchSize: 40,
  average: { decay: 0.99 },
};
for await (const event of fit(model, await sounds(1), options))
  if (event.kind === "epoch") console.log(`epoch ${event.epoch}: heard ${event.accuracy.toFixed(3)}`);

const { scores } = await evaluate(model, await sounds(100), { objective });
console.log(`hears more than 19 of 20 tones: ${scores.accuracy > 0.95}`);
