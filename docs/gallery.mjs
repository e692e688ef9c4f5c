/**
 * Makes the pictures of docs/gallery/ and the contact sheet of all methods: `npm run gallery`, or some of them by name,
 * `npm run gallery -- occlusion dream`. The methods are those of `explain.methods`: a new one is shown unasked.
 *
 * It needs RECEPTIVE_DATA with `pretrained/squeezenet1_1.safetensors` and `photos/`; LeNet-5 it trains itself, on MNIST
 * where that is there and otherwise on the built-in digits. Chelsea the cat and the cup of coffee are scikit-image's
 * (CC0); The Starry Night is van Gogh's (1889).
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { openArrays } from "../dist/formats/open-arrays.js";
import { heatPicture, overlay, pictureOf, signedColours, signedPicture } from "../dist/images/colour-maps.js";
import { prepareImage } from "../dist/images/prepare-image.js";
import { centreCrop, preprocessings } from "../dist/images/preprocessing.js";
import { readImage } from "../dist/images/read.js";
import * as receptive from "../dist/index.js";
import { loadWeights } from "../dist/models/load-weights.js";
import { fileSource } from "../dist/platform/node.js";
import { renderContactSheet } from "../dist/report/pictures/contact-sheet.js";
import { cut } from "../dist/report/pictures/numbers.js";

const { data, explain, models, predict, tensor } = receptive;
const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const files = process.env.RECEPTIVE_DATA;
if (!files || !existsSync(`${files}/pretrained/squeezenet1_1.safetensors`)) {
  console.error("gallery: RECEPTIVE_DATA has no pretrained/squeezenet1_1.safetensors and photos/");
  process.exit(1);
}
const photos = `${files}/photos`;
const work = mkdtempSync(join(tmpdir(), "receptive-gallery-"));
const cli = at("../dist/cli/main.js");
const run = (args, stdout = "inherit") =>
  execFileSync(process.execPath, [cli, ...args.map(String)], {
    cwd: work,
    stdio: ["ignore", stdout, "inherit"],
  });
mkdirSync(at("gallery"), { recursive: true });

/** A file of less than 300 kB, as good as that allows. */
async function publish(picture, to) {
  for (const quality of [92, 86, 80, 72, 64, 56]) {
    const bytes = await sharp(picture).jpeg({ quality, mozjpeg: true }).toBuffer();
    if (bytes.length < 300_000 || quality === 56) return writeFileSync(at(to), bytes);
  }
}

// LeNet-5, and the photographs' network.
const digits = existsSync(`${files}/mnist`) ? "mnist" : "digits";
const small = ["--checkpoint", "lenet/checkpoint.safetensors"];
const large = ["--model", "squeezenet1_1", "--weights", `${files}/pretrained/squeezenet1_1.safetensors`];
const cat = `${photos}/chelsea.png`;
const cup = `${photos}/coffee.png`;

/** What a method is shown by where it wants to be told more, or is worth several pictures: file by file. */
const shownBy = {
  filters: { "filters-squeezenet": large, "filters-lenet5": small },
  "feature-maps": {
    "feature-maps": [cat, "--layer", "fire2", "--unit", [...Array(31).keys()].join(), ...large],
  },
  "top-activations": { "top-activations": ["--layer", "relu2", "--unit", "0,1,2,4", ...small] },
  "activation-maximisation": {
    "units-of-lenet5": ["--layer", "conv2", ...small],
    "classes-of-lenet5": small,
    "units-of-squeezenet": ["--layer", "fire8", "--unit", "0,1,2,3,4,5,6,7", "--steps", 128, ...large],
    "classes-of-squeezenet": ["--class", "285,130,340,949", "--steps", 128, ...large],
  },
  "integrated-gradients": { "integrated-gradients": [cat, cup, "--steps", 64, ...large] },
  occlusion: { occlusion: [cat, cup, "--size", 56, "--stride", 16, ...large] },
  deconvnet: { deconvnet: [cat, "--layer", "fire4", ...large] },
  "sanity-check": { "sanity-check": ["--data", digits, "--layer", "relu2", ...small] },
};

/** Every method of the library's list: of photographs by SqueezeNet, else by LeNet-5. */
const explained = explain.methods.flatMap(({ name, about }) =>
  Object.entries(shownBy[name] ?? { [name]: about === "pictures" ? [cat, cup, ...large] : small }).map(
    ([file, told]) => [file, ["explain", name, ...told]],
  ),
);

const pictures = Object.fromEntries([
  ...explained,
  ["dream", ["dream", cup, "--layer", "fire6", "--iterations", 15, "--max-size", 600, ...large]],
  ["style", ["style", cat, "--style", `${photos}/starry_night.jpg`, "--size", 450, ...large]],
]);
const contactSheet = "what-a-cnn-learns";

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in pictures) && name !== contactSheet);
if (unknown.length > 0) {
  console.error(
    `gallery: there is no picture ${unknown.join(", ")}; there are ${[...Object.keys(pictures), contactSheet].join(", ")}`,
  );
  process.exit(2);
}
const isAsked = (name) => asked.length === 0 || asked.includes(name);
/** The contact sheet shows what these two make. */
const isMade = (name) => isAsked(name) || (["dream", "style"].includes(name) && isAsked(contactSheet));

const wanted = Object.entries(pictures).filter(([name]) => isMade(name));
if (isAsked(contactSheet) || wanted.some(([, told]) => told.includes(small[1])))
  run(
    ["train", "--data", digits, "--epochs", 3, "--seed", 1, "--output", "lenet", "--snapshots", "--json"],
    "ignore",
  );
for (const [name, told] of wanted) {
  run([...told, "--output", `${name}.png`]);
  if (isAsked(name)) await publish(join(work, `${name}.png`), `gallery/${name}.jpg`);
}
if (!isAsked(contactSheet)) leave();

function leave() {
  rmSync(work, { recursive: true, force: true });
  process.exit(0);
}

// The contact sheet: one tile for each method.
const model = models.squeezenet("squeezenet1_1");
await loadWeights(model, await openArrays(await fileSource(`${files}/pretrained/squeezenet1_1.safetensors`)));
const shown = centreCrop(await readImage(cat), [224, 224, 3], preprocessings.imagenet);
const image = tensor(shown.pixels, [1, 224, 224, 3]);
const [p] = await predict(model, image);
const target = p.indexOf(Math.max(...p));
const whole = { height: 224, width: 224 };

/** Maps or filters side by side in one picture. */
function mosaic(pictures, columns, gap = 1) {
  const [{ height, width }] = pictures;
  const rows = Math.ceil(pictures.length / columns);
  const size = { height: rows * (height + gap) - gap, width: columns * (width + gap) - gap };
  const pixels = new Uint8Array(size.height * size.width * 3).fill(252);
  pictures.forEach((picture, k) => {
    const [top, left] = [Math.floor(k / columns) * (height + gap), (k % columns) * (width + gap)];
    for (let i = 0; i < height; i++)
      pixels.set(
        picture.pixels.subarray(i * width * 3, (i + 1) * width * 3),
        ((top + i) * size.width + left) * 3,
      );
  });
  return { ...size, channels: 3, pixels };
}
/** Grey as red, green and blue. */
const colour = (picture) => ({
  ...picture,
  channels: 3,
  pixels:
    picture.channels === 3
      ? picture.pixels
      : Uint8Array.from({ length: 3 * picture.pixels.length }, (_, i) => picture.pixels[Math.floor(i / 3)]),
});
const over = (map) => overlay(shown, map.values, { height: map.shape[1], width: map.shape[2] });

const { filters } = await explain.filters(model);
const largest = filters.values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
const tiles = Array.from({ length: 64 }, (_, f) =>
  pictureOf(
    Array.from({ length: 27 }, (_, k) => 127.5 * (1 + filters.values[k * 64 + f] / largest)),
    { height: 3, width: 3 },
    3,
  ),
);
const maps = await explain.featureMaps(model, image, { layer: "fire2" });
const [, h, w, c] = maps.shape;
const mapTiles = Array.from({ length: 16 }, (_, k) =>
  heatPicture(
    Array.from({ length: h * w }, (_, i) => maps.values[i * c + k]),
    { height: h, width: w },
  ),
);
const { map, before } = await explain.occlusion(model, image, { target, size: 56, stride: 16 });
const lost = map.values.map((v) => Math.max(0, before.values[0] - v));
const back = [];
for (const unit of [3, 5]) {
  const { pixels, hits } = await explain.deconvnet(model, image, { layer: "fire4", unit });
  const { box } = hits[0];
  const edge = 46;
  const square = {
    ...{ height: edge, width: edge },
    ...{ top: Math.min(box.top, 224 - edge), left: Math.min(box.left, 224 - edge) },
  };
  back.push(cut(signedColours(pixels.values, whole), square), cut(shown, square));
}
const made = await explain.activationMaximisation(model, {
  target: { layer: "fire8", unit: [6] },
  regularisation: "olah",
  steps: 128,
});
const classes = await explain.activationMaximisation(model, {
  target: [130],
  regularisation: "olah",
  steps: 128,
});
const lenet = receptive.modelOf(await receptive.load(join(work, "lenet/checkpoint.safetensors")));
const { test } = await data.loadDataset(digits);
const hits = (await explain.topActivations(lenet, test, { layers: "relu2", k: 9 })).get("relu2")[4];
const patches = hits
  .filter(({ box }) => box.height === 14 && box.width === 14)
  .map(({ index, box }) =>
    colour(
      cut(pictureOf(test.images.subarray(index * 784, (index + 1) * 784), { height: 28, width: 28 }, 1), box),
    ),
  );
const fooled = await explain.foolingImages(lenet, { classes: [0, 1, 2, 3] });
const evolved = await explain.evolvedImages(lenet, { encoding: "indirect", classes: [4, 5, 6, 9] });
const four = ({ images }) =>
  mosaic(
    [0, 1, 2, 3].map((k) =>
      colour(pictureOf(images.values.subarray(k * 784, (k + 1) * 784), { height: 28, width: 28 }, 1)),
    ),
    2,
  );
const squared = async (path) => prepareImage(await readImage(path), [224, 224, 3]);

const sheet = await renderContactSheet({
  title: "What a CNN has learned",
  subtitle:
    "every method of `receptive explain`, `dream` and `style`, on SqueezeNet (ImageNet) and LeNet-5 (digits)",
  sections: [
    {
      title: "Why this picture is read as a cat",
      columns: 6,
      edge: 205,
      tiles: [
        { picture: shown, caption: "the picture" },
        { picture: over(await explain.saliency(model, image, { target })), caption: "saliency" },
        {
          picture: over(await explain.smoothGrad(model, image, { target, copies: 30 })),
          caption: "SmoothGrad",
        },
        {
          picture: signedColours(
            (await explain.integratedGradients(model, image, { target, steps: 64 })).values,
            whole,
          ),
          caption: "integrated gradients",
        },
        {
          picture: signedColours(
            (await explain.guidedBackpropagation(model, image, { target })).values,
            whole,
          ),
          caption: "guided backpropagation",
        },
        { picture: over(await explain.gradCam(model, image, { target })), caption: "Grad-CAM" },
        {
          picture: signedColours((await explain.guidedGradCam(model, image, { target })).values, whole),
          caption: "guided Grad-CAM",
        },
        {
          picture: signedColours((await explain.gradientTimesInput(model, image, { target })).values, whole),
          caption: "gradient × input",
        },
        {
          picture: overlay(shown, lost, { height: map.shape[1], width: map.shape[2] }),
          caption: "occlusion",
        },
        { picture: mosaic(mapTiles, 4), caption: "feature maps of fire2" },
        { picture: mosaic(back, 2), caption: "deconvnet: fire4, beside the picture" },
        { picture: mosaic(tiles, 8), caption: "filters of the first layer" },
      ],
    },
    {
      title: "What units look for, what fools them, what they dream",
      columns: 6,
      edge: 205,
      tiles: [
        { picture: pictureOf(made.images.values, whole, 3), caption: "what a unit of fire8 answers to most" },
        {
          picture: pictureOf(classes.images.values, whole, 3),
          caption: "what flamingo answers to most",
        },
        { picture: mosaic(patches.slice(0, 4), 2), caption: "patches that drive a unit of LeNet-5" },
        { picture: four(fooled), caption: "read as 0, 1, 2, 3, above 99.9 %" },
        { picture: four(evolved), caption: "evolved: 4, 5, 6, 9, above 99 %" },
        {
          picture: signedPicture(
            (await explain.filters(lenet)).filters.values.filter((_, i) => i % 6 === 2),
            { height: 5, width: 5 },
          ),
          caption: "a filter of LeNet-5",
        },
        { picture: await squared(cup), caption: "a cup of coffee" },
        { picture: await squared(join(work, "dream.png")), caption: "Deep Dream" },
        { picture: await squared(`${photos}/starry_night.jpg`), caption: "van Gogh, 1889" },
        { picture: await squared(join(work, "style.png")), caption: "neural style" },
      ],
    },
  ],
});
await publish(sheet, `${contactSheet}.jpg`);
leave();
