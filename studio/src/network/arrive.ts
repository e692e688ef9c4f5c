/** A room that looks into a network has one: that at hand, or else the one that comes with the studio. */
import shippedAddress from "../../networks/lenet5.safetensors?url";
import { picture } from "./picture.svelte.js";
import { session } from "./session.svelte.js";

export interface PictureKeys {
  readonly draw: string;
  readonly test: number;
}

let arriving: Promise<void> | undefined;

async function network(): Promise<void> {
  if (session.info) return;
  await session.prepare("digits");
  const answer = await fetch(new URL(shippedAddress, import.meta.url));
  if (!answer.ok) throw new Error(`The network could not be loaded: ${answer.status} ${answer.statusText}`);
  await session.openShipped(await answer.arrayBuffer());
}

/**
 * @param wanted  what the address says of the picture
 * @returns       what it shall say: the picture at hand goes along to other rooms
 */
export async function arrive(wanted: PictureKeys): Promise<PictureKeys> {
  arriving ??= network().finally(() => {
    arriving = undefined;
  });
  await arriving;
  const { input } = session.network!;
  const size = input.reduce((a, b) => a * b, 1);
  const isThere = picture.pixels.length === size && picture.pixels.some((value) => value > 0);
  const isNamed = wanted.draw !== "" || wanted.test !== standardTest;
  if (isThere && (!isNamed || isSame(wanted))) await session.setPicture(picture.pixels);
  else await show(wanted);
  return { draw: picture.text, test: picture.test ?? wanted.test };
}

/** The picture of an address that has changed: a step of undo. A pad that was cleared stays as it is. */
export async function follow(wanted: PictureKeys): Promise<void> {
  const isCleared = wanted.draw === "" && picture.isDrawn && picture.text === "";
  if (!isSame(wanted) && !isCleared) await show(wanted);
}

/** Of the test pictures; the first that is shown. */
export const standardTest = 47;

const isSame = ({ draw, test }: PictureKeys): boolean =>
  draw ? picture.text === draw : picture.test === test;

async function show({ draw, test }: PictureKeys): Promise<void> {
  const { input } = session.network!;
  if (draw && input.join() === "28,28,1" && picture.read(draw)) return;
  await picture.takeTest(test, input).catch(() => {});
}
