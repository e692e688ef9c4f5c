/** What "Use it" puts beside a network: the library in a worker that reads drawings and picture files. */
import { data, load, modelOf, predict, tensor } from "receptive";
import { drawnPicture, type Stroke } from "../src/network/drawing.js";

const opened = (async () => {
  const checkpoint = await load(new URL("model.safetensors", location.href).href);
  const [height, width, channels] = checkpoint.input as number[];
  return { model: modelOf(checkpoint), height, width, channels, data: checkpoint.data };
})();

addEventListener("message", async ({ data: asked }: MessageEvent<{ strokes?: Stroke[]; file?: Blob }>) => {
  try {
    const { model, height, width, channels, data: trainedOn } = await opened;
    const isCentred = /^(digits|mnist)/.test(trainedOn.name);
    let picture: Awaited<ReturnType<typeof data.pictureFrom>>;
    if (asked.file)
      picture = await data.pictureFrom(asked.file, { size: [height, width], channels: channels as 1 | 3 });
    else {
      const grey = drawnPicture(asked.strokes ?? [], { height, width, isCentred });
      const pixels = Uint8Array.from(
        { length: grey.length * channels },
        (_, i) => grey[Math.floor(i / channels)],
      );
      picture = tensor(pixels, [1, height, width, channels]);
    }
    const [reading] = await predict(model, picture);
    postMessage({ classes: trainedOn.classes, reading });
  } catch (error) {
    postMessage({ failure: (error as Error).message });
  }
});
