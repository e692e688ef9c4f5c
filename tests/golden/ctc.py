"""What PyTorch says of connectionist temporal classification: writes ctc.json, which tests/ops/ctc-loss.test.ts reads.

    python3 tests/golden/ctc.py

Made in float64. The gradients are those of the scores before softmax, for the upstream gradient 1, 2, 3, …
"""
import json
from pathlib import Path

import torch
from torch.nn.functional import ctc_loss, log_softmax

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)


def rounded(tensor):
    return [float(f"{v:.7g}") for v in tensor.detach().flatten().tolist()]


cases = []
for n, t, c, longest, blank in [(3, 12, 5, 4, 0), (2, 40, 11, 16, 10), (4, 9, 3, 4, 1), (1, 150, 6, 60, 0)]:
    x = torch.tensor(rounded(2 * torch.randn(n, t, c))).reshape(n, t, c).requires_grad_()
    classes = torch.tensor([k for k in range(c) if k != blank])
    labels = classes[torch.randint(0, c - 1, (n, longest))]
    frames = torch.randint(2 * longest + 1, t + 1, (n,)) if t > 2 * longest + 1 else torch.full((n,), t)
    lengths = torch.randint(0, longest + 1, (n,))
    frames[0], lengths[0] = t, longest
    if n > 2:
        frames[1], lengths[1] = 2, 3  # too few
        lengths[2] = 0
    y = ctc_loss(log_softmax(x, 2).transpose(0, 1), labels, frames, lengths, blank=blank, reduction="none",
                 zero_infinity=True)
    (y * torch.arange(1, n + 1)).sum().backward()
    cases.append({"shape": [n, t, c], "blank": blank, "x": rounded(x), "labels": labels.tolist(),
                  "frames": frames.tolist(), "lengths": lengths.tolist(), "y": rounded(y), "dx": rounded(x.grad)})
Path(__file__).with_suffix(".json").write_text(json.dumps(cases) + "\n")
