/** What is asked of the network that is shown: its layers and units, what it makes of the picture, what it has learned. */
import { checkpointOf, encodeCheckpoint, evaluate } from "receptive";
import { pictureAt } from "./data-sets.js";
import { withoutEach } from "./measuring.js";
import type { Rules } from "./protocol.js";
import type { Shown } from "./run.js";
import type { Trainer } from "./trainer.js";

export const rules = (trainer: Trainer): Rules => ({
  wires: async () => {
    const { wiresOf } = await import("./inside.js");
    const run = trainer.known();
    return run.seenAt(trainer.at, (shown) => wiresOf(shown, trainer.fitting(run)));
  },
  unit: async ({ place }) => {
    const { unitOf } = await import("./inside.js");
    const run = trainer.known();
    return run.seenAt(trainer.at, async (shown) => ({
      run: run.id,
      step: shown.step,
      ...(await unitOf(shown, trainer.fitting(run), place)),
    }));
  },
  patches: async (asked) => {
    const { patchesOf } = await import("./inside.js");
    const run = trainer.known();
    const { test } = await trainer.partsOf(run);
    return run.seenAt(trainer.at, (shown) => patchesOf(shown, test, asked));
  },
  filters: async ({ layer }) => {
    const run = trainer.known();
    return run.seenAt(trainer.at, async ({ model, step }) => {
      const filters = model.parameters.get(`${layer}.filters`);
      if (!filters) throw new Error(`${layer} is no layer of filters of this network.`);
      return { step, shape: [...filters.shape], data: Float32Array.from(await filters.data()) };
    });
  },
  methods: async () => (await import("./explaining.js")).methods,
  explained: async (asked) => {
    const { explainedBy } = await import("./explaining.js");
    const run = trainer.known();
    const picture = trainer.fitting(run);
    if (!picture) throw new Error("There is no picture of this network's size.");
    return run.seenAt(trainer.at, (shown) => explainedBy(shown, picture, asked));
  },
  copy: async () => {
    const run = trainer.known();
    return run.seenAt(trainer.at, async ({ model, step }) => {
      const about = { name: run.dataName, classes: run.network.classes };
      const found = await checkpointOf(model, { input: run.network.input, data: about });
      return { step, bytes: encodeCheckpoint(found).buffer as ArrayBuffer };
    });
  },
  hidden: (asked) => about(trainer, (learned, shown, picture) => learned.hiddenAt(shown, picture, asked)),
  hiding: (asked) => about(trainer, (learned, shown, picture) => learned.hidingMap(shown, picture, asked)),
  moved: (asked) => about(trainer, (learned, shown, picture) => learned.movedBy(shown, picture, asked)),
  everywhere: (asked) =>
    about(trainer, (learned, shown, picture) => learned.movedEverywhere(shown, picture, asked)),
  tolerance: async (asked) => {
    const { toleranceOf } = await import("./learned.js");
    const run = trainer.known();
    const { test } = await trainer.partsOf(run);
    return run.seenAt(trainer.at, (shown) => toleranceOf(shown, test, asked));
  },
  codes: async (asked) => {
    const { codesOf } = await import("./learned.js");
    const run = trainer.known();
    const { test } = await trainer.partsOf(run);
    return run.seenAt(trainer.at, (shown) => codesOf(shown, test, trainer.fitting(run), asked));
  },
  without: async () => {
    const run = trainer.known();
    return withoutEach(run, trainer.at, (await trainer.partsOf(run)).test);
  },
  confused: async ({ truth, read, most }) => {
    const run = trainer.known();
    const { test } = await trainer.partsOf(run);
    const { mistakes } = await run.seenAt(trainer.at, ({ model }) =>
      evaluate(model, test, { batchSize: 256, mistakes: test.length }),
    );
    return mistakes
      .filter((one) => one.truth === truth && one.read === read)
      .slice(0, most)
      .map((one) => ({ ...one, pixels: pictureAt(test, one.index) }));
  },
});

/** What the room Learned asks of the picture at hand. */
async function about<T>(
  trainer: Trainer,
  ask: (learned: typeof import("./learned.js"), shown: Shown, picture: Uint8Array) => Promise<T>,
): Promise<T> {
  const learned = await import("./learned.js");
  const run = trainer.known();
  const picture = trainer.fitting(run);
  if (!picture) throw new Error("There is no picture of this network's size.");
  return run.seenAt(trainer.at, (shown) => ask(learned, shown, picture));
}
