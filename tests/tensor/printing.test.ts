import { inspect } from "node:util";
import { expect, test } from "vitest";
import { add, compile, data, features, nn, predict, relu, tensor, variable, zeros } from "../../src/index.js";
import type { Tensor } from "../../src/tensor/tensor.js";

/** `console.log` and `String()` say the same. */
const print = (value: unknown): string => {
  expect(inspect(value)).toBe(String(value));
  return String(value);
};

test("known numbers are shown, as many as can be read", async () => {
  expect(
    print(
      tensor([
        [1, 2.5, -3],
        [4, 5, 60],
      ]),
    ),
  ).toBe("Tensor(f32 2×3)\n[[  1, 2.5,  -3],\n [  4,   5,  60]]");
  expect(print(tensor(7))).toBe("Tensor(f32 a single number)\n7");
  expect(print(tensor([0.1, 1 / 3, Number.NaN]))).toBe("Tensor(f32 3)\n[     0.1, 0.333333,      NaN]");
  expect(print(tensor([true, false]))).toBe("Tensor(bool 2)\n[ true, false]");
  expect(print(tensor(new Float32Array(0), [0, 3]))).toBe("Tensor(f32 0×3)\n[]");
  expect(
    print(
      tensor([
        [[1], [2]],
        [[3], [4]],
      ]),
    ),
  ).toBe("Tensor(f32 2×2×1)\n[[[1],\n  [2]],\n\n [[3],\n  [4]]]");
  expect(print(tensor(Int32Array.from({ length: 2000 }, (_, i) => i)))).toBe(
    "Tensor(i32 2000)\n[   0,    1,    2, …, 1997, 1998, 1999]",
  );
  expect(print(variable([1, 2]))).toBe("Variable(f32 2)\n[1, 2]");
});

test("a tensor that was not computed says so, and computes nothing", async () => {
  const y = relu(tensor([-1, 2]));
  expect(print(y)).toBe("Tensor(f32 2, not computed yet)");
  await y.data();
  expect(print(y)).toBe("Tensor(f32 2)\n[0, 2]");
  let text = "";
  await compile((x: Tensor) => {
    text = `${x}, ${add(x, 1)}`;
    return x;
  })(tensor([1]));
  expect(text).toBe("Tensor(f32 1, an argument of a compiled function), Tensor(f32 1, not computed yet)");
});

test("models and summaries are tables of layers", () => {
  const model = nn.sequential("net", nn.conv2d({ filters: 2, kernel: 3 }), nn.relu());
  expect(print(model)).toBe("net, not built: conv1, relu1");
  model.build([8, 8, 1]);
  const table = [
    "net, input 8×8×1",
    "",
    "layer  type    output  parameters  multiply-adds  receptive field",
    "─────────────────────────────────────────────────────────────────",
    "conv1  conv2d  6×6×2           20            648              3×3",
    "relu1  relu    6×6×2                                          3×3",
    "─────────────────────────────────────────────────────────────────",
    "total                          20            648",
  ].join("\n");
  expect(print(model)).toBe(table);
  expect(print(model.summary())).toBe(table);
  expect(Object.keys(model.summary())).toEqual(["model", "input", "params", "macs", "layers"]);
  expect(JSON.parse(JSON.stringify(model.summary())).params).toBe(20);
});

test("data sets and features are a line, and JSON has no bytes of a data set", async () => {
  const { train } = await data.digits();
  expect(print(train)).toBe("digits (train): 12000 pictures of 28×28×1 in 10 classes");
  expect(print(data.part(train, 0, 5, "a few"))).toBe("digits (a few): 5 pictures of 28×28×1 in 10 classes");
  expect(JSON.parse(JSON.stringify(train))).toEqual({
    name: "digits",
    split: "train",
    shape: [28, 28, 1],
    classes: [..."0123456789"],
    length: 12000,
  });
  const picture = { width: 32, height: 32, channels: 1, pixels: train.images.slice(0, 1024) };
  expect(print(features.hog(picture))).toBe("HOG of 4×4 cells, 9 bins: 3×3 blocks of 36, 324 numbers");
  const { keypoints } = await features.sift(picture);
  expect(print(await features.sift(picture))).toBe(
    `SIFT: ${keypoints.length} keypoints, descriptors of 128 numbers`,
  );
  expect(print(features.surf({ ...picture, pixels: new Uint8Array(1024) }))).toBe(
    "SURF: 0 keypoints, descriptors of 64 numbers",
  );
});

test("predict takes tensors that are still to be computed", async () => {
  const model = nn.sequential(nn.flatten(), nn.dense(3));
  const known = tensor([
    [1, 2],
    [3, 4],
  ]);
  const [first] = await predict(model, known);
  expect(await predict(model, add(known, 0))).toEqual(await predict(model, known));
  expect(
    (
      await predict(
        model,
        variable([
          [1, 2],
          [3, 4],
        ]),
      )
    )[0],
  ).toEqual(first);
  await expect(predict(model, [[1, 2]] as never)).rejects.toThrow(
    "predict: images is […], expected a tensor: tensor(…) makes one of numbers",
  );
});

test("pictures whose axes are N×C×H×W are asked about, wherever a model first meets a shape", () => {
  const net = () => nn.sequential("net", nn.conv2d({ filters: 2, kernel: 3, padding: "same" }));
  const question = "; are the axes N×C×H×W? Here they are N×H×W×C: transpose(x, [0, 2, 3, 1])";
  const text = `net: x is 1×3×224×224: 3 high, 224 wide, 224 channels${question}`;
  expect(() => net()(zeros([1, 3, 224, 224]))).toThrow(text);
  expect(() => net().build([3, 224, 224])).toThrow(text);
  const large = nn.sequential("net", nn.conv2d({ filters: 2, kernel: 5 }));
  const fits = `net › layer 1 (conv1): a 5×5 window does not fit into x of 3×224 pixels (x is 1×3×224×320)${question}`;
  expect(() => large(zeros([1, 3, 224, 320]))).toThrow(fits);
  expect(() => large.summary([3, 224, 320])).toThrow(fits);
  // Without layers that look at pictures the axes may be what they like; small and tall ones are what they say.
  nn.sequential(nn.flatten(), nn.dense(2)).build([1, 28, 28]);
  net().build([3, 3, 64]);
  net().build([224, 224, 3]);
});

test("JSON has what is printed, and nothing of the graph", async () => {
  const sum = add(tensor([1, 2]), 1);
  expect(JSON.stringify({ sum })).toBe('{"sum":"Tensor(f32 2, not computed yet)"}');
  await sum.data();
  expect(JSON.parse(JSON.stringify(sum))).toBe("Tensor(f32 2)\n[2, 3]");
  expect(JSON.stringify(tensor(new Uint8Array(500_000), [500, 1000])).length).toBeLessThan(300);
  const weight = variable([1, -2]);
  const step = compile(() => ({ y: relu(weight) }));
  const running = step();
  expect(JSON.parse(JSON.stringify(weight))).toBe("Variable(f32 2, in use by a run)");
  const { y } = await running;
  expect(JSON.parse(JSON.stringify({ y, weight }))).toEqual({ y: String(y), weight: String(weight) });
});
