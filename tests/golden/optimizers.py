"""What PyTorch's optimizers and schedules do: writes optimizers.json, which tests/optim/golden.test.ts reads.

    python3 tests/golden/optimizers.py

Made with PyTorch 1.13.1, in float64. Every optimizer goes ten steps from the same point, with the same gradients.
"""
import json
from pathlib import Path

import torch

torch.set_default_dtype(torch.float64)
start = [[1.0, -2.0, 0.5], [3.0, 0.25, -1.5]]
gradients = [[[round(torch.sin(torch.tensor(1.7 * s + 2.3 * i + j)).item() * 10 ** (i - j % 2), 4) for j in range(3)]
              for i in range(2)] for s in range(10)]


def run(make, clip=None):
    w = torch.nn.Parameter(torch.tensor(start))
    optimizer = make([w])
    steps = []
    for g in gradients:
        w.grad = torch.tensor(g)
        if clip is not None:
            torch.nn.utils.clip_grad_norm_([w], clip)
        optimizer.step()
        steps.append(w.detach().flatten().tolist())
    return steps


O = torch.optim
optimizers = [
    ("sgd", {"lr": 0.1}, lambda p: O.SGD(p, 0.1)),
    ("sgd", {"lr": 0.1, "momentum": 0.9, "weightDecay": 0.01},
     lambda p: O.SGD(p, 0.1, momentum=0.9, weight_decay=0.01)),
    ("sgd", {"lr": 0.1, "momentum": 0.9, "dampening": 0.5}, lambda p: O.SGD(p, 0.1, momentum=0.9, dampening=0.5)),
    ("sgd", {"lr": 0.1, "momentum": 0.8, "nesterov": True, "weightDecay": 0.01},
     lambda p: O.SGD(p, 0.1, momentum=0.8, nesterov=True, weight_decay=0.01)),
    # At a learning rate that stays the same, both forms make the same steps.
    ("sgd", {"lr": 0.1, "momentum": 0.8, "nesterov": True, "form": "caffe"},
     lambda p: O.SGD(p, 0.1, momentum=0.8, nesterov=True)),
    ("adagrad", {"lr": 0.1}, lambda p: O.Adagrad(p, 0.1)),
    ("adagrad", {"lr": 0.1, "lrDecay": 0.2, "weightDecay": 0.1, "epsilon": 1e-3},
     lambda p: O.Adagrad(p, 0.1, lr_decay=0.2, weight_decay=0.1, eps=1e-3)),
    ("rmsprop", {}, lambda p: O.RMSprop(p)),
    ("rmsprop", {"lr": 0.02, "decay": 0.9, "epsilon": 1e-3, "momentum": 0.5, "weightDecay": 0.1, "centred": True},
     lambda p: O.RMSprop(p, 0.02, alpha=0.9, eps=1e-3, momentum=0.5, weight_decay=0.1, centered=True)),
    ("adadelta", {"rho": 0.9}, lambda p: O.Adadelta(p)),
    ("adadelta", {"lr": 0.5, "rho": 0.95, "epsilon": 1e-3, "weightDecay": 0.1},
     lambda p: O.Adadelta(p, 0.5, rho=0.95, eps=1e-3, weight_decay=0.1)),
    ("adam", {}, lambda p: O.Adam(p)),
    ("adam", {"lr": 0.05, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-4, "weightDecay": 0.1},
     lambda p: O.Adam(p, 0.05, betas=(0.8, 0.95), eps=1e-4, weight_decay=0.1)),
    ("adamW", {"lr": 0.05}, lambda p: O.AdamW(p, 0.05)),
    ("adamW", {"lr": 0.05, "weightDecay": 0.3}, lambda p: O.AdamW(p, 0.05, weight_decay=0.3)),
]
cases = [{"name": name, "options": options, "steps": run(make)} for name, options, make in optimizers]
cases.append({
    "name": "clipNorm",
    "options": {"norm": 2, "optimizer": {"name": "sgd", "options": {"lr": 0.1, "momentum": 0.5}}},
    "steps": run(lambda p: O.SGD(p, 0.1, momentum=0.5), clip=2),
})


def schedule(make, steps, losses=None):
    optimizer = O.SGD([torch.nn.Parameter(torch.zeros(1))], 0.4)
    scheduler = make(optimizer)
    rates = []
    for s in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step(*([] if losses is None else [losses[s]]))
    return rates


S = O.lr_scheduler
losses = [5, 4, 4.1, 4.2, 3.9999, 4.3, 4.0, 3, 3, 3, 3, 3, 3, 3, 3, 3, 2.9999, 2.9, 2.95, 2.95, 2.95, 2.95]
schedules = [
    ("oneCycle", {"lr": 0.4, "steps": 50}, schedule(lambda o: S.OneCycleLR(o, 0.4, total_steps=50), 49)),
    ("oneCycle", {"lr": 0.4, "steps": 23, "share": 0.4, "divide": 10, "finalDivide": 100},
     schedule(lambda o: S.OneCycleLR(o, 0.4, total_steps=23, pct_start=0.4, div_factor=10, final_div_factor=100), 22)),
    ("plateau", {"lr": 0.4, "patience": 2, "factor": 0.5},
     schedule(lambda o: S.ReduceLROnPlateau(o, patience=2, factor=0.5), len(losses), losses)),
    ("plateau", {"lr": 0.4, "patience": 1, "cooldown": 2, "lowest": 0.01, "factor": 0.2},
     schedule(lambda o: S.ReduceLROnPlateau(o, patience=1, cooldown=2, min_lr=0.01, factor=0.2), len(losses), losses)),
    ("step", {"lr": 0.4, "every": 3, "factor": 0.5}, schedule(lambda o: S.StepLR(o, 3, 0.5), 12)),
    ("cosine", {"lr": 0.4, "steps": 12, "final": 0.1}, schedule(lambda o: S.CosineAnnealingLR(o, 12, 0.1), 12)),
]

# L-BFGS without a line search on a function with a bend, value by value.
x = torch.nn.Parameter(torch.tensor([-1.2, 1.0, 0.7]))


def objective():
    return (1 - x[0]) ** 2 + 3 * (x[1] - x[0] ** 2) ** 2 + 0.5 * x[2] ** 4 + x[2] * x[0]


lbfgs = O.LBFGS([x], lr=0.5, max_iter=1, history_size=3, tolerance_grad=0, tolerance_change=0)
path = []


def closure():
    lbfgs.zero_grad()
    value = objective()
    value.backward()
    return value


for _ in range(25):
    lbfgs.step(closure)
    path.append(x.detach().tolist())

Path(__file__).with_name("optimizers.json").write_text(json.dumps({
    "start": start,
    "gradients": gradients,
    "optimizers": cases,
    "losses": losses,
    "schedules": [{"name": n, "options": o, "rates": r} for n, o, r in schedules],
    "lbfgs": path,
}) + "\n")
