/** What the rooms Inside and Learned ask of the network that is shown. */
import { type data, explain, type Model, nn, setModelWeights } from "receptive";
import type { Parts } from "./data-sets.js";
import { pictureAt } from "./data-sets.js";
import { History } from "./history.js";
import type { Asks } from "./protocol.js";
import { settingsIn } from "./recipe.js";
import { Run, type Shown } from "./run.js";
import { shippedNetwork } from "./shipped.js";
import { Inspected } from "./unit.js";
import type { Patch, UnitPlace, Wire } from "./unit-answers.js";

/** @param parts  the digits on which it was trained */
export async function shippedRun(id: number, bytes: Uint8Array, parts: Parts): Promise<Run> {
  const { checkpoint, step } = shippedNetwork(bytes);
  const model = nn.fromDescription(checkpoint.model as never) as Model;
  model.build(checkpoint.input as number[], { blank: true });
  setModelWeights(model, checkpoint);
  return new Run({
    id,
    settings: { ...settingsIn(checkpoint).settings, seed: 1 },
    model,
    classes: checkpoint.data.classes,
    dataName: checkpoint.data.name,
    parts,
    isShipped: true,
    still: "This network came with the studio; Train makes one of your own.",
    history: new History([{ step, checkpoint }]),
    step,
  });
}

/** Where no picture fits, one without any ink. */
const everythingOf = ({ model, looking }: Shown, picture: Uint8Array | undefined) =>
  looking.everything(picture ?? new Uint8Array((model.inputShape as number[]).reduce((a, b) => a * b, 1)));

export const wiresOf = async (shown: Shown, picture: Uint8Array | undefined): Promise<readonly Wire[]> =>
  (await everythingOf(shown, picture)).wires;

export async function unitOf(shown: Shown, picture: Uint8Array | undefined, place: UnitPlace) {
  return new Inspected(shown.model, await everythingOf(shown, picture)).unit(place);
}

/** Of the last network that was asked about all units of a layer: they come together. */
let known: { key: string; hits: Map<string, explain.Hit[][]> } | undefined;
let [lastModel, serial]: [Model | undefined, number] = [undefined, 0];

export async function patchesOf(
  { model, step }: Shown,
  test: data.Dataset,
  { layer, unit, most }: Asks["patches"]["asked"],
): Promise<Asks["patches"]["answer"]> {
  if (lastModel !== model) [lastModel, serial] = [model, serial + 1];
  const key = `${serial} ${step} ${layer} ${most}`;
  if (known?.key !== key)
    known = { key, hits: await explain.topActivations(model, test, { layers: layer, k: most }) };
  const hits = known.hits.get(layer)?.[unit] ?? [];
  const patches = hits.map(
    (hit): Patch => ({ ...hit, truth: test.labels[hit.index], pixels: pictureAt(test, hit.index) }),
  );
  return { step, of: test.length, patches };
}
