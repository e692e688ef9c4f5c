"""What PyTorch and torchvision say: writes layers.json, which tests/nn/golden.test.ts reads.

    python3 tests/golden/layers.py

Made with PyTorch 1.13.1 and torchvision 0.14.1. Pictures are written as N×H×W×C, filters as kH×kW×C×F, in row order.
"""
import json
from pathlib import Path

import torch
import torch.nn.functional as F
import torchvision

torch.manual_seed(0)
# In float64: the float32 gelu of this version answers noise for a gradient that is not contiguous.
torch.set_default_dtype(torch.float64)
cases = []


def plain(tensor):
    return {"shape": list(tensor.shape), "data": [float(f"{v:.7g}") for v in tensor.detach().flatten().tolist()]}


def last(tensor):
    """N×C×H×W as N×H×W×C, N×C×L as N×L×C"""
    return torch.movedim(tensor, 1, -1) if tensor.dim() > 2 else tensor


def case(name, inputs, options, function, writers=None):
    """Runs the function, and its gradients for the upstream gradient cos(0), cos(1), …"""
    writers = writers or [last] * len(inputs)
    leaves = [x.clone().requires_grad_(x.is_floating_point()) for x in inputs]
    y = function(*leaves)
    u = torch.cos(torch.arange(y.numel(), dtype=torch.float64)).reshape(last(y).shape)
    (last(y) * u).sum().backward()
    cases.append({
        "name": name,
        "options": options,
        "inputs": [plain(w(x)) for w, x in zip(writers, inputs)],
        "output": plain(last(y)),
        "gradients": [None if x.grad is None else plain(w(x.grad)) for w, x in zip(writers, leaves)],
    })


as_is = lambda t: t
filters = lambda t: t.permute(2, 3, 1, 0)  # F×C×kH×kW → kH×kW×C×F
x = torch.randn(2, 4, 5, 4)

case("localResponseNorm", [x], {"size": 5, "k": 2, "alpha": 0.5, "beta": 0.75, "average": True},
     lambda t: F.local_response_norm(t, 5, alpha=0.5, beta=0.75, k=2))
case("localResponseNorm", [x], {"size": 4, "k": 1, "alpha": 2, "beta": 0.6, "average": True},
     lambda t: F.local_response_norm(t, 4, alpha=2, beta=0.6, k=1))
case("adaptiveAvgPool2d", [x], {"size": [3, 4]}, lambda t: F.adaptive_avg_pool2d(t, (3, 4)))
case("upsample2d", [x], {"size": [7, 9]}, lambda t: F.interpolate(t, (7, 9), mode="nearest"))
case("upsample2d", [x], {"size": [7, 9], "method": "bilinear"},
     lambda t: F.interpolate(t, (7, 9), mode="bilinear", align_corners=False))
case("upsample2d", [x], {"size": [7, 9], "method": "bilinear", "alignCorners": True},
     lambda t: F.interpolate(t, (7, 9), mode="bilinear", align_corners=True))
# PyTorch keeps the filters of a transposed convolution as (channels of x)×(channels of y)×kH×kW.
case("conv2dTranspose", [x, torch.randn(4, 3, 3, 2)], {"stride": [2, 3], "padding": 1, "outputPadding": [1, 0]},
     lambda t, w: F.conv_transpose2d(t, w, stride=(2, 3), padding=1, output_padding=(1, 0)), [last, filters])
case("conv2dTranspose", [x, torch.randn(4, 3, 3, 2)], {"groups": 2, "dilation": 2, "stride": 2},
     lambda t, w: F.conv_transpose2d(t, w, stride=2, groups=2, dilation=2),
     [last, filters])
case("conv2d", [x, torch.randn(6, 2, 3, 2)], {"groups": 2, "stride": 2, "padding": 1},
     lambda t, w: F.conv2d(t, w, stride=2, padding=1, groups=2), [last, filters])
case("selu", [x], {}, F.selu)
case("silu", [x], {}, F.silu)
case("gelu", [x * 3], {}, F.gelu)
case("gelu", [x * 3], {"approximate": "tanh"}, lambda t: F.gelu(t, approximate="tanh"))
case("prelu", [x, torch.rand(4)], {}, F.prelu)
case("groupNorm", [x, torch.randn(4), torch.randn(4)], {"groups": 2}, lambda t, a, b: F.group_norm(t, 2, a, b))
case("instanceNorm", [x, torch.randn(4), torch.randn(4)], {},
     lambda t, a, b: F.instance_norm(t, weight=a, bias=b))
case("layerNorm", [x, torch.randn(4), torch.randn(4)], {},
     lambda t, a, b: F.layer_norm(t.movedim(1, -1), (4,), a, b).movedim(-1, 1))

boxes = torch.tensor([[0, 0, 0, 5, 6], [1, 1.3, 0.4, 3.9, 5.6], [1, 2.2, 3.1, 2.4, 3.2], [0, -3, -2, 3.4, 9.5],
                      [1, 4.5, 5.5, 20, 20]])
for aligned in (False, True):
    for samples in (1, 2, 3):
        case("roiAlign", [x, boxes], {"size": [3, 2], "scale": 0.5, "samples": samples, "aligned": aligned},
             lambda t, b: torchvision.ops.roi_align(t, b.detach(), (3, 2), 0.5, samples, aligned), [last, as_is])
case("roiPool", [x, boxes], {"size": [3, 2], "scale": 0.75},
     lambda t, b: torchvision.ops.roi_pool(t, b.detach(), (3, 2), 0.75), [last, as_is])

for name, module in (("lstm", torch.nn.LSTM(3, 2, batch_first=True)), ("gru", torch.nn.GRU(3, 2, batch_first=True))):
    sequence = torch.randn(2, 4, 3)
    weights = [p.detach() for p in module.parameters()]  # input, recurrent, bias, recurrent bias

    def run(s, *given):
        state = torch.zeros(1, 2, 2)
        function = torch.lstm if name == "lstm" else torch.gru
        start = (state, state) if name == "lstm" else state
        return function(s, start, list(given), True, 1, 0.0, True, False, True)[0].movedim(-1, 1)

    case(name, [sequence, *weights], {}, run, [as_is, lambda t: t.T, lambda t: t.T, as_is, as_is])

Path(__file__).with_name("layers.json").write_text(json.dumps(cases) + "\n")
