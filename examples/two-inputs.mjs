// Two inputs and two outputs: a picture and a word that asks about it. Two losses, each with its name.
//
// Prints: answers more than 9 of 10 questions: true
import { data, evaluate, fit, losses, nn, objectives, optim } from "receptive";

const questions = ["is it the digit one?", "is it even?", "is it above four?"];
const answers = [(d) => d === 1, (d) => d % 2 === 0, (d) => d > 4];

const digits = await data.digits();
const asked = (set, length) => {
  const question = Int32Array.from({ length }, (_, i) => (i * 5 + (i >> 3)) % questions.length);
  const digit = Int32Array.from(set.labels.subarray(0, length));
  return data.examples("questions about digits", {
    picture: { values: set.images.subarray(0, length * 784), shape: [28, 28, 1], pixels: true },
    question: { values: question, shape: [1] },
    answer: { values: digit.map((d, i) => Number(answers[question[i] % 3](d))) },
    digit: { values: digit },
  });
};

const model = nn.graph("answers", {
  inputs: ["picture", "question"],
  nodes: {
    seen: {
      layer: nn.sequential(
        nn.conv2d({ filters: 8, kernel: 5, stride: 2 }),
        nn.relu(),
        nn.conv2d({ filters: 16, kernel: 3, stride: 2 }),
        nn.relu(),
        nn.flatten(),
        nn.dense(32),
        nn.relu(),
      ),
      from: "picture",
    },
    read: { layer: nn.sequential(nn.embedding({ words: 3, size: 8 }), nn.flatten()), from: "question" },
    both: { layer: nn.concatenate(), from: ["seen", "read"] },
    answer: { layer: nn.sequential(nn.dense(32), nn.relu(), nn.dense(2)), from: "both" },
    digit: { layer: nn.dense(10), from: "seen" },
  },
  outputs: ["answer", "digit"],
});

const objective = objectives.several(
  {
    answer: { loss: losses.crossEntropy(), target: "answer" },
    digit: { loss: losses.crossEntropy(), target: "digit", times: 0.5 },
  },
  { inputs: ["picture", "question"] },
);
const optimizer = optim.adam({ lr: 0.003 });
for await (const event of fit(model, asked(digits.train, 4000), {
  objective,
  optimizer,
  epochs: 6,
  batchSize: 50,
}))
  if (event.kind === "epoch") console.log(`epoch ${event.epoch}`, event.losses);

const { scores } = await evaluate(model, asked(digits.test, 600), { objective });
console.log(`answers more than 9 of 10 questions: ${scores["answer accuracy"] > 0.9}`);
