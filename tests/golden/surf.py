"""The golden file surf.json: the 200 strongest points of dlib's SURF in each photograph.

    apt-get install python3-opencv libdlib-dev libblas-dev liblapack-dev
    python3 tests/golden/surf.py <folder with the photographs>

Made with dlib 19.24 (Debian 12). A row is x, y, scale, angle, and the sign of the Laplacian.
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np

here = Path(__file__).parent
program = Path(tempfile.mkdtemp()) / "surf"
subprocess.run(["g++", "-O2", "-o", program, here / "surf.cpp", "-ldlib", "-l:libblas.so.3", "-l:liblapack.so.3"], check=True)


def surf(image, most=200):
    height, width = image.shape
    said = subprocess.run([program, str(width), str(height), str(most)], input=image.tobytes(), capture_output=True, check=True).stdout
    return [[float(v) for v in line.split()] for line in said.decode().splitlines()]


points = {}
for path in sorted(Path(sys.argv[1]).iterdir()):
    if path.suffix not in (".png", ".jpg") or path.name == "truncated.jpg":
        continue
    image = cv2.imread(str(path), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    image = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    if min(image.shape) >= 64:
        points[path.name] = surf(image)
    if path.name == "chelsea.png":
        points["photo"] = surf(np.ascontiguousarray(image[60:220, 100:300]))
lines = (f"{json.dumps(name)}: [\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]" for name, rows in points.items())
(here / "surf.json").write_text("{" + ",\n".join(lines) + "}\n")
