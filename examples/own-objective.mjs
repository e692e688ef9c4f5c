// An objective of your own: an embedding in which pictures of one digit lie near each other (triplets, Schroff,
// Kalenichenko, Philbin: FaceNet, CVPR 2015, equation 3).
//
// Prints: the nearest of three is of the same digit: true
import {
  add,
  cast,
  data,
  evaluate,
  fit,
  greater,
  nn,
  optim,
  pixelsFor,
  relu,
  square,
  sub,
  sum,
  tensor,
} from "receptive";

const digits = await data.digits();
const random = new Int32Array(3000).map((_, i) => (i * 7919) % 1200);

/** Three pictures: two of one digit, and another one. Class i % 10 stands at place i. */
const size = 28 * 28;
const picture = (place) => digits.train.images.subarray(place * size, (place + 1) * size);
const pictures = (place) => {
  const whole = new Uint8Array(random.length * size);
  for (const i of random.keys()) whole.set(picture(place(i)), i * size);
  return { values: whole, shape: [28, 28, 1], pixels: true };
};
const triplets = data.examples("triplets", {
  anchor: pictures((i) => 10 * random[i] + (i % 10)),
  same: pictures((i) => 10 * random[(i + 1) % random.length] + (i % 10)),
  other: pictures((i) => 10 * random[i] + ((i + 1 + (i % 9)) % 10)),
});

const distance = (a, b) => sum(square(sub(a, b)), { axis: 1 });
const margin = 1;

const nearer = {
  name: "nearer",
  inputs: ["anchor"],
  best: { score: "in order", higher: true },
  cost(model, { anchor, same, other }, mode) {
    const [a, s, o] = [anchor, same, other].map((x) => model(pixelsFor(model, x), mode));
    const count = anchor.shape[0];
    const [near, far] = [distance(a, s), distance(a, o)];
    return {
      losses: { loss: { total: sum(relu(add(sub(near, far), margin))), weight: tensor(count) } },
      sums: { right: sum(cast(greater(far, near), "i32")), all: tensor(count) },
    };
  },
  scores: ({ right, all }) => ({ "in order": right / all }),
};

const model = nn.sequential(
  "embedding",
  nn.conv2d({ filters: 8, kernel: 5, stride: 2 }),
  nn.relu(),
  nn.conv2d({ filters: 16, kernel: 3, stride: 2 }),
  nn.relu(),
  nn.flatten(),
  nn.dense(16),
);
for await (const event of fit(model, triplets, {
  objective: nearer,
  optimizer: optim.adam({ lr: 0.001 }),
  epochs: 4,
  batchSize: 50,
}))
  if (event.kind === "epoch")
    console.log(`epoch ${event.epoch}: in order ${event.scores["in order"].toFixed(3)}`);

const { scores } = await evaluate(model, triplets, { objective: nearer });
console.log(`the nearest of three is of the same digit: ${scores["in order"] > 0.97}`);
