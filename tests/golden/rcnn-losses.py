"""What torchvision says that Faster R-CNN's halves cost: writes rcnn-losses.json.

    python3 tests/golden/rcnn-losses.py        (needs torchvision)

Which places are looked at, its sampler draws at random; here those with the largest of given numbers. Boxes and anchors are
[left, top, right, bottom] there and [top, left, bottom, right] in the file; a last axis of codes is across, down, width, height.
"""
import json
from pathlib import Path

import torch
from torchvision.models.detection.roi_heads import RoIHeads, fastrcnn_loss
from torchvision.models.detection.rpn import RegionProposalNetwork

torch.manual_seed(3)
N, A, C = 2, 60, 3
turned = lambda boxes: boxes[:, [1, 0, 3, 2]].tolist()


class Largest:
    """Of draws, in the place of chance."""

    def __init__(self, draws, count, share):
        self.draws, self.count, self.share = draws, count, share

    def __call__(self, labels):
        positive, negative = [], []
        for own, draws in zip(labels, self.draws):
            ranked = draws.argsort(descending=True)
            yes = [i for i in ranked.tolist() if own[i] >= 1][: int(self.count * self.share)]
            no = [i for i in ranked.tolist() if own[i] == 0][: self.count - len(yes)]
            masks = [torch.zeros(len(own), dtype=torch.uint8) for _ in range(2)]
            masks[0][yes], masks[1][no] = 1, 1
            positive.append(masks[0])
            negative.append(masks[1])
        return positive, negative


def some(count, edge):
    corner = torch.rand(count, 2) * 60
    return torch.cat([corner, corner + edge * (0.5 + torch.rand(count, 2))], 1)


targets = [
    {"boxes": some(3, 30), "labels": torch.tensor([1, 3, 2])},
    {"boxes": torch.cat([some(1, 30), torch.tensor([[70.0, 70, 76, 77]])]), "labels": torch.tensor([2, 1])},
]
near = lambda boxes: boxes[torch.arange(12) % len(boxes)] + torch.randn(12, 4) * 3
anchors = [torch.cat([some(A - 12, 25), near(t["boxes"])]) for t in targets]
draws = torch.rand(N, A)
rpn = RegionProposalNetwork(None, None, 0.7, 0.3, 20, 0.5, {}, {}, 0.7)
rpn.fg_bg_sampler = Largest(draws, 20, 0.5)
labels, boxes = rpn.assign_targets_to_anchors(anchors, targets)
codes = rpn.box_coder.encode(boxes, anchors)
scores, told = torch.randn(N * A, 1) * 2, torch.randn(N * A, 4) * 0.3
objects, places = rpn.compute_loss(scores, told, labels, codes)
golden = {
    "truths": [{"boxes": turned(t["boxes"]), "labels": (t["labels"] - 1).tolist()} for t in targets],
    "anchors": [turned(a) for a in anchors],
    "kinds": torch.stack(labels).int().tolist(),
    "draws": draws.tolist(),
    "scores": scores.view(N, A).tolist(),
    "codes": told.view(N, A, 4).tolist(),
    "losses": [float(objects), float(places)],
}

heads = RoIHeads(None, None, None, 0.5, 0.5, 16, 0.25, None, 0.05, 0.5, 100)
# The last places are the true boxes, of which the second picture has one less: there another region takes that place.
regions = [torch.cat([a, some(3 - len(t["boxes"]), 5)]) for a, t in zip(anchors, targets)]
both = [torch.cat([r, t["boxes"]]) for r, t in zip(regions, targets)]
draws = torch.rand(N, A + 3)
heads.fg_bg_sampler = Largest(draws, 16, 0.25)
logits, told = torch.randn(N, A + 3, C + 1) * 2, torch.randn(N, A + 3, 4 * (C + 1)) * 0.3
picks = []
original = heads.subsample
heads.subsample = lambda own: picks.append(original(own)) or picks[-1]
_, _, labels, codes = heads.select_training_samples([r.clone() for r in regions], targets)
chosen = lambda x: torch.cat([x[i][picks[0][i]] for i in range(N)])
classes, places = fastrcnn_loss(chosen(logits), chosen(told), labels, codes)
golden["regions"] = {
    "boxes": [turned(b) for b in both],
    "draws": draws.tolist(),
    "scores": logits.tolist(),
    "codes": told.tolist(),
    "labels": [(own - 1).tolist() for own in labels],
    "losses": [float(classes), float(places)],
}
print([len([k for k in own if k == 1]) for own in golden["kinds"]], golden["losses"], golden["regions"]["losses"])
print(golden["regions"]["labels"])
short = json.loads(json.dumps(golden), parse_float=lambda v: float(f"{float(v):.9g}"))
Path(__file__).with_suffix(".json").write_text(json.dumps(short, separators=(",", ":")) + "\n")
