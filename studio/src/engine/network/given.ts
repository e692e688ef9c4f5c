/** Pictures with classes in one file: `images` N×H×W×C, `labels` N and the names, of the command line; or of a project. */
import { formats } from "receptive";
import { kindOf } from "./file-kinds.js";
import type { DataInfo } from "./protocol.js";

type Given = { shape: DataInfo["shape"]; classes: { name: string; pictures: Uint8Array[] }[] };

/** @throws where the file is none of those */
export async function givenPictures(bytes: Uint8Array<ArrayBuffer>, name: string): Promise<Given> {
  if ((await kindOf(new Blob([bytes]))) === "a zip archive") {
    const { own } = await (await import("./project.js")).openedProject(bytes, name);
    if (!own) throw new Error(`${name} has no pictures.`);
    return own;
  }
  const { tensors, metadata } = formats.decodeSafetensors(bytes, name);
  const [images, labels] = [tensors.get("images"), tensors.get("labels")];
  if (!images || !labels || images.shape.length !== 4 || !metadata.classes)
    throw new Error(`${name} has no images of N×H×W×C with labels and classes.`);
  const [count, ...shape] = images.shape;
  const size = shape.reduce((a, b) => a * b, 1);
  const classes = (JSON.parse(metadata.classes) as string[]).map((one) => ({
    name: one,
    pictures: [] as Uint8Array[],
  }));
  for (let i = 0; i < count; i++)
    classes[Number(labels.data[i])].pictures.push(
      Uint8Array.from(images.data.subarray(i * size, (i + 1) * size) as Uint8Array),
    );
  // Of a data set that was cut short some classes may have none.
  return {
    shape: shape as unknown as DataInfo["shape"],
    classes: classes.filter(({ pictures }) => pictures.length > 1),
  };
}
