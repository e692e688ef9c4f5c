"""What PyTorch and torchvision say: writes losses.json, which tests/losses/golden.test.ts reads.

    python3 tests/golden/losses.py

Made with PyTorch 1.13.1 and torchvision 0.14.1, in float64.
"""
import json
from pathlib import Path

import torch
import torch.nn.functional as F
import torchvision

torch.manual_seed(1)
torch.set_default_dtype(torch.float64)
cases = []


def case(name, options, output, target, loss):
    x = output.clone().requires_grad_()
    value = loss(x, target)
    value.backward()
    cases.append({
        "name": name,
        "options": options,
        "output": {"shape": list(output.shape), "data": output.flatten().tolist()},
        "target": {"shape": list(target.shape), "data": target.flatten().tolist()},
        "classes": not target.is_floating_point(),
        "loss": value.item(),
        "gradient": x.grad.flatten().tolist(),
    })


logits = (3 * torch.randn(6, 4)).float().double()  # what float32 holds
labels = torch.tensor([0, 3, 2, 2, 1, 3])
weights = [0.5, 2, 1, 3]
case("crossEntropy", {}, logits, labels, F.cross_entropy)
case("crossEntropy", {"weights": weights}, logits, labels,
     lambda x, t: F.cross_entropy(x, t, weight=torch.tensor(weights)))
case("crossEntropy", {"smoothing": 0.1}, logits, labels, lambda x, t: F.cross_entropy(x, t, label_smoothing=0.1))
case("crossEntropy", {"weights": weights, "smoothing": 0.25}, logits, labels,
     lambda x, t: F.cross_entropy(x, t, weight=torch.tensor(weights), label_smoothing=0.25))
shares = torch.rand(6, 4).float().double()
truths = (shares > 0.5).double()
case("binaryCrossEntropy", {}, logits, shares, F.binary_cross_entropy_with_logits)
case("binaryCrossEntropy", {"positiveWeight": 2.5}, logits, truths,
     lambda x, t: F.binary_cross_entropy_with_logits(x, t, pos_weight=torch.tensor(2.5)))
case("binaryCrossEntropy", {"of": "probabilities"}, shares, truths, F.binary_cross_entropy)
case("meanSquaredError", {}, logits, shares, F.mse_loss)
case("l1", {}, logits, shares, F.l1_loss)
case("smoothL1", {}, logits, shares, F.smooth_l1_loss)
case("smoothL1", {"beta": 0.5}, logits, shares, lambda x, t: F.smooth_l1_loss(x, t, beta=0.5))
case("huber", {"delta": 2.5}, logits, shares, lambda x, t: F.huber_loss(x, t, delta=2.5))
case("hinge", {"margin": 1.5}, logits, labels, lambda x, t: 4 * F.multi_margin_loss(x, t, margin=1.5))
case("binaryHinge", {}, logits, 2 * truths - 1, lambda x, t: F.relu(1 - t * x).mean())
signs = torch.tensor([1.0, -1, 1, 1, -1, -1])
case("marginRanking", {"margin": 0.75}, logits[:, :2].contiguous(), signs,
     lambda x, t: F.margin_ranking_loss(x[:, 0], x[:, 1], t, margin=0.75))
case("binaryFocal", {}, logits, truths, lambda x, t: torchvision.ops.sigmoid_focal_loss(x, t, reduction="mean"))
case("binaryFocal", {"gamma": 1.5, "alpha": None}, logits, truths,
     lambda x, t: torchvision.ops.sigmoid_focal_loss(x, t, alpha=-1, gamma=1.5, reduction="mean"))
case("focal", {"gamma": 3}, logits, labels,
     lambda x, t: ((1 - F.softmax(x, 1)) ** 3 * -F.log_softmax(x, 1))[torch.arange(6), t].mean())

Path(__file__).with_name("losses.json").write_text(json.dumps(cases) + "\n")
