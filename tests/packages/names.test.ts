/** Errors of the built package call functions by their names, which bundlers change. */
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";

const built = new URL("../../dist/node/index.js", import.meta.url);
const isMissing = !existsSync(built);

describe.skipIf(isMissing)(
  `the package ${isMissing ? "skipped: dist/ is not there (npm run build)" : ""}`,
  () => {
    test("every method that explains says its name", async () => {
      const { explain, nn, tensor } = (await import(built.href)) as typeof import("../../src/index.js");
      const model = nn.graph("net", {
        inputs: ["x"],
        nodes: { y: { layer: nn.dense(2), from: "x" } },
        outputs: ["y"],
      });
      const given = { x: tensor([[1, 2]]) };
      const methods: readonly string[] = [
        ...["activationMaximisation", "deepDream", "evolvedImages", "foolingImages", "sanityCheck", "style"],
        ...["answers", "deconvnet", "featureMaps", "gradCam", "gradientTimesInput", "guidedBackpropagation"],
        ...["guidedGradCam", "integratedGradients", "occlusion", "saliency", "smoothGrad", "strongestUnits"],
        "topActivations",
      ];
      const said = await Promise.all(
        methods.map(async (name) => {
          const method = explain[name as keyof typeof explain] as (...given: unknown[]) => Promise<unknown>;
          expect(method.name).toBe(name);
          return method(model, given, {}).then(String, ({ message }: Error) => message.split(":")[0]);
        }),
      );
      expect(said).toEqual(methods);
    });
  },
);
