/** What page and worker call each other to do: names, and what is given and answered. */
import type { Dataset, StreamedDataset } from "../data/index.js";
import type { ModelDescription } from "../nn/index.js";
import type { Remote } from "./crossing.js";

/** Counts up whenever page and worker of different versions would no longer understand each other. */
export const protocol = 1;

/** The first message to a worker: the port on which all others go. */
export interface Hello {
  readonly receptive: number;
  readonly port: MessagePort;
  /** The worker holds a lock of this name as long as it lives. */
  readonly lock: string;
}

export const isHello = (message: unknown): message is Hello =>
  typeof message === "object" && message !== null && "receptive" in message && "port" in message;

/** What a page knows of a model in the worker. */
export interface AboutModel {
  readonly description: ModelDescription;
  readonly inputShape: readonly number[] | null;
  /** Names of the classes, as far as they are known: of a checkpoint, or of the data trained on. */
  readonly classes: readonly string[] | null;
}

/** What a page knows of a data set in the worker. */
export interface AboutData {
  readonly name: string;
  readonly split: string;
  readonly shape: readonly [h: number, w: number, c: number];
  readonly classes: readonly string[];
  readonly length: number;
}

/** A function of the page, which the worker calls by its number. */
export interface Callback {
  readonly callback: number;
}

/** A data set as it crosses: by its name, in the worker already, or itself. */
export type GivenData = string | Remote | Dataset | (Omit<StreamedDataset, "read"> & { read: Callback });

/** Numbers of a tensor. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint8Array;
}
