"""Attributions by PyTorch's autograd for a small network with batch norm, a residual sum and parallel branches.

    python3 tests/golden/explain.py      writes tests/golden/explain.safetensors

Weights are stored under the names and in the order of axes that tests/explain/branches.ts uses (filters kH×kW×C×F,
weights inputs×units), pictures and maps channels last. Made with PyTorch 1.13.
"""
import json
import os
import struct

import torch
import torch.nn.functional as F

torch.manual_seed(7)
torch.set_num_threads(1)


class Rectifier(torch.autograd.Function):
    """ReLU, whose way back follows one of three rules."""

    rule = "gradient"

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, dy):
        (x,) = ctx.saved_tensors
        opened = (x > 0).to(dy.dtype)
        if Rectifier.rule == "guided":
            return opened * dy.clamp(min=0)
        if Rectifier.rule == "deconvnet":
            return dy.clamp(min=0)
        return opened * dy


relu = Rectifier.apply
weights = {}


def conv(name, cin, cout, k):
    w = torch.randn(cout, cin, k, k) * (2 / (cin * k * k)) ** 0.5
    b = torch.randn(cout) * 0.1
    weights[f"{name}.filters"] = w.permute(2, 3, 1, 0)
    weights[f"{name}.bias"] = b
    return lambda x: F.conv2d(x, w, b, padding=k // 2)


def norm(name, c):
    scale, shift = torch.rand(c) + 0.5, torch.randn(c) * 0.2
    mean, variance = torch.randn(c) * 0.2, torch.rand(c) + 0.5
    weights.update({f"{name}.scale": scale, f"{name}.shift": shift, f"{name}.mean": mean, f"{name}.variance": variance})
    return lambda x: F.batch_norm(x, mean, variance, scale, shift, eps=1e-5)


def dense(name, n, units):
    w, b = torch.randn(units, n) * (2 / n) ** 0.5, torch.randn(units) * 0.1
    weights[f"{name}.weights"] = w.t()
    weights[f"{name}.bias"] = b
    return lambda x: F.linear(x, w, b)


conv1, norm1 = conv("conv1", 3, 6, 3), norm("batchNorm1", 6)
res1, resn1 = conv("residual/conv1", 6, 6, 3), norm("residual/batchNorm1", 6)
res2, resn2 = conv("residual/conv2", 6, 6, 3), norm("residual/batchNorm2", 6)
one, three = conv("branches/one", 6, 4, 1), conv("branches/three", 6, 4, 3)
dense1, dense2 = dense("dense1", 3 * 3 * 8, 16), dense("dense2", 16, 5)
kept = {}


def network(x):
    x = F.max_pool2d(relu(norm1(conv1(x))), 3, 2, 1)
    x = relu(x + resn2(res2(relu(resn1(res1(x))))))
    x = torch.cat([relu(one(x)), relu(three(x))], 1)
    kept["branches"] = x
    x = F.max_pool2d(x, 2)
    return dense2(relu(dense1(x.permute(0, 2, 3, 1).flatten(1))))


images = torch.rand(2, 3, 14, 14)
classes = torch.tensor([3, 1])
score = lambda x: network(x).gather(1, classes[:, None]).sum()


def gradient(x, rule="gradient"):
    Rectifier.rule = rule
    x = x.clone().requires_grad_()
    return torch.autograd.grad(score(x), x)[0]


out = {"images": images.permute(0, 2, 3, 1), "scores": network(images)}
g = gradient(images)
out["saliency"] = g.abs().amax(1)
out["gradientTimesInput"] = (g * images).permute(0, 2, 3, 1)
out["guidedBackpropagation"] = gradient(images, "guided").permute(0, 2, 3, 1)

steps = 128
baseline = torch.full_like(images, 0.25)
total = torch.zeros_like(images, dtype=torch.float64)
for k in range(steps):
    total += gradient(baseline + (k + 0.5) / steps * (images - baseline)).double()
out["integratedGradients"] = ((images - baseline) * (total / steps).float()).permute(0, 2, 3, 1)

Rectifier.rule = "gradient"
s = score(images.clone().requires_grad_())
maps = kept["branches"]
slopes = torch.autograd.grad(s, maps)[0]
cam = (slopes.mean((2, 3), keepdim=True) * maps).sum(1, keepdim=True).clamp(min=0)
out["gradCam"] = F.interpolate(cam, size=(14, 14), mode="bilinear", align_corners=False)[:, 0].detach()

# The greatest activation of filter 2 of residual/conv2, back to the pixels by the deconvnet's rule.
Rectifier.rule = "deconvnet"
x = images.clone().requires_grad_()
y = F.max_pool2d(relu(norm1(conv1(x))), 3, 2, 1)
a = res2(relu(resn1(res1(y))))
flat = a[:, 2].flatten(1)
signal = torch.zeros_like(flat).scatter(1, flat.argmax(1, keepdim=True), flat.max(1, keepdim=True).values)
seed = torch.zeros_like(a)
seed[:, 2] = signal.reshape(a[:, 2].shape)
out["deconvnet"] = torch.autograd.grad(a, x, seed.detach())[0].permute(0, 2, 3, 1)

header, body = {}, b""
for name, t in {**weights, **{f"golden/{k}": v for k, v in out.items()}}.items():
    data = t.detach().float().contiguous().numpy().astype("<f4").tobytes()
    header[name] = {"dtype": "F32", "shape": list(t.shape), "data_offsets": [len(body), len(body) + len(data)]}
    body += data
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "explain.safetensors"), "wb") as f:
    f.write(struct.pack("<Q", len(text)) + text + body)
