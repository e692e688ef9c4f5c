"""What PyTorch says of a decoder of captions with soft attention (Show, Attend and Tell): writes captions.json.

    python3 tests/golden/captions.py

Weights are numbers that follow from their names (named_numbers.py), half of them; rows and columns of places stand behind what
the encoder says of these. The loss is that of the words without what fills them up, plus 0.5 times the sum over places of
(1 - sum of attention)^2, over all words. Made in float64.
"""
import json
from pathlib import Path

import numpy as np
import torch
from named_numbers import uniform
from torch.nn.functional import cross_entropy

torch.set_default_dtype(torch.float64)
n, h, w, depth = 2, 3, 2, 5
words, size, units, attention = 8, 4, 6, 3
D, coverage = depth + 2, 0.5
shapes = {
    "vectors": (words, size), "hiddenStart": (D, units), "hiddenStartBias": (units,), "cellStart": (D, units),
    "cellStartBias": (units,), "keys": (D, attention), "query": (units, attention), "queryBias": (attention,),
    "judge": (attention,), "gate": (units, 1), "gateBias": (1,), "input": (size + D, 4 * units),
    "recurrent": (units, 4 * units), "bias": (4 * units,), "toldHidden": (units, size), "toldSeen": (D, size),
    "toldBias": (size,), "scores": (size, words), "scoresBias": (words,),
}
p = {name: torch.tensor(uniform(name, shape).astype(np.float64) / 2).requires_grad_() for name, shape in shapes.items()}
grid = torch.tensor(uniform("places", (n, h, w, depth)).astype(np.float64)).requires_grad_()
captions = torch.tensor([[2, 4, 7, 5, 3], [2, 6, 1, 3, 0]])

rows = ((torch.arange(h) + 0.5) * 2 / h - 1).reshape(1, h, 1, 1).expand(n, h, w, 1)
columns = ((torch.arange(w) + 0.5) * 2 / w - 1).reshape(1, 1, w, 1).expand(n, h, w, 1)
places = torch.cat([grid, rows, columns], 3).reshape(n, h * w, D)
cell = torch.nn.LSTMCell(size + D, units)
for name, value in (("weight_ih", p["input"].T), ("weight_hh", p["recurrent"].T), ("bias_ih", p["bias"]),
                    ("bias_hh", torch.zeros(4 * units))):
    delattr(cell, name)
    setattr(cell, name, value)

whole = places.mean(1)
hidden = torch.tanh(whole @ p["hiddenStart"] + p["hiddenStartBias"])
memory = torch.tanh(whole @ p["cellStart"] + p["cellStartBias"])
scores, alphas = [], []
for t in range(captions.shape[1] - 1):
    y = p["vectors"][captions[:, t]]
    e = torch.tanh(places @ p["keys"] + (hidden @ p["query"] + p["queryBias"])[:, None]) @ p["judge"]
    alpha = torch.softmax(e, 1)
    beta = torch.sigmoid(hidden @ p["gate"] + p["gateBias"])
    seen = beta * (alpha[:, :, None] * places).sum(1)
    hidden, memory = cell(torch.cat([y, seen], 1), (hidden, memory))
    told = torch.tanh(y + hidden @ p["toldHidden"] + seen @ p["toldSeen"] + p["toldBias"])
    scores.append(told @ p["scores"] + p["scoresBias"])
    alphas.append(alpha)
scores, alphas = torch.stack(scores, 1), torch.stack(alphas, 1)
target = captions[:, 1:]
counted = target > 1
cost = cross_entropy(scores[counted], target[counted], reduction="sum")
looked = (alphas * (target > 0)[:, :, None]).sum(1)
loss = (cost + coverage * ((1 - looked) ** 2).sum()) / counted.sum()
loss.backward()


def rounded(tensor):
    return [float(f"{v:.7g}") for v in tensor.detach().flatten().tolist()]


Path(__file__).with_suffix(".json").write_text(json.dumps({
    "sizes": {"words": words, "size": size, "units": units, "attention": attention}, "grid": [n, h, w, depth],
    "captions": captions.tolist(), "coverage": coverage, "scores": rounded(scores), "attention": rounded(alphas),
    "loss": loss.item(), "gradients": {"places": rounded(grid.grad), **{name: rounded(q.grad) for name, q in p.items()}},
}) + "\n")
