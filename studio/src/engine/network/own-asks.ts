/** Pictures of one's own: taken, drawn, cut from a sheet of paper, sorted into classes. */
import type { Rules } from "./protocol.js";
import type { Trainer } from "./trainer.js";

export const rules = (trainer: Trainer): Rules => ({
  given: async ({ bytes, name }) => {
    const { givenPictures } = await import("./given.js");
    (await trainer.data.own()).become(await givenPictures(new Uint8Array(bytes), name));
    return (await trainer.data.own()).info();
  },
  take: async ({ files, into, shape }) =>
    (await trainer.data.own()).take(files, {
      into,
      shape,
      onProgress: (done) =>
        trainer.post({ stream: "progress", text: `Reading pictures: ${done} of ${files.length}` }),
    }),
  draw: async ({ pixels, shape, into }) => {
    await (await trainer.data.own()).add(pixels, shape, into);
    return (await trainer.data.own()).info();
  },
  reshape: async ({ shape }) => {
    const own = await trainer.data.own();
    await own.reshape(shape, (done) =>
      trainer.post({ stream: "progress", text: `Reading pictures: ${done} of ${own.count}` }),
    );
    return own.info();
  },
  sheet: async ({ file, name }) => {
    const run = trainer.known();
    const [height, width, channels] = run.network.input;
    if (height !== 28 || width !== 28 || channels !== 1)
      throw new Error(
        `A sheet of paper is cut into digits of 28×28; this network takes pictures of ${height}×${width}×${channels}.`,
      );
    const { digitsOfSheet } = await import("./sheet.js");
    const pictures = await digitsOfSheet(file, name);
    const readings = await run.seenAt(trainer.at, async ({ looking }) => {
      const all: Float32Array[] = [];
      for (const pixels of pictures) all.push((await looking.look(pixels, { maps: 0 })).reading);
      return all;
    });
    return { pictures, readings };
  },
  classes: async ({ change }) => {
    (await trainer.data.own()).change(change);
    return (await trainer.data.own()).classes.length > 0 ? (await trainer.data.own()).info() : undefined;
  },
});
