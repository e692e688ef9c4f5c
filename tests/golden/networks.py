"""What torchvision's networks compute, for tests/models/torchvision.test.ts.

    python3 tests/golden/networks.py golden > tests/golden/networks.json
    python3 tests/golden/networks.py files ARCHITECTURE SIZE FOLDER

The first prints a few numbers of small cases. The second writes random weights (weights.safetensors), pictures with
the scores of them (cases.safetensors), and the gradients of a cross entropy in training, without dropout, with the
running statistics after that step (gradients.safetensors). PyTorch computes in float64; deviation.json says by how
much its own gradients in float32 differ from these, on the scale of each.
"""
import json
import sys

import numpy as np
import torch
import torchvision

from named_numbers import uniform

# Near 6 neighbours of a max pool would agree to the last bit more often, and another one could win.
before_pool = ("bn1.bias", "features.norm0.bias")


def numbers(name, shape, normalises):
    """Weights that keep signals at about their size, and statistics that are not those of a new network."""
    u = uniform(name, shape)
    if normalises and name.endswith("bias") and name not in before_pool:
        # Nothing lies near 0, where the slope of a rectifier hangs on the last bits: with batches of two, PyTorch's
        # own gradients in float32 are off by percents otherwise.
        return 6 + u / 10
    if len(shape) > 1:
        return u * np.float32(np.sqrt(6 / np.prod(shape[1:])))
    if name.endswith("running_var") or name.endswith("weight"):
        return 1 + u / 2
    return u / 10


def network(architecture):
    heads = {"init_weights": False} if architecture == "googlenet" else {}
    model = getattr(torchvision.models, architecture)(weights=None, **heads)
    state = model.state_dict()
    for name, values in state.items():
        if values.dtype == torch.float32:
            normalises = name.rpartition(".")[0] + ".running_mean" in state
            values.copy_(torch.from_numpy(numbers(name, tuple(values.shape), normalises)))
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    return model.double()


def pictures(size):
    return uniform("pictures", (2, size, size, 3)) * 2


def scores(model, x):
    model.eval()
    with torch.no_grad():
        return model(torch.from_numpy(x).double().permute(0, 3, 1, 2)).numpy()


def gradients(model, x):
    model.train()
    dtype = next(model.parameters()).dtype
    out = model(torch.from_numpy(x).to(dtype).permute(0, 3, 1, 2))
    loss = lambda y: torch.nn.functional.cross_entropy(y, torch.tensor([3, 7]))
    if isinstance(out, tuple):
        total = loss(out.logits) + 0.3 * (loss(out.aux_logits1) + loss(out.aux_logits2))
    else:
        total = loss(out)
    total.backward()
    found = {name: p.grad.numpy() for name, p in model.named_parameters()}
    found.update({name: b.numpy() for name, b in model.named_buffers() if b.dtype == dtype})
    return found


def write(path, arrays):
    header, offset = {}, 0
    for name, values in arrays.items():
        header[name] = {"dtype": "F32", "shape": values.shape, "data_offsets": [offset, offset + 4 * values.size]}
        offset += 4 * values.size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for values in arrays.values():
            file.write(np.ascontiguousarray(values, dtype="<f4").tobytes())


def files(architecture, size, folder):
    model = network(architecture)
    state = {name: values.numpy() for name, values in model.state_dict().items() if values.ndim > 0}
    write(f"{folder}/weights.safetensors", state)
    x = pictures(size)
    write(f"{folder}/cases.safetensors", {"pictures": x, "scores": scores(model, x)})
    exact = gradients(model, x)
    write(f"{folder}/gradients.safetensors", exact)
    with open(f"{folder}/deviation.json", "w") as file:
        json.dump(deviation(exact, gradients(network(architecture).float(), x), model), file)


def deviation(exact, rounded, model):
    """The greatest difference of a gradient on its scale; of small gradients on a hundredth of the greatest."""
    scale = {name: np.abs(exact[name]).max() for name, _ in model.named_parameters()}
    least = max(scale.values()) / 100
    return float(max(np.abs(rounded[n] - exact[n]).max() / max(least, s) for n, s in scale.items()))


def golden():
    cases = []
    for architecture, size in [
        ("resnet18", 64),
        ("resnet50", 64),
        ("squeezenet1_1", 64),
        ("densenet121", 64),
        ("googlenet", 96),
        ("alexnet", 224),
    ]:
        model = network(architecture)
        x = pictures(size)
        y = scores(model, x)
        # One number for each parameter: its gradient along a direction that follows from its name, and how long it is.
        slopes = {}
        if architecture != "alexnet":
            for name, g in gradients(model, x).items():
                along = uniform("along " + name, g.shape)
                slopes[name] = [float((g * along).sum()), float(np.sqrt((g * g).sum()))]
        case = {"architecture": architecture, "size": size, "scores": y[:, ::100].tolist()}
        cases.append({**case, "scale": float(np.abs(y).max()), "slopes": slopes})
    print(json.dumps(cases))


torch.set_num_threads(2)
if sys.argv[1] == "golden":
    golden()
else:
    files(sys.argv[2], int(sys.argv[3]), sys.argv[4])
