"""What COCO's own program says of boxes: writes detection.json, which tests/tasks/detection/precision.test.ts reads.

    python3 tests/golden/detection.py        (needs pycocotools)

Boxes are [top, left, bottom, right]; scores and corners tie often, some boxes are crowds, some have areas of their own. Of each
case the twelve numbers of `summarize`, -1 where there is nothing to be found.
"""
import contextlib
import io
import json
import random
from pathlib import Path

from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

random.seed(0)
cases = []
for case in range(40):
    scale = [12, 60, 200][case % 3]
    pictures = 1 + case % 4
    truths, found = [], []

    def box():
        top, left = random.randrange(scale), random.randrange(scale)
        return [top, left, top + 1 + random.randrange(scale), left + 1 + random.randrange(scale)]

    for picture in range(pictures):
        for _ in range(random.randrange(7)):
            one = box()
            size = (one[2] - one[0]) * (one[3] - one[1])
            truth = {"picture": picture, "label": random.randrange(3), "box": one}
            if random.random() < 0.2:
                truth["crowd"] = True
            truth["area"] = size * (random.random() if random.random() < 0.3 else 1)
            truths.append(truth)
        near = [t for t in truths if t["picture"] == picture]
        for _ in range(random.randrange(14)):
            base = random.choice(near) if near and random.random() < 0.8 else None
            shift = 0 if random.random() < 0.3 else 1
            one = [v + shift * (random.randrange(4) - 1.5) for v in base["box"]] if base else box()
            if one[2] <= one[0] or one[3] <= one[1]:
                one = box()
            label = base["label"] if base and random.random() < 0.9 else random.randrange(3)
            found.append({"picture": picture, "label": label, "box": one, "score": random.randrange(6) / 5})
    if not truths or not found:
        continue

    def as_coco(one):
        top, left, bottom, right = one["box"]
        return {"image_id": one["picture"], "category_id": one["label"], "bbox": [left, top, right - left, bottom - top]}

    labels = sorted({t["label"] for t in truths})
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO()
        truth.dataset = {
            "images": [{"id": p} for p in range(pictures)],
            "categories": [{"id": c} for c in labels],
            "annotations": [
                {**as_coco(t), "id": i + 1, "area": t["area"], "iscrowd": int(t.get("crowd", False))}
                for i, t in enumerate(truths)
            ],
        }
        truth.createIndex()
        answer = truth.loadRes([{**as_coco(f), "score": f["score"]} for f in found])
        evaluation = COCOeval(truth, answer, "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    cases.append({"found": found, "truths": truths, "stats": [float(s) for s in evaluation.stats]})

Path(__file__).with_suffix(".json").write_text("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n")
print(len(cases), "cases")
