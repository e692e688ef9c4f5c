// A network behind an HTTP server: a picture is posted, and what the network reads comes back as JSON.
//
// Prints: {"digit":"7","sure":true}
import { createServer } from "node:http";
import { data, fit, losses, models, optim, predict, tensor } from "receptive";

const digits = await data.digits();
const model = models.lenet5();
const options = { loss: losses.crossEntropy(), optimizer: optim.adam({ lr: 0.002 }), epochs: 5 };
for await (const _ of fit(model, data.part(digits.train, 0, 4000), options));

const size = 28 * 28;
const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const pixels = new Uint8Array(Buffer.concat(chunks));
  if (request.method !== "POST" || pixels.length !== size) {
    response.writeHead(400).end(`expected ${size} bytes by POST\n`);
    return;
  }
  const [shares] = await predict(model, tensor(pixels, [1, 28, 28, 1]));
  const best = shares.indexOf(Math.max(...shares));
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ digit: digits.test.classes[best], sure: shares[best] > 0.9 }));
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));

// What a client does.
const seven = digits.test.images.slice(7 * size, 8 * size);
const answer = await fetch(`http://127.0.0.1:${server.address().port}`, { method: "POST", body: seven });
console.log(await answer.text());
server.close();
