"""Small FCNs, SegNet, DeconvNet and U-Nets in torch: writes segmentation.json.

    python3 tests/golden/segmentation.py        (needs torch)

Weights follow from their names, in the shapes and order of axes that the library has (kH x kW x in x out); pictures likewise, of
0 to 255, and are divided by 255 first. What is kept: the shape of the result, every seventh of its numbers, and for SegNet and
U-Net the gradient of the sum of the result times numbers by a name, by the first and the last filters, summed by output.
"""
import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from named_numbers import uniform

GRADIENTS = {}


def parameter(path, shape, bound):
    value = torch.from_numpy(uniform(path, shape) * np.float32(bound)).requires_grad_()
    GRADIENTS[path] = value
    return value


def conv(x, path, filters, kernel=3, padding=0, bias=True):
    inputs = x.shape[1]
    weight = parameter(f"{path}.filters", (kernel, kernel, inputs, filters), (6 / (kernel * kernel * inputs)) ** 0.5)
    offset = parameter(f"{path}.bias", (filters,), 0.1) if bias else None
    return F.conv2d(x, weight.permute(3, 2, 0, 1), offset, padding=padding)


def enlarge(x, path, filters, kernel, stride, padding=0, bias=True):
    inputs = x.shape[1]
    weight = parameter(f"{path}.filters", (kernel, kernel, filters, inputs), (6 / (kernel * kernel * inputs)) ** 0.5)
    offset = parameter(f"{path}.bias", (filters,), 0.1) if bias else None
    return F.conv_transpose2d(x, weight.permute(3, 2, 0, 1), offset, stride=stride, padding=padding)


def norm(x, path):
    channels = (x.shape[1],)
    scale = 1 + parameter(f"{path}.scale", channels, 0.5)
    variance = 1 + torch.from_numpy(uniform(f"{path}.variance", channels) * np.float32(0.5))
    mean = torch.from_numpy(uniform(f"{path}.mean", channels) * np.float32(0.1))
    return F.batch_norm(x, mean, variance, scale, parameter(f"{path}.shift", channels, 0.1))


def block(x, path, filters, padding=1, normalise=True, transposed=False, kernel=3, first=1):
    for i, count in enumerate(filters):
        n = i + first
        if transposed:
            x = enlarge(x, f"{path}/conv2dTranspose{n}", count, kernel, 1, padding, False)
        else:
            x = conv(x, f"{path}/conv{n}", count, kernel, padding, not normalise)
        x = F.relu(norm(x, f"{path}/batchNorm{n}") if normalise else x)
    return x


def unet(x, filters, classes, valid, normalise):
    levels = []
    for i, count in enumerate(filters):
        if i > 0:
            x = F.max_pool2d(x, 2, ceil_mode=not valid)
        x = block(x, f"down{i + 1}", [count, count], 0 if valid else 1, normalise)
        levels.append(x)
    for i in range(len(filters) - 1, 0, -1):
        skip = levels[i - 1]
        x = enlarge(x, f"enlarged{i}", filters[i - 1], 2, 2)
        if valid:
            top, left = (skip.shape[2] - x.shape[2]) // 2, (skip.shape[3] - x.shape[3]) // 2
            skip = skip[:, :, top : top + x.shape[2], left : left + x.shape[3]]
        else:
            x = x[:, :, : skip.shape[2], : skip.shape[3]]
        x = block(torch.cat([skip, x], 1), f"up{i}", [filters[i - 1]] * 2, 0 if valid else 1, normalise)
    return conv(x, "scores", classes, 1)


def pooled(x, blocks):
    kept = []
    for i, filters in enumerate(blocks):
        x = block(x, f"encode{i + 1}", filters)
        size = x.shape
        x, switches = F.max_pool2d(x, 2, ceil_mode=True, return_indices=True)
        kept.append((switches, size))
    return x, kept


def segnet(x, blocks, classes):
    x, kept = pooled(x, blocks)
    for i in range(len(blocks) - 1, -1, -1):
        switches, size = kept[i]
        x = F.max_unpool2d(x, switches, 2, output_size=size)
        inner = blocks[i][::-1][:-1]
        x = block(x, f"decode{i + 1}", inner + ([blocks[i - 1][-1]] if i > 0 else []))
        if i == 0:
            x = conv(x, f"decode1/conv{len(inner) + 1}", classes, 3, 1)
    return x


def deconvnet(x, blocks, classes, hidden, kernel):
    x, kept = pooled(x, blocks)
    x = block(x, "middle", [hidden], 0, kernel=kernel)
    x = block(x, "middle", [hidden], 0, kernel=1, first=2)
    x = enlarge(x, "middle/conv2dTranspose1", blocks[-1][-1], kernel, 1, bias=False)
    x = F.relu(norm(x, "middle/batchNorm3"))
    for i in range(len(blocks) - 1, -1, -1):
        switches, size = kept[i]
        x = F.max_unpool2d(x, switches, 2, output_size=size)
        last = blocks[i - 1][-1] if i > 0 else blocks[0][0]
        x = block(x, f"decode{i + 1}", blocks[i][::-1][:-1] + [last], transposed=True)
    return conv(x, "scores", classes, 1)


def fcn(x, variant, blocks, classes, hidden):
    height, width = x.shape[2:]
    x = F.pad(x, (99, 99, 99, 99))
    stages = []
    for i, filters in enumerate(blocks):
        x = F.max_pool2d(block(x, f"stage{i + 1}", filters, normalise=False), 2, ceil_mode=True)
        stages.append(x)
    x = block(x, "head", [hidden], 0, False, kernel=7)
    x = block(x, "head", [hidden], 0, False, kernel=1, first=2)
    x = conv(x, "scores", classes, 1)
    back = {"32s": 0, "16s": 1, "8s": 2}[variant]
    for i in range(back):
        stage = len(blocks) - 1 - i
        x = enlarge(x, f"enlarged{stage}", classes, 4, 2, bias=False)
        skip = conv(stages[stage - 1], f"scores{stage}", classes, 1)
        offset = [5, 9][i]
        x = x + skip[:, :, offset : offset + x.shape[2], offset : offset + x.shape[3]]
    stride, offset = {"32s": (32, 19), "16s": (16, 27), "8s": (8, 31)}[variant]
    x = enlarge(x, "enlarged", classes, 2 * stride, stride, bias=False)
    return x[:, :, offset : offset + height, offset : offset + width]


def case(network, size, run, options, gradients=()):
    GRADIENTS.clear()
    height, width, channels = size
    picture = (uniform("picture", size) + 1) * np.float32(127.5)
    x = torch.from_numpy(picture).permute(2, 0, 1)[None] / 255
    y = run(x).permute(0, 2, 3, 1)
    direction = torch.from_numpy(uniform("direction", tuple(y.shape)))
    (y * direction).sum().backward()
    print(network, options, tuple(y.shape), float(y.abs().max()))
    return {
        "network": network,
        "options": options,
        "size": size,
        "shape": list(y.shape),
        "scores": y.detach().reshape(-1)[::7].tolist(),
        "gradients": {path: GRADIENTS[path].grad.sum((0, 1)).reshape(-1).tolist() for path in gradients},
    }


if __name__ == "__main__":
    torch.set_num_threads(1)
    blocks = [[4, 4], [6], [8, 8]]
    five = [[3], [4], [4, 4], [5], [5]]
    both = lambda name, first: [f"{first}/conv1.filters", name]
    valid = {"classes": 2, "filters": [4, 6, 8]}
    same = {"classes": 3, "filters": [4, 6, 8], "padding": "same", "normalise": True}
    cases = [
        case("unet", (44, 52, 1), lambda x: unet(x, [4, 6, 8], 2, True, False), valid, both("scores.filters", "down1")),
        case("unet", (21, 27, 3), lambda x: unet(x, [4, 6, 8], 3, False, True), same, both("scores.filters", "down1")),
        case("segnet", (23, 18, 3), lambda x: segnet(x, blocks, 5), {"classes": 5, "blocks": blocks},
             both("decode1/conv2.filters", "encode1")),
        case("deconvnet", (27, 30, 3), lambda x: deconvnet(x, blocks, 4, 10, 3),
             {"classes": 4, "blocks": blocks, "hidden": 10, "kernel": 3}),
        *[case(f"fcn{v}", (37, 45, 3), lambda x: fcn(x, v, five, 3, 6), {"classes": 3, "blocks": five, "hidden": 6})
          for v in ["32s", "16s", "8s"]],
    ]
    short = json.loads(json.dumps(cases), parse_float=lambda v: float(f"{float(v):.7g}"))
    Path(__file__).with_suffix(".json").write_text(json.dumps(short, separators=(",", ":")) + "\n")
