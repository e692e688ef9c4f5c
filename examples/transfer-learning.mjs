// Transfer learning: a network that has learned to read the digits 0 to 6 learns 7, 8 and 9 from five pictures of each.
// Its filters come from its checkpoint and stay as they are; its last two layers are made anew and trained.
//
// Prints: reads more of the new digits than a network that begins from nothing: true
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkpointOf, data, evaluate, fit, load, losses, modelOf, models, nn, optim, save } from "receptive";

const seed = 1;
const digits = await data.digits();

/** The first `count` pictures of these digits, which become the classes 0, 1, … */
function only(set, wanted, count) {
  const size = 28 * 28;
  const places = [...set.labels.keys()].filter((i) => wanted.includes(set.labels[i])).slice(0, count);
  const images = new Uint8Array(count * size);
  for (const [i, place] of places.entries())
    images.set(set.images.subarray(place * size, (place + 1) * size), i * size);
  const labels = Uint8Array.from(places, (place) => wanted.indexOf(set.labels[place]));
  return { ...set, classes: wanted.map(String), length: count, images, labels };
}

async function train(model, set, options) {
  const adam = { loss: losses.crossEntropy(), optimizer: optim.adam({ lr: 0.002 }), seed };
  for await (const event of fit(model, set, { ...adam, ...options }))
    if (event.kind === "done") console.log(`${event.epochs} epochs in ${event.seconds.toFixed(1)} s`);
}

// A network that reads 0 to 6, as a file.
const folder = await mkdtemp(join(tmpdir(), "receptive-"));
const file = join(folder, "zero-to-six.safetensors");
const known = only(digits.train, [0, 1, 2, 3, 4, 5, 6], 8000);
const first = models.lenet5({ classes: 7 });
await train(first, known, { epochs: 4, batchSize: 50 });
await save(file, await checkpointOf(first, { input: known.shape, data: known }));

// Five lines of transfer learning.
const few = only(digits.train, [7, 8, 9], 15);
const base = modelOf(await load(file));
const model = await nn.replaced(base, { dense2: nn.dense(84), dense3: nn.dense(3) }, { seed });
await train(model, few, { epochs: 60, batchSize: 5, trained: ["dense2", "dense3"] });
await rm(folder, { recursive: true });

const fresh = models.lenet5({ classes: 3 });
await train(fresh, few, { epochs: 60, batchSize: 5 });

const unseen = only(digits.test, [7, 8, 9], 600);
const [transferred, alone] = [await evaluate(model, unseen), await evaluate(fresh, unseen)];
console.log(`${transferred.accuracy.toFixed(3)} instead of ${alone.accuracy.toFixed(3)} of 600 new pictures`);
const isMore = transferred.accuracy > alone.accuracy;
console.log(`reads more of the new digits than a network that begins from nothing: ${isMore}`);
