"""PyTorch as a contender of the benchmark: pytorch.py THREADS channels_first|channels_last.

It speaks the lines of bench/contenders/protocol.ts.
"""

import json
import platform
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

THREADS, FORMAT = int(sys.argv[1]), sys.argv[2]
MEMORY_FORMAT = torch.channels_last if FORMAT == "channels_last" else torch.contiguous_format
SEEDS = {"pictures": 1_000_001, "left": 1_000_002, "right": 1_000_003}
RATE, MOMENTUM = 0.001, 0.9
WARM_UPS, PATIENCE_MS = 3, 2000


def uniform(seed, size, low=0.0, high=1.0):
    """The numbers of bench/networks/numbers.ts."""
    h = (np.arange(1, size + 1, dtype=np.uint32) * np.uint32(0x9E3779B1)) ^ np.uint32((seed + 1) * 0x85EBCA6B % 2**32)
    h = (h ^ (h >> np.uint32(15))) * np.uint32(0x2C1B3C6D)
    h = (h ^ (h >> np.uint32(12))) * np.uint32(0x297A2D39)
    h ^= h >> np.uint32(15)
    spread = h.astype(np.float64)
    spread *= (high - low) / 2**32
    spread += low
    return spread.astype(np.float32)


def numbers(parameter):
    return uniform(
        parameter["seed"], int(np.prod(parameter["shape"])), parameter["low"], parameter["high"]
    ).reshape(parameter["shape"])


def fill(parameter, values):
    with torch.no_grad():
        parameter.copy_(torch.from_numpy(np.ascontiguousarray(values)))


class Residual(nn.Module):
    def __init__(self, body, shortcut):
        super().__init__()
        self.body, self.shortcut = body, shortcut

    def forward(self, x):
        return self.body(x) + self.shortcut(x)


class MeanPool(nn.Module):
    def forward(self, x):
        return x.mean((2, 3))


def conv(step):
    filters = step["filters"]
    layer = nn.Conv2d(
        step["x"][2],
        filters["shape"][3],
        step["kernel"],
        stride=step["stride"],
        padding=step["padding"],
        groups=step["groups"],
        bias=step["bias"] is not None,
    )
    fill(layer.weight, numbers(filters).transpose(3, 2, 0, 1))
    if step["bias"] is not None:
        fill(layer.bias, numbers(step["bias"]))
    return layer


def norm(step):
    layer = nn.BatchNorm2d(step["x"][-1])
    fill(layer.weight, numbers(step["scale"]))
    fill(layer.bias, numbers(step["shift"]))
    fill(layer.running_mean, numbers(step["mean"]))
    fill(layer.running_var, numbers(step["variance"]))
    return layer


def dense(step):
    inputs, units = step["weights"]["shape"]
    layer = nn.Linear(inputs, units)
    weights = numbers(step["weights"])
    if len(step["before"]) == 3:
        # Rows are in the order of H×W×C there, of C×H×W here.
        weights = weights.reshape(*step["before"], units).transpose(2, 0, 1, 3).reshape(inputs, units)
    fill(layer.weight, weights.T)
    fill(layer.bias, numbers(step["bias"]))
    return layer


LAYERS = {
    "conv": conv,
    "norm": norm,
    "dense": dense,
    "relu": lambda step: nn.ReLU(inplace=True),
    "maxPool": lambda step: nn.MaxPool2d(step["size"], step["stride"], step["padding"]),
    "meanPool": lambda step: MeanPool(),
    "flatten": lambda step: nn.Flatten(),
    "residual": lambda step: Residual(stack(step["body"]), stack(step["shortcut"])),
}


def stack(steps):
    return nn.Sequential(*(LAYERS[step["kind"]](step) for step in steps))


def product(workload):
    size = workload["size"]
    a, b = (torch.from_numpy(uniform(SEEDS[side], size * size).reshape(size, size)) for side in ("left", "right"))

    def run():
        with torch.inference_mode():
            return [(a @ b).sum().item()]

    return run


def through(workload):
    network, batch = workload["network"], workload["batch"]
    model = stack(network["steps"]).to(memory_format=MEMORY_FORMAT)
    pixels = uniform(SEEDS["pictures"], batch * int(np.prod(network["input"])))
    x = torch.from_numpy(pixels.reshape(batch, *network["input"])).permute(0, 3, 1, 2)
    x = x.contiguous(memory_format=MEMORY_FORMAT)
    if not workload["training"]:
        model.eval()

        def infer():
            with torch.inference_mode():
                return model(x).numpy().ravel()

        return infer

    labels = torch.arange(batch) % 10
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE, momentum=MOMENTUM)

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(model(x), labels)
        loss.backward()
        optimizer.step()
        return [loss.item()]

    return step


def peak_bytes():
    """The kernel's high-water mark of this process; only Linux has one that a parent's does not enter."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            return next(1024 * int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    except OSError:
        return None


class Contender:
    def __init__(self):
        self.run, self.typical_ms = None, 0.0

    def timed(self):
        start = time.perf_counter()
        result = self.run()
        return 1000 * (time.perf_counter() - start), float(np.mean(np.abs(result)))

    def prepare(self, workload):
        if workload["kind"] == "product" and FORMAT == "channels_last":
            return {"kind": "cannot", "reason": "a matrix has no channels: see channels_first"}
        self.run = product(workload) if workload["kind"] == "product" else through(workload)
        runs = [self.timed()]
        while len(runs) < WARM_UPS and runs[-1][0] < PATIENCE_MS:
            runs.append(self.timed())
        self.typical_ms = runs[-1][0]
        results = [result for _, result in runs]
        return {"kind": "prepared", "firstMs": runs[0][0], "results": results, "peakBytes": peak_bytes()}

    def measure(self, seconds):
        # While others measured, this one's caches went cold.
        if self.typical_ms < 100 * seconds:
            self.timed()
        times, end = [], time.perf_counter() + seconds
        while not times or time.perf_counter() < end:
            times.append(self.timed()[0])
        return {"kind": "measured", "times": times}

    def answer(self, request):
        if request["kind"] == "prepare":
            return self.prepare(request["workload"])
        return self.measure(request["seconds"])


def say(reply):
    print(json.dumps(reply), flush=True)


def main():
    torch.set_num_threads(THREADS)
    contender = Contender()
    version = f"{torch.__version__} on Python {platform.python_version()}"
    say({"kind": "ready", "who": "pytorch", "target": FORMAT, "version": version})
    for line in sys.stdin:
        try:
            say(contender.answer(json.loads(line)))
        except Exception as error:  # Whatever it is, the harness tells it and goes on without this contender.
            say({"kind": "failed", "reason": str(error).split("\n")[0]})


main()
