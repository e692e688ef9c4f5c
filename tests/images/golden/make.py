"""Makes the files beside it: python3 make.py, with Pillow 9.4, NumPy 1.24 and torchvision 0.14."""

import numpy as np
from PIL import Image
from torchvision import transforms

i, j, c = np.meshgrid(np.arange(37), np.arange(53), np.arange(3), indexing="ij")
picture = ((i * 7 + j * 13 + c * 29 + i * j) % 256).astype(np.uint8)
image = Image.fromarray(picture)
np.save("picture.npy", picture)
for name, filter in [("bilinear", Image.BILINEAR), ("bicubic", Image.BICUBIC)]:
    for width, height in [(20, 30), (80, 61), (53, 9)]:
        np.save(f"{name}-{height}x{width}.npy", np.asarray(image.resize((width, height), filter)))
crop = transforms.Compose([transforms.Resize(32), transforms.CenterCrop(28)])
np.save("resize-32-crop-28.npy", np.asarray(crop(image)))
ten = transforms.Compose([transforms.Resize(32), transforms.TenCrop(28)])
np.save("resize-32-ten-crop-28.npy", np.stack([np.asarray(view) for view in ten(image)]))
