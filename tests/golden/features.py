"""The golden file of the features, features.safetensors, from scipy, scikit-image and OpenCV.

    apt-get install python3-scipy python3-skimage python3-opencv
    python3 tests/golden/features.py <folder with the photographs chelsea.png, coffee.png, tubingen.jpg>

Made with scipy 1.10.1, scikit-image 0.19.3 and OpenCV 4.6.0 (Debian 12).
"""
import json
import math
import struct
import sys
from pathlib import Path

import cv2
import numpy as np
from scipy import ndimage
from skimage.feature import hog, match_template

photos = Path(sys.argv[1])
arrays = {}


def read(name):
    return cv2.cvtColor(cv2.imread(str(photos / name)), cv2.COLOR_BGR2RGB)


def grey(rgb):
    return cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)


photo = np.ascontiguousarray(read("chelsea.png")[60:220, 100:300])
arrays["photo"] = photo

# Kernels, as the lectures print them, over a piece of the photograph with values of 0 to 1.
piece = grey(photo)[30:70, 40:96].astype(np.float64) / 255
arrays["piece"] = piece
binomial = np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1])
unsharp = binomial.copy()
unsharp[2, 2] = -476
tables = {
    "identity": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
    "ridge4": [[0, -1, 0], [-1, 4, -1], [0, -1, 0]],
    "ridge8": [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
    "sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    "boxBlur": np.ones((3, 3)) / 9,
    "gaussian3": np.outer([1, 2, 1], [1, 2, 1]) / 16,
    "gaussian5": binomial / 256,
    "unsharp5": unsharp / -256,
    "softBlur": [[0.1, 0.1, 0.1], [0.1, 0.2, 0.1], [0.1, 0.1, 0.1]],
    "prewittX": [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]],
    "scharrY": [[-3, -10, -3], [0, 0, 0], [3, 10, 3]],
}
for name, table in tables.items():
    arrays[f"filter.{name}"] = ndimage.correlate(piece, np.array(table, float), mode="mirror")
lopsided = np.arange(35).reshape(5, 7) % 11 - 4.5
for ours, theirs in {"zero": "constant", "reflect": "mirror", "symmetric": "reflect", "replicate": "nearest", "wrap": "wrap"}.items():
    arrays[f"padding.{ours}"] = ndimage.correlate(piece, lopsided / 50, mode=theirs)
bell = cv2.getGaussianKernel(15, 1.7)
arrays["gaussian"] = cv2.sepFilter2D(piece, cv2.CV_64F, bell, bell, borderType=cv2.BORDER_REFLECT_101)
arrays["sobel.gx"] = cv2.Sobel(piece, cv2.CV_64F, 1, 0, ksize=3)
arrays["sobel.gy"] = cv2.Sobel(piece, cv2.CV_64F, 0, 1, ksize=3)

template = piece[11:20, 23:36]
arrays["template.normalised"] = match_template(piece, template)
arrays["template.response"] = cv2.matchTemplate(piece.astype(np.float32), template.astype(np.float32), cv2.TM_CCORR)

# HOG, on colour and on grey.
window = photo[:96, :128]
settings = {
    "default": dict(orientations=9, pixels_per_cell=(8, 8), cells_per_block=(2, 2), block_norm="L2-Hys"),
    "l2": dict(orientations=8, pixels_per_cell=(12, 12), cells_per_block=(3, 3), block_norm="L2"),
    "l1": dict(orientations=12, pixels_per_cell=(16, 16), cells_per_block=(1, 1), block_norm="L1"),
    "l1Sqrt": dict(orientations=6, pixels_per_cell=(7, 7), cells_per_block=(2, 2), block_norm="L1-sqrt", transform_sqrt=True),
}
for name, options in settings.items():
    arrays[f"hog.colour.{name}"] = hog(window.astype(float), channel_axis=-1, **options)
    arrays[f"hog.grey.{name}"] = hog(grey(window).astype(float), **options)


# SIFT: the piece that comes along, and whole photographs where they are on the machine.
def sift(name, image):
    points, descriptors = cv2.SIFT_create().detectAndCompute(image, None)
    arrays[f"sift.{name}.keypoints"] = np.array([[*p.pt, p.size / 2, math.radians(p.angle)] for p in points], np.float32)
    arrays[f"sift.{name}.descriptors"] = descriptors.astype(np.uint8)


sift("photo", grey(photo))
for name in ["chelsea.png", "coffee.png", "tubingen.jpg"]:
    sift(name, grey(read(name)))


# Repeatability: how many keypoints are found again in the picture turned, made smaller, or made noisy.
def warped(image, matrix, size):
    """Bilinear, black outside; matrix leads from the new picture to the old one."""
    width, height = size
    j, i = np.meshgrid(np.arange(width), np.arange(height))
    x = matrix[0][0] * j + matrix[0][1] * i + matrix[0][2]
    y = matrix[1][0] * j + matrix[1][1] * i + matrix[1][2]
    x0, y0 = np.floor(x).astype(int), np.floor(y).astype(int)
    result = np.zeros((height, width))
    for dy in (0, 1):
        for dx in (0, 1):
            xs, ys = x0 + dx, y0 + dy
            inside = (xs >= 0) & (xs < image.shape[1]) & (ys >= 0) & (ys < image.shape[0])
            share = (1 - np.abs(x - xs)) * (1 - np.abs(y - ys))
            result[inside] += (share * image[np.clip(ys, 0, image.shape[0] - 1), np.clip(xs, 0, image.shape[1] - 1)])[inside]
    return np.floor(result + 0.5).clip(0, 255).astype(np.uint8)


def noisy(image):
    """Spread evenly over −20 … 20, from a hash of the place."""
    n = np.arange(image.size, dtype=np.uint64).reshape(image.shape)
    word = (n * 2654435761 + 12345) % 2**32
    word = (word ^ (word >> 15)) * 2246822519 % 2**32
    word = word ^ (word >> 13)
    return np.floor(image + (word / 2**32 - 0.5) * 40 + 0.5).clip(0, 255).astype(np.uint8)


def repeatability(image, other, matrix, scale):
    """Of the keypoints of `image` that lie in `other`, the share with one within 1.5 pixels and 25 % in scale there."""
    detect = lambda picture: np.unique([[*p.pt, p.size / 2] for p in cv2.SIFT_create().detect(picture, None)], axis=0)
    (a, b), (height, width) = (detect(image), detect(other)), other.shape
    (m00, m01, m02), (m10, m11, m12) = np.linalg.inv(np.vstack([matrix, [0, 0, 1]]))[:2]
    x, y = m00 * a[:, 0] + m01 * a[:, 1] + m02, m10 * a[:, 0] + m11 * a[:, 1] + m12
    inside = (x >= 12) & (x < width - 12) & (y >= 12) & (y < height - 12)
    found = [
        np.any((np.hypot(b[:, 0] - px, b[:, 1] - py) <= 1.5) & (np.abs(b[:, 2] / (s * scale) - 1) <= 0.25))
        for px, py, s in zip(x[inside], y[inside], a[inside, 2])
    ]
    return float(np.mean(found))


for name in ["photo", "chelsea.png", "coffee.png"]:
    image = grey(photo if name == "photo" else read(name))
    height, width = image.shape
    c, s = math.cos(math.pi / 6), math.sin(math.pi / 6)
    x, y = (width - 1) / 2, (height - 1) / 2
    turn = [[c, -s, x - c * x + s * y], [s, c, y - s * x - c * y]]
    small = [[1 / 0.7, 0, (1 / 0.7 - 1) / 2], [0, 1 / 0.7, (1 / 0.7 - 1) / 2]]
    still = [[1, 0, 0], [0, 1, 0]]
    arrays[f"repeatability.{name}"] = np.array([
        repeatability(image, warped(image, turn, (width, height)), turn, 1),
        repeatability(image, warped(image, small, (int(width * 0.7), int(height * 0.7))), small, 0.7),
        repeatability(image, noisy(image), still, 1),
    ])
    print(name, arrays[f"repeatability.{name}"])

header, offset, body = {}, 0, b""
for name, array in arrays.items():
    array = np.ascontiguousarray(array if array.dtype == np.uint8 else array.astype(np.float32))
    data = array.tobytes()
    header[name] = {
        "dtype": "U8" if array.dtype == np.uint8 else "F32",
        "shape": list(array.shape),
        "data_offsets": [offset, offset + len(data)],
    }
    offset += len(data)
    body += data
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
Path(__file__).with_name("features.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + body)
