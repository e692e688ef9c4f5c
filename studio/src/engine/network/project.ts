/**
 * A project file: a zip of `project.json` (what the page says of itself), `model.safetensors` (the library's checkpoint,
 * with which the command line goes on), the way there as checkpoints by their steps, and one's own pictures by class.
 * Loaded with the first of them.
 */
import { data } from "receptive";
import { packed, textOf, unpacked } from "./archive.js";
import type { OwnPictures } from "./own-pictures.js";
import { pngOf } from "./png.js";
import type { DataInfo } from "./protocol.js";

const format = 1;

const readme = `A project of Receptive Studio: open it there, by "load" in the room Train.

project.json        what was set, and the address of the view
model.safetensors   the network and its training; receptive train --resume model.safetensors goes on with it
history/            earlier steps of it, each as the file above
pictures/           pictures of your own, a folder a class
`;

export async function savedProject(
  page: string,
  checkpoint: Uint8Array,
  history: ReadonlyMap<number, Uint8Array>,
  own: OwnPictures | undefined,
): Promise<ArrayBuffer> {
  const files: Record<string, string | Uint8Array> = {
    "project.json": JSON.stringify(
      {
        format,
        ...JSON.parse(page),
        ...(own ? { pictures: { shape: own.shape, classes: own.classes.map(({ name }) => name) } } : {}),
      },
      undefined,
      2,
    ),
    "model.safetensors": checkpoint,
    "README.txt": readme,
  };
  for (const [step, bytes] of history) files[`history/${String(step).padStart(6, "0")}.safetensors`] = bytes;
  for (const [label, { pictures }] of own?.classes.entries() ?? [])
    for (const [i, pixels] of pictures.entries())
      files[`pictures/${label}/${String(i).padStart(5, "0")}.png`] = await pngOf(pixels, own!.shape);
  return packed(files);
}

export interface Project {
  /** `project.json`, as the page wrote it. */
  readonly page: string;
  readonly model: Uint8Array<ArrayBuffer>;
  /** Checkpoints of earlier steps, by the names of their files. */
  readonly history: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  /** One's own pictures by class; undefined where there are none. */
  readonly own?: { shape: DataInfo["shape"]; classes: { name: string; pictures: Uint8Array[] }[] };
}

/** @throws one sentence: no project, one of another version, or a damaged one */
export async function openedProject(bytes: Uint8Array, name: string): Promise<Project> {
  const files = unpacked(bytes, name);
  const [described, model] = [files.get("project.json"), files.get("model.safetensors")];
  if (!described || !model)
    throw new Error(
      `${name} is a zip archive and no project: it has no ${described ? "model.safetensors" : "project.json"}.`,
    );
  const page = textOf(described);
  const said = parsed(page, name);
  if (said.format !== format)
    throw new Error(
      `${name} is a project of version ${JSON.stringify(said.format)}, which is not read here; version ${format} is.`,
    );
  const history = new Map([...files].filter(([path]) => /^history\/\d+\.safetensors$/.test(path)));
  return {
    page,
    model,
    history,
    ...(said.pictures ? { own: await picturesIn(files, said.pictures, name) } : {}),
  };
}

function parsed(text: string, name: string): { format?: unknown; pictures?: unknown } {
  try {
    const said: unknown = JSON.parse(text);
    if (typeof said === "object" && said !== null) return said;
  } catch {
    // Said below.
  }
  throw new Error(`${name} is damaged: its project.json is no JSON.`);
}

async function picturesIn(
  files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
  described: unknown,
  name: string,
): Promise<Project["own"]> {
  const { shape, classes } = (described ?? {}) as { shape?: unknown; classes?: unknown };
  const isShape =
    Array.isArray(shape) &&
    shape.length === 3 &&
    shape.every((extent) => Number.isInteger(extent) && extent > 0 && extent <= 512);
  if (!isShape || !Array.isArray(classes) || !classes.every((one) => typeof one === "string"))
    throw new Error(`${name} is damaged: its pictures have no shape and names of classes.`);
  const [height, width, channels] = shape as number[];
  const made = classes.map((one: string) => ({ name: one, pictures: [] as Uint8Array[] }));
  for (const path of [...files.keys()].sort()) {
    const found = /^pictures\/(\d+)\/\d+\.png$/.exec(path);
    if (!found || !made[Number(found[1])]) continue;
    const picture = await data.pictureFrom(files.get(path)!, {
      channels: channels as 1 | 3,
      size: [height, width],
      fit: "stretch",
    });
    made[Number(found[1])].pictures.push(Uint8Array.from(await picture.data()));
  }
  return { shape: shape as unknown as DataInfo["shape"], classes: made };
}
