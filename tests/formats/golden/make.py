"""Makes the files beside it: python3 make.py, with PyTorch 1.13, NumPy 1.24 and onnx 1.12."""

import argparse
import collections
import datetime
import os
import pathlib
import pickle
from collections import OrderedDict

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

weights = OrderedDict()
weights["conv.weight"] = torch.arange(24, dtype=torch.float32).reshape(2, 3, 2, 2) / 8
weights["conv.bias"] = torch.tensor([0.5, -1.5], dtype=torch.float16)
weights["bn.num_batches_tracked"] = torch.tensor(7)
weights["wide"] = torch.tensor([1.5, -2.25], dtype=torch.float64)
weights["brain"] = torch.tensor([1.5, -2.25], dtype=torch.bfloat16)
weights["bytes"] = torch.tensor([1, 255], dtype=torch.uint8)
weights["truth"] = torch.tensor([True, False])
weights["empty"] = torch.zeros(0, 3)

torch.save(weights, "weights.pth")
torch.save(weights, "legacy.pth", _use_new_zipfile_serialization=False)
base = torch.arange(12, dtype=torch.float32).reshape(3, 4)
torch.save({"transposed": base.t(), "column": base[:, 1], "part": base[1:, 2:]}, "views.pth")
torch.save(
    {"epoch": 3, "state_dict": {"module.fc.weight": torch.nn.Parameter(torch.ones(1, 2))}, "lr": 0.1},
    "checkpoint.pth",
)
torch.save(torch.nn.Linear(2, 1), "model.pth")
torch.save({"a": torch.zeros(1).expand(1 << 40)}, "expanded.pth")


class Command:
    def __reduce__(self):
        import os

        return os.system, ("echo harm",)


torch.save({"a": Command()}, "command.pth")

# What training scripts save beside the weights; args is what torchvision's own write.
others = dict(
    args=argparse.Namespace(lr=0.1),
    best=np.float64(0.7),
    history=np.zeros(3),
    dtype=torch.float32,
    device=torch.device("cpu"),
    classes={"cat", "dog"},
    counts=collections.Counter("ab"),
    log=collections.defaultdict(list),
    when=datetime.datetime(2024, 1, 1),
    where=pathlib.PosixPath("/x"),
    raw=b"abc",
    int8=torch.zeros(2, dtype=torch.int8),
    int16=torch.zeros(2, dtype=torch.int16),
    complex=torch.zeros(2, dtype=torch.complex64),
    optim=torch.optim.Adam([torch.nn.Parameter(torch.zeros(2))]).state_dict(),
)
os.makedirs("others", exist_ok=True)
for name, thing in others.items():
    torch.save({"state_dict": {"conv1.weight": torch.ones(2, 1, 3, 3)}, name: thing}, f"others/{name}.pth")
types = OrderedDict(
    a=torch.ones(2),
    int8=torch.zeros(2, dtype=torch.int8),
    int16=torch.zeros(3, dtype=torch.int16),
    complex=torch.zeros(2, dtype=torch.complex64),
    wide=torch.zeros(2, dtype=torch.complex128),
    quantised=torch.quantize_per_tensor(torch.zeros(2), 0.1, 0, torch.qint8),
    sparse=torch.zeros(2, 2).to_sparse(),
)
torch.save(types, "types.pth")

np.save("f4.npy", np.arange(6, dtype="<f4").reshape(2, 3))
np.save("f8.npy", np.array([0.1, -4.0]))
np.save("f2.npy", np.array([0.5, -2.0], dtype="<f2"))
np.save("i8.npy", np.array([[-5], [2147483647]]))
np.save("u1.npy", np.array([1, 255], dtype="u1"))
np.save("b1.npy", np.array([True, False]))
np.save("single.npy", np.array(2.5, dtype="<f4"))
np.save("fortran.npy", np.asfortranarray(np.arange(6, dtype="<f4").reshape(2, 3)))
np.save("big-endian.npy", np.arange(3, dtype=">f4"))
np.save("text.npy", np.array(["a", "b"]))
np.save("record.npy", np.zeros(1, dtype=[("x", "<f4")]))

initialisers = [
    numpy_helper.from_array(np.arange(6, dtype=np.float32).reshape(2, 3), "raw"),
    numpy_helper.from_array(np.array([0.5, -2], dtype=np.float16), "half"),
    helper.make_tensor("listed", TensorProto.FLOAT, [2], [0.25, -8]),
    helper.make_tensor("listed half", TensorProto.FLOAT16, [2], np.array([1.5, -3], dtype=np.float16)),
    helper.make_tensor("shape", TensorProto.INT64, [2], [-1, 12]),
]
node = helper.make_node("Relu", ["raw"], ["y"])
output = helper.make_tensor_value_info("y", TensorProto.FLOAT, [2, 3])
graph = helper.make_graph([node], "g", [], [output], initializer=initialisers)
onnx.save(helper.make_model(graph), "weights.onnx")

rows = np.arange(2 * 3072, dtype=np.uint32).astype(np.uint8).reshape(2, 3072)
with open("cifar10_python", "wb") as file:
    pickle.dump({b"batch_label": b"one", b"labels": [6, 9], b"data": rows, b"filenames": [b"a.png", b"b.png"]}, file, 2)
with open("cifar100_python", "wb") as file:
    pickle.dump({b"fine_labels": [19, 99], b"coarse_labels": [11, 0], b"data": rows}, file, 2)
