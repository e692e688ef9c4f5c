// Two networks and two optimizers: a generator learns to draw points of a ring, a discriminator to tell them from true
// ones (Goodfellow et al.: Generative Adversarial Nets, NIPS 2014). Any loop can be compiled; `fit` is one of them.
//
// Prints: most points lie on the ring: true
import {
  compile,
  concat,
  gradients,
  losses,
  nn,
  ones,
  optim,
  random,
  stopGradient,
  tensor,
  zeros,
} from "receptive";

const batch = 128;
const generator = nn.sequential("generator", nn.dense(32), nn.relu(), nn.dense(32), nn.relu(), nn.dense(2));
const discriminator = nn.sequential(
  "discriminator",
  nn.dense(64),
  nn.leakyRelu(),
  nn.dense(64),
  nn.leakyRelu(),
  nn.dense(1),
);
generator.build([4], { seed: 1 });
discriminator.build([2], { seed: 2 });
const draws = optim.learner(optim.adam({ beta1: 0.5 }), generator.parameters);
const tells = optim.learner(optim.adam({ beta1: 0.5 }), discriminator.parameters);
const isTrue = losses.binaryCrossEntropy();

const step = compile((noise, real, at) => {
  const drawn = generator(noise);
  const fooled = isTrue(discriminator(drawn), ones([batch, 1]));
  const seen = concat([real, stopGradient(drawn)], { axis: 0 });
  const told = isTrue(discriminator(seen), concat([ones([batch, 1]), zeros([batch, 1])], { axis: 0 }));
  draws.update(gradients(fooled, [...generator.parameters.values()]), at);
  tells.update(gradients(told, [...discriminator.parameters.values()]), at);
  return { fooled, told };
});
const draw = compile((noise) => generator(noise));

const noise = async (seed) => tensor(await random.normal([batch, 4], { seed }).data(), [batch, 4]);
const ring = async (seed) => {
  const angles = await random.uniform([batch], { seed, max: 2 * Math.PI }).data();
  return tensor(
    Float32Array.from({ length: 2 * batch }, (_, i) => (i % 2 ? Math.sin : Math.cos)(angles[i >> 1])),
    [batch, 2],
  );
};

for (let i = 1; i <= 3000; i++) {
  const { told } = await step(await noise(2 * i), await ring(2 * i + 1), optim.stepTensors(0.001, i));
  if (i % 500 === 0) console.log(`step ${i}: the discriminator's loss is ${(await told.item()).toFixed(3)}`);
}

const points = await (await draw(await noise(1))).data();
const near = Array.from({ length: batch }, (_, i) => Math.hypot(points[2 * i], points[2 * i + 1])).filter(
  (r) => r > 0.8 && r < 1.2,
);
console.log(`most points lie on the ring: ${near.length > 0.8 * batch}`);
