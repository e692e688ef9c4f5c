/** The declarations of the package under the settings that people have. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

export interface TypeSettings {
  module: string;
  resolution: string;
  lib: readonly string[];
  types: readonly string[];
}

export const typeSettings: TypeSettings[] = [
  { module: "nodenext", resolution: "nodenext", lib: ["ES2022"], types: ["node"] },
  { module: "nodenext", resolution: "nodenext", lib: ["ES2022", "DOM"], types: [] },
  { module: "node16", resolution: "node16", lib: ["ES2022", "DOM"], types: [] },
  { module: "esnext", resolution: "bundler", lib: ["ES2022"], types: [] },
  { module: "esnext", resolution: "bundler", lib: ["ES2022", "WebWorker"], types: [] },
  { module: "preserve", resolution: "bundler", lib: ["ES2022", "DOM", "DOM.Iterable"], types: [] },
];

const program = `
import { data, fit, losses, models, nn, optim, tensor, type Model, type Tensor } from "receptive";
import { dense, sequential, type Model as SameModel } from "receptive/nn";
import { encodeNpy, type NpyArray } from "receptive/formats";
import { heatPicture, readImage, tensorOf, type Picture } from "receptive/images";
export async function train(): Promise<number> {
  const { train } = await data.digits();
  const x: Tensor = tensor([[1, 2], [3, 4]]);
  const model: Model = nn.sequential(nn.flatten(), nn.dense(10));
  const same: SameModel = sequential(nn.flatten(), dense(10)) satisfies Model;
  const file: Uint8Array = encodeNpy({ shape: [1], data: new Float32Array(1) } satisfies NpyArray);
  const picture: Picture = await readImage(new Uint8Array(8));
  const heat: Picture = heatPicture(await tensorOf([picture]).data(), { height: 1, width: 1 }, [0, 1]);
  let last = heat.pixels.length + (await x.data()).length + same.parameters.size + file.length;
  const options = { loss: losses.crossEntropy(), optimizer: optim.sgd({ lr: 0.1 }), epochs: 1, seed: 1 };
  for await (const event of fit(model, train, options)) if (event.kind === "step") last = event.loss;
  for await (const event of fit(models.lenet5(), train, options)) if (event.kind === "epoch") last = event.accuracy ?? 0;
  // @ts-expect-error a learning rate is a number
  optim.sgd({ lr: "fast" });
  return last;
}
`;

/**
 * What the compiler says of a program of that project, the declarations of all packages checked.
 * @param compiler  the program file tsc; that of this repository if left out
 */
export function typeErrors(
  folder: string,
  { module, resolution, lib, types }: TypeSettings,
  compiler = resolve(import.meta.dirname, "../../node_modules/typescript/bin/tsc"),
): string {
  const compilerOptions = {
    module,
    moduleResolution: resolution,
    lib,
    types,
    target: "es2022",
    strict: true,
    noEmit: true,
  };
  writeFileSync(join(folder, "typed.ts"), program);
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: {
        ...compilerOptions,
        skipLibCheck: false,
        typeRoots: [resolve(import.meta.dirname, "../../node_modules/@types")],
      },
      files: ["typed.ts"],
    }),
  );
  try {
    execFileSync(process.execPath, [compiler, "-p", "."], { cwd: folder, encoding: "utf8", stdio: "pipe" });
    return "";
  } catch (error) {
    return String((error as { stdout?: string }).stdout);
  }
}
