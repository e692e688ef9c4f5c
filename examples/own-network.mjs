// A network of your own, with a layer of your own, learns to read digits.
//
// Prints: reads more than 9 of 10 digits: true
import { data, evaluate, fit, losses, mul, nn, optim, sigmoid } from "receptive";

/** A layer is a name and a function; parameters are asked of the scope: x · σ(βx), β learned for each channel. */
const swish = () => ({
  type: "swish",
  forward(x, scope) {
    const beta = scope.parameter("beta", [x.shape.at(-1)], { constant: 1 });
    return mul(x, sigmoid(mul(x, beta)));
  },
});

const model = nn.sequential(
  "reader",
  nn.conv2d({ filters: 8, kernel: 5, stride: 2 }),
  swish(),
  nn.conv2d({ filters: 16, kernel: 3, stride: 2 }),
  swish(),
  nn.flatten(),
  nn.dense(10),
);

const digits = await data.digits();
const train = data.part(digits.train, 0, 3000);
const events = fit(model, train, {
  loss: losses.crossEntropy(),
  optimizer: optim.adam({ lr: 0.003 }),
  epochs: 8,
  batchSize: 64,
});
for await (const event of events)
  if (event.kind === "epoch") console.log(`epoch ${event.epoch}: loss ${event.loss.toFixed(3)}`);

const { accuracy } = await evaluate(model, data.part(digits.test, 0, 500));
console.log(`reads more than 9 of 10 digits: ${accuracy > 0.9}`);
