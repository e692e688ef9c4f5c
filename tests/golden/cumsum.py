"""What PyTorch says of running sums: writes cumsum.json, which tests/ops/cumsum.test.ts reads.

    python3 tests/golden/cumsum.py

Made in float64. The gradients are those for the upstream gradient cos(0), cos(1), …
"""
import json
from pathlib import Path

import torch

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)


def rounded(tensor):
    return [float(f"{v:.7g}") for v in tensor.detach().flatten().tolist()]


def cumsum(x, axis, exclusive, reverse):
    if reverse:
        x = x.flip(axis)
    y = x.cumsum(axis)
    if exclusive:
        none = torch.zeros_like(y.narrow(axis, 0, 1))
        y = torch.cat([none, y.narrow(axis, 0, y.shape[axis] - 1)], axis)
    return y.flip(axis) if reverse else y


cases = []
for shape, axis in [((7,), 0), ((2, 150), 1), ((70, 3, 2), 0)]:
    for exclusive in (False, True):
        for reverse in (False, True):
            x = torch.tensor(rounded(torch.randn(shape))).reshape(shape).requires_grad_()
            y = cumsum(x, axis, exclusive, reverse)
            u = torch.cos(torch.arange(y.numel(), dtype=torch.float64)).reshape(shape)
            (y * u).sum().backward()
            cases.append({"shape": list(shape), "axis": axis, "exclusive": exclusive, "reverse": reverse,
                          "x": rounded(x), "y": rounded(y), "dx": rounded(x.grad)})
Path(__file__).with_suffix(".json").write_text(json.dumps(cases) + "\n")
