/** What is seen of a network for the picture at hand: one run of it, compiled once, gives every layer's output. */
import { compile, type Model, type Tensor, tensor } from "receptive";
import type { Values } from "./protocol.js";
import type { Wire } from "./unit-answers.js";
import { Wiring } from "./wires.js";

/** Larger outputs are left out. */
const mostNumbers = 2 ** 20;

export interface Looked {
  readonly reading: Float32Array;
  readonly maps: Record<string, Values>;
}

/** Every layer's output, whole, and what goes where. */
export interface Everything extends Looked {
  readonly wires: readonly Wire[];
}

export class Looking {
  readonly #run: (picture: Tensor) => Promise<{ [path: string]: Tensor }>;
  readonly #model: Model;
  readonly #endsInSoftmax: boolean;
  #wires: readonly Wire[] = [];

  constructor(model: Model) {
    this.#model = model;
    this.#endsInSoftmax = model.layers.at(-1)?.type === "softmax";
    this.#run = compile((picture: Tensor) => {
      const seen: { [path: string]: Tensor } = {};
      const wiring = new Wiring(picture);
      const output = model(picture, {
        capture(path, y, layer, input) {
          const isNew = wiring.add(path, y, layer, input);
          if ((isNew || !path.includes("/")) && y.shape.reduce((a, b) => a * b, 1) <= mostNumbers)
            seen[path] = y;
        },
      });
      this.#wires = wiring.wires;
      return { ...seen, "": output };
    });
  }

  /**
   * @param pixels  H×W×C of the model's input, 0 to 255
   * @param maps    of each layer so many at most
   */
  async look(pixels: Uint8Array, { maps }: { maps: number }): Promise<Looked> {
    const found = await this.#run(tensor(pixels, [1, ...(this.#model.inputShape as number[])]));
    const { "": output, ...layers } = found;
    const reading = this.#probabilities(await output.data());
    if (maps === 0) return { reading, maps: {} };
    const sent = await Promise.all(
      Object.entries(layers).map(
        async ([path, y]) => [path, firstMaps(y.shape.slice(1), await y.data(), maps)] as const,
      ),
    );
    return { reading, maps: Object.fromEntries(sent) };
  }

  async everything(pixels: Uint8Array): Promise<Everything> {
    const looked = await this.look(pixels, { maps: Number.POSITIVE_INFINITY });
    return { ...looked, wires: this.#wires };
  }

  #probabilities(scores: ArrayLike<number>): Float32Array {
    const values = Float32Array.from(scores);
    if (this.#endsInSoftmax) return values;
    const greatest = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    const powers = values.map((v) => Math.exp(v - greatest));
    const sum = powers.reduce((a, b) => a + b, 0);
    return powers.map((v) => v / sum);
  }
}

function firstMaps(shape: readonly number[], given: ArrayLike<number>, most: number): Values {
  const data = Float32Array.from(given);
  const [h, w, c] = shape;
  if (shape.length !== 3 || c <= most) return { shape, data };
  const kept = new Float32Array(h * w * most);
  for (let i = 0; i < h * w; i++) kept.set(data.subarray(i * c, i * c + most), i * most);
  return { shape: [h, w, most], data: kept };
}
