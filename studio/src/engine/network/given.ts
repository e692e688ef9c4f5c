/** Pictures that the command line brings along: `images` N×H×W×C, `labels` N, the names of the classes. */
import { formats } from "receptive";
import type { DataInfo } from "./protocol.js";

/** @throws where the file is none of those */
export function givenPictures(
  bytes: Uint8Array,
  name: string,
): { shape: DataInfo["shape"]; classes: { name: string; pictures: Uint8Array[] }[] } {
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
