import { describe, expect, test } from "vitest";
import { explain, predict, tensor } from "../../src/index.js";
import { connected, net } from "./connected.js";
import { missing } from "./open-page.js";

describe.skipIf(missing !== "")(`what goes to receptive/worker and comes back ${missing}`, () => {
  const theirs = connected();

  test("a model from a file has its classes, and predicts what it predicts here", async () => {
    const pixels = [0, 50, 100, 255, 9, 8, 7, 6];
    const here = await predict(net, tensor(Uint8Array.from(pixels), [2, 2, 2, 1]));
    const there = await theirs.attempt(async (receptive) => {
      const numbers = { shape: [2, 2, 2, 1], data: Uint8Array.from([0, 50, 100, 255, 9, 8, 7, 6]) };
      const bytes = await (await fetch("/net.safetensors")).arrayBuffer();
      const sources = [
        "net.safetensors",
        new URL("/net.safetensors", location.href),
        await fetch("/net.safetensors"),
        new File([bytes], "net.safetensors"),
        new Uint8Array(bytes),
        bytes,
      ];
      const rows = [];
      for (const source of sources) {
        const model = await receptive.load(source);
        rows.push([model.classes?.join(""), ...(await model.predict(numbers)).map((row) => [...row])]);
      }
      return rows;
    });
    const row = ["abc", ...here.map((one) => [...one].map((p) => expect.closeTo(p, 6)))];
    expect(there).toEqual(Array(6).fill(row));
  });

  test("every kind of picture of a page is brought to the model's input", async () => {
    const kinds = await theirs.attempt(async (receptive) => {
      const model = await receptive.model(
        { layers: ["flatten", { type: "dense", units: 2 }] },
        { input: [4, 4, 3] },
      );
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [8, 8];
      const context = canvas.getContext("2d")!;
      context.fillStyle = "rgb(200, 100, 50)";
      context.fillRect(0, 0, 8, 8);
      const blob = await new Promise<Blob>((resolve) => canvas.toBlob((made) => resolve(made!)));
      const image = new Image();
      image.src = URL.createObjectURL(blob);
      const offscreen = new OffscreenCanvas(8, 8);
      offscreen.getContext("2d")!.drawImage(canvas, 0, 0);
      const bitmap = await createImageBitmap(canvas);
      const frame = new VideoFrame(canvas, { timestamp: 0 });
      const colour = {
        shape: [1, 4, 4, 3],
        data: Uint8Array.from({ length: 48 }, (_, i) => [200, 100, 50][i % 3]),
      };
      const pictures = {
        colour,
        canvas,
        offscreen,
        image,
        blob,
        bytes: new Uint8Array(await blob.arrayBuffer()),
        data: context.getImageData(0, 0, 8, 8),
        bitmap,
        frame,
      };
      const [[expected]] = [await model.predict(colour)];
      const off = [];
      for (const [kind, picture] of Object.entries(pictures)) {
        const [row] = await model.predict(picture);
        if (row.some((p, i) => Math.abs(p - expected[i]) > 0.02)) off.push(kind);
      }
      const list = await model.predict([canvas, bitmap, blob]);
      // Nothing was taken from the page.
      const kept = [bitmap.width, frame.displayWidth, pictures.bytes.length > 0, colour.data.length];
      return { off, list: list.length, kept };
    });
    expect(kinds).toEqual({ off: [], list: 3, kept: [8, 8, true, 48] });
  });

  test("what is given away is not copied, and empty afterwards; what is not stays as it is", async () => {
    const sizes = await theirs.attempt(async (receptive) => {
      const dataset = () => ({
        name: "mine",
        split: "all",
        shape: [28, 28, 1] as [number, number, number],
        classes: ["a", "b"],
        length: 10,
        images: new Uint8Array(7840).fill(7),
        labels: Uint8Array.from({ length: 10 }, (_, i) => i % 2),
      });
      const [kept, given, shared] = [dataset(), dataset(), dataset()];
      await receptive.data(kept);
      const mine = await receptive.data(given, { transfer: true });
      const images = new Uint8Array(new SharedArrayBuffer(7840)) as Uint8Array;
      await receptive.data({ ...shared, images: images as Uint8Array<ArrayBuffer> });
      const model = await receptive.model("lenet5", { classes: 2 });
      const events = [];
      for await (const { kind } of model.fit(mine, { optimizer: "adam", epochs: 1, validation: kept }))
        events.push(kind);
      const bitmap = await createImageBitmap(new ImageData(8, 8));
      await model.predict(bitmap, { transfer: true });
      return [
        kept.images.length,
        given.images.length,
        shared.images.length,
        bitmap.width,
        mine.length,
        ...events,
      ];
    });
    expect(sizes).toEqual([7840, 0, 7840, 0, 10, "step", "epoch", "done"]);
  });

  test("pictures that are read when they are needed are read by the page", async () => {
    const went = await theirs.attempt(async (receptive) => {
      const asked: number[] = [];
      const streamed = {
        name: "streamed",
        split: "all",
        shape: [2, 2, 1] as [number, number, number],
        classes: ["a", "b"],
        length: 6,
        labels: Uint8Array.from([0, 1, 0, 1, 0, 1]),
        async read(indices: Int32Array) {
          asked.push(...indices);
          return Uint8Array.from({ length: 4 * indices.length }, (_, i) => 255 * (indices[i >> 2] % 2));
        },
      };
      const model = await receptive.model({ layers: ["flatten", { type: "dense", units: 2 }] });
      const options = { optimizer: { name: "sgd", lr: 0.1 }, epochs: 20, batchSize: 3 } as const;
      for await (const _ of model.fit(streamed, options));
      const { accuracy } = await model.evaluate(streamed);
      return [accuracy, new Set(asked).size];
    });
    expect(went).toEqual([1, 6]);
  });

  test("a checkpoint of a training goes to the page or into its storage, and the training goes on from there", async () => {
    const went = await theirs.attempt(async (receptive) => {
      const images = Uint8Array.from({ length: 300 * 784 }, (_, i) => (i * i) % 251);
      const labels = Uint8Array.from({ length: 300 }, (_, i) => i % 10);
      const shape: [number, number, number] = [28, 28, 1];
      const classes = [..."0123456789"];
      const mine = { name: "mine", split: "all", shape, classes, length: 300, images, labels };
      const saved: Uint8Array<ArrayBuffer>[] = [];
      const options = { optimizer: { name: "adam", lr: 0.01 }, batchSize: 100, seed: 3 } as const;
      const first = await receptive.model("lenet5");
      const save = async (bytes: Uint8Array<ArrayBuffer>) => void saved.push(bytes);
      for await (const _ of first.fit(mine, {
        ...options,
        epochs: 1,
        checkpoint: { every: "epoch", save },
      }));
      const goOn = async (model: typeof first, more: object) => {
        let last = 0;
        for await (const event of model.fit(mine, { ...options, epochs: 2, ...more }))
          if (event.kind === "epoch") last = event.loss;
        return last;
      };
      const second = await receptive.model("lenet5");
      const resumed = await goOn(second, {
        resume: saved.at(-1),
        checkpoint: { every: "epoch", save: "opfs:run" },
      });
      const third = await receptive.model("lenet5");
      const whole = await goOn(third, {});
      const kept = await receptive.load("opfs:run");
      await second.save("indexeddb:second");
      const again = await receptive.load("indexeddb:second");
      const row = async (model: typeof first) =>
        String((await model.predict({ shape: [1, 28, 28, 1], data: new Uint8Array(784).fill(99) }))[0]);
      const rows = [await row(second), await row(third), await row(kept), await row(again)];
      return { same: resumed === whole, rows: new Set(rows).size, classes: again.classes?.length };
    });
    expect(went).toEqual({ same: true, rows: 1, classes: 10 });
  });

  test("download: gives the user the file", async () => {
    const waiting = theirs.page.waitForEvent("download");
    await theirs.attempt(async (receptive) => {
      const model = await receptive.load("net.safetensors");
      await model.save("download:mine.safetensors");
    });
    expect((await waiting).suggestedFilename()).toBe("mine.safetensors");
  });

  test("explanations come as numbers", async () => {
    const here = (await explain.saliency(net, tensor(new Float32Array(4).fill(0.5), [1, 2, 2, 1]), {
      target: 1,
    })) as never;
    const there = await theirs.attempt(async (receptive) => {
      const model = await receptive.load("net.safetensors");
      const pictures = { shape: [1, 2, 2, 1], data: new Float32Array(4).fill(0.5) };
      const map = await model.explain("saliency", pictures, { target: 1 });
      const { before, size } = await model.explain("occlusion", pictures, { target: 1, size: 1, stride: 1 });
      return { shape: map.shape, data: [...map.data], before: before.shape, size };
    });
    const { shape } = here as { shape: number[] };
    const data = await (here as { data(): Promise<Float32Array> }).data();
    expect(there).toEqual({
      shape: [...shape],
      data: [...data].map((v) => expect.closeTo(v, 5)),
      before: [1],
      size: 1,
    });
  });

  test("summary, description and device are those of the library", async () => {
    const there = await theirs.attempt(async (receptive) => {
      const model = await receptive.load("net.safetensors");
      const summary = await model.summary();
      return { summary: { ...summary }, text: String(summary), description: model.describe() };
    });
    const summary = net.summary();
    expect(there).toEqual({
      summary: { ...summary, layers: summary.layers.map((layer) => ({ ...layer })) },
      text: String(summary),
      description: net.describe(),
    });
  });

  test("a worker of one's own offers losses, models, layers and data by name", async () => {
    const went = await theirs.attempt(
      async (receptive) => {
        const mine = await receptive.data({ own: "stripes", length: 40 });
        if (!("length" in mine)) throw new Error("one data set was expected");
        const model = await receptive.model({ own: "small", units: 2 });
        const losses: number[] = [];
        for await (const event of model.fit(mine, {
          loss: { own: "scaled", factor: 10 },
          optimizer: { name: "sgd", lr: 0.01 },
          epochs: 30,
          seed: 2,
        }))
          if (event.kind === "epoch") losses.push(event.loss);
        const { accuracy, loss } = await model.evaluate(mine);
        const layered = await receptive.model(
          { layers: ["flatten", { type: "twice", name: "twice", options: {} }, { type: "dense", units: 2 }] },
          { input: [2, 2, 1] },
        );
        const missing = await receptive.model({ own: "large" }).catch((error) => error.message);
        return {
          scaled: Math.round(losses[29] / loss),
          accuracy,
          layers: layered.describe().options.layers.map(({ name }) => name),
          missing,
        };
      },
      { worker: "/own-worker.js" },
    );
    expect(went).toEqual({
      scaled: expect.closeTo(10, -0.5),
      accuracy: 1,
      layers: ["flatten1", "twice", "dense1"],
      missing: 'worker: it has no model of yours called "large"; it has "small"',
    });
  });
});
