"""One way through a folder of pictures with torchvision: see bench/loading.ts."""

import resource
import sys
import time

import torch
from torchvision import datasets, transforms

folder, height, width, channels, batch, augment = sys.argv[1:]
size = (int(height), int(width))
steps = []
if augment == "photographs":
    steps += [transforms.RandomResizedCrop(size), transforms.RandomHorizontalFlip(), transforms.ColorJitter(0.4, 0.4, 0.4)]
elif size[0] == size[1]:
    steps += [transforms.Resize(size[0]), transforms.CenterCrop(size)]
if augment == "handwriting":
    steps += [transforms.RandomAffine(5, translate=(0.07, 0.07), scale=(0.9, 1.1), shear=8)]
if channels == "1":
    steps.insert(0, transforms.Grayscale())
pictures = datasets.ImageFolder(folder, transforms.Compose([*steps, transforms.PILToTensor()]))
loader = torch.utils.data.DataLoader(pictures, int(batch), shuffle=True, num_workers=2)


def used():
    return sum(
        sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )


begun, before = time.time(), used()
seen = 0
for images, _ in loader:
    seen += len(images)
seconds = time.time() - begun
print(f"{seen / seconds:.0f} ({1000 * (used() - before) / seen:.2f})")
