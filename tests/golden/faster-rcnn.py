"""What torchvision's Faster R-CNN finds: writes faster-rcnn.json, which tests/tasks/detection/faster-rcnn tests read.

    python3 tests/golden/faster-rcnn.py        (needs torchvision)

Weights and pictures follow from names, as in networks.py beside this; the heads' are scaled so that scores differ and boxes
move. Boxes are torchvision's: [left, top, right, bottom], computed in float64; labels count from 1.
"""
import json
from pathlib import Path

import numpy as np
import torch
import torchvision
from torchvision.models.detection import fasterrcnn_resnet50_fpn
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.transform import GeneralizedRCNNTransform

from named_numbers import uniform

# By how much what keeps signals at their size is multiplied.
scales = {
    "rpn.head.cls_logits.weight": 0.1,
    "rpn.head.bbox_pred.weight": 0.12,
    "roi_heads.box_predictor.cls_score.weight": 0.2,
}


def numbers(name, shape):
    u = uniform(name, shape)
    if len(shape) > 1:
        return u * np.float32(np.sqrt(6 / np.prod(shape[1:])) * scales.get(name, 1.0))
    if name.endswith("running_var"):
        return 1 + u / 2
    if name.endswith("weight"):
        # The last normalisation of a block counts little: what it adds up to would grow with each of sixteen blocks.
        return (1 + u / 2) * np.float32(0.25 if "bn3" in name else 1)
    return u / 10


def network(classes, **options):
    # torchvision freezes the normalisations of a backbone that is trained already.
    model = fasterrcnn_resnet50_fpn(
        weights=None,
        weights_backbone=None,
        num_classes=classes + 1,
        norm_layer=torchvision.ops.FrozenBatchNorm2d,
        **options,
    )
    for name, values in model.state_dict().items():
        if values.dtype == torch.float32:
            values.copy_(torch.from_numpy(numbers(name, tuple(values.shape))))
    return model


def picture(name, height, width):
    """Bytes: squares of 8 pixels with noise on them."""
    coarse = np.kron(uniform(name, ((height + 7) // 8, (width + 7) // 8, 3)), np.ones((8, 8, 1)))[:height, :width]
    fine = uniform(name + " fine", (height, width, 3))
    return np.clip(np.floor(128 + 90 * coarse + 30 * fine), 0, 255).astype(np.uint8)


def case(classes, height, width, **options):
    model = network(classes, **options).eval()
    x = torch.from_numpy(picture("picture", height, width)).permute(2, 0, 1).float() / 255
    predictor = model.roi_heads.box_predictor
    seen = []
    hook = predictor.cls_score.register_forward_hook(lambda module, inputs, output: seen.append(output.mean(0)))
    with torch.no_grad():
        model([x])
        hook.remove()
        # So that no class is everywhere: what all regions have in common is taken away, to a tenth.
        bias = [round(float(b - m), 1) for b, m in zip(predictor.cls_score.bias, seen[0])]
        predictor.cls_score.bias.copy_(torch.tensor(bias))
        [rounded] = model([x])
        [exact] = model.double()([x.double()])
    assert torch.equal(rounded["labels"], exact["labels"]), "float32 and float64 disagree: other numbers are needed"
    worst = [float((rounded[k] - exact[k]).abs().max()) for k in ("boxes", "scores")]
    print(len(exact["scores"]), "boxes of", torch.bincount(exact["labels"]).tolist(), "float32 is off by", worst)
    return {
        "classes": classes,
        "height": height,
        "width": width,
        "options": options,
        "bias": bias,
        "boxes": [[round(v, 4) for v in box] for box in exact["boxes"].tolist()],
        "scores": [round(v, 7) for v in exact["scores"].tolist()],
        "labels": exact["labels"].tolist(),
    }


def anchors():
    rows = []
    for sizes, ratios in [((32,), (0.5, 1.0, 2.0)), ((512,), (0.5, 1.0, 2.0)), ((5, 7, 11), (0.3, 1.0, 1.7))]:
        generator = AnchorGenerator((sizes,), (ratios,))
        rows.append({"sizes": sizes, "ratios": ratios, "anchors": generator.cell_anchors[0].tolist()})
    return rows


def sizes():
    """[height, width, height and width as they are seen] with the usual bounds."""
    transform = GeneralizedRCNNTransform(800, 1333, [0.0] * 3, [1.0] * 3)
    given = [(480, 640), (640, 480), (300, 900), (375, 500), (500, 353), (1080, 1920), (427, 640), (97, 61), (240, 320)]
    seen = [transform([torch.zeros(3, h, w)])[0].image_sizes[0] for h, w in given]
    return [[*size, *result] for size, result in zip(given, seen)]


if __name__ == "__main__":
    torch.set_num_threads(1)
    cases = [
        case(5, 96, 128, min_size=128, max_size=256, rpn_post_nms_top_n_test=200),
    ]
    golden = {"anchors": anchors(), "sizes": sizes(), "cases": cases}
    Path(__file__).with_suffix(".json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
