/** What "Use it" gives: a page of twenty lines, the library in a worker, the network. Loaded when it is asked for. */
import packedAddress from "virtual:use-it";
import { engine } from "../engine/client.svelte.js";
import { download } from "./download.js";

const script = `// The network reads in a worker; a message is what was drawn, or a picture file, the answer a share for each class.
const worker = new Worker("worker.js");
const [pad, list] = [document.querySelector("canvas"), document.querySelector("ol")];
const pen = pad.getContext("2d");
let strokes = [];
const at = (event) => ({ x: event.offsetX / pad.clientWidth, y: event.offsetY / pad.clientHeight });
const draw = () => {
  pen.clearRect(0, 0, pad.width, pad.height);
  for (const line of strokes) {
    pen.beginPath();
    for (const { x, y } of line) pen.lineTo(x * pad.width, y * pad.height);
    pen.stroke();
  }
  worker.postMessage({ strokes });
};
Object.assign(pen, { lineWidth: 22, lineCap: "round", lineJoin: "round", strokeStyle: "#fff" });
pad.onpointerdown = (event) => { pad.setPointerCapture(event.pointerId); strokes.push([at(event)]); draw(); };
pad.onpointermove = (event) => { if (event.buttons) { strokes.at(-1).push(at(event)); draw(); } };
document.querySelector("button").onclick = () => { strokes = []; draw(); };
document.querySelector("input").onchange = ({ target }) => worker.postMessage({ file: target.files[0] });
worker.onmessage = ({ data: { classes = [], reading = [], failure } }) => {
  const order = [...reading.keys()].sort((a, b) => reading[b] - reading[a]).slice(0, 5);
  list.replaceChildren(...order.map((k) => Object.assign(document.createElement("li"), { textContent: \`\${classes[k]}  \${(100 * reading[k]).toFixed(1)} %\` })));
  document.querySelector("output").textContent = failure ?? classes[order[0]];
};
`;

const page = (title: string): string => `<!doctype html>
<html lang="en">
  <meta charset="utf-8" />
  <meta name="viewport" content="width=device-width, initial-scale=1" />
  <title>${title}</title>
  <style>
    body { max-width: 34rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; color-scheme: light dark; }
    canvas { width: 280px; height: 280px; background: #000; touch-action: none; cursor: crosshair; }
    output { display: block; min-height: 1.2em; font-size: 2.5rem; font-weight: 600; }
    li { font-variant-numeric: tabular-nums; white-space: pre; }
  </style>
  <h1>${title}</h1>
  <p>Draw here, or choose a picture. Nothing leaves this computer.</p>
  <canvas width="280" height="280" aria-label="Draw here"></canvas>
  <p><button type="button">clear</button> <input type="file" accept="image/*" aria-label="A picture" /></p>
  <output></output>
  <ol></ol>
  <script src="use.js"></script>
</html>
`;

const readme = (name: string): string => `# ${name}

A network trained in Receptive Studio, and a page that uses it.

    npx http-server .        or any other server of static files, then open the address that it prints

- \`use.js\`: the page's own code
- \`worker.js\`: the library and a reader of drawings and pictures; it needs nothing from elsewhere
- \`model.safetensors\`: the network. In a program of yours, after \`npm install receptive\`:

\`\`\`js
import { data, load, modelOf, predict } from "receptive";
import { readFile } from "node:fs/promises";

const { data: { classes }, input: [height, width, channels], ...checkpoint } = await load("model.safetensors");
const picture = await data.pictureFrom(await readFile("picture.png"), { size: [height, width], channels });
const [reading] = await predict(modelOf({ ...checkpoint, input: [height, width, channels], data: { name: "", classes } }), picture);
console.log(classes[reading.indexOf(Math.max(...reading))]);
\`\`\`
`;

/** Gives the network of the step that is shown as a zip. @returns its name */
export async function useIt(
  { name, classes }: { name: string; classes: readonly string[] },
  about: string,
): Promise<string> {
  const zip = await engine.request("use", { files: await usedFiles(name, classes) });
  const file = `${name}-${about}-use-it.zip`;
  download(new Blob([zip]), file);
  return file;
}

/** Everything but the network itself. */
async function usedFiles(name: string, classes: readonly string[]): Promise<Record<string, string>> {
  const escaped = (text: string) => text.replace(/[&<>]/g, (mark) => `&#${mark.charCodeAt(0)};`);
  return {
    "index.html": page(escaped(`${name}: ${classes.slice(0, 12).join(", ")}`)),
    "use.js": script,
    "worker.js": await unpacked(packedAddress),
    "README.md": readme(name),
  };
}

/** @param address  of a file that is gzip whatever its server says: its name ends in .bin */
async function unpacked(address: string): Promise<string> {
  const answer = await fetch(address);
  if (!answer.ok || !answer.body)
    throw new Error(`The library could not be loaded: ${answer.status} ${answer.statusText}`);
  return new Response(answer.body.pipeThrough(new DecompressionStream("gzip"))).text();
}
