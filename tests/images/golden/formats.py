"""Small picture files of many sorts and what Pillow reads in them. Run in this folder: python3 formats.py

The files lie in formats/; their pixels one after the other in colour.npy and grey.npy, their names in the .json beside.
Pillow 9.4, NumPy 1.24. Profiles are converted by LittleCMS.
"""
import io
import json
import os
import struct

import numpy as np
from PIL import Image, ImageCms

out = "formats"
os.makedirs(out, exist_ok=True)
h, w = 18, 26
y, x = np.mgrid[0:h, 0:w]
rgb = np.stack([(x * 9 + y * 3) % 256, (y * 13 + 40) % 256, (x * y) % 256], 2).astype("uint8")
smooth = np.stack([x * 9, y * 13, 255 - x * 5], 2).astype("uint8")
grey = ((x * 7 + y * 5) % 256).astype("uint8")
alpha = np.where((x + y) % 5 == 0, 0, np.where((x + y) % 3 == 0, 128, 255)).astype("uint8")


expected_pixels = {}


def expect(name, pixels):
    expected_pixels[name] = np.asarray(pixels, "uint8")


def save(name, image, expected=None, **options):
    image.save(f"{out}/{name}", **options)
    if expected is None:
        again = Image.open(f"{out}/{name}")
        expected = again if again.mode == "L" else again.convert("RGB")
    expect(name, expected)


def white(image):
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA")).convert("RGB")


photo, soft, light = Image.fromarray(rgb), Image.fromarray(smooth), Image.fromarray(grey)
clear = photo.copy()
clear.putalpha(Image.fromarray(alpha))
for name, options in {
    "plain": {},
    "progressive": {"progressive": True},
    "full-colour": {"subsampling": 0},
    "half-colour": {"subsampling": 1},
    "optimised": {"optimize": True, "quality": 30},
}.items():
    save(f"{name}.jpg", soft, **options)
save("grey.jpg", light)
save("cmyk.jpg", soft.convert("CMYK"))
save("plain.png", photo)
save("grey.png", light)
save("palette.png", photo.quantize(40))
save("one-bit.png", light.point(lambda v: 255 * (v > 128)).convert("1"), light.point(lambda v: 255 * (v > 128)))
save("opacity.png", clear, white(clear))
shade = Image.merge("LA", [light, Image.fromarray(alpha)])
save("grey-opacity.png", shade, white(shade).convert("L"))
sixteen = (grey.astype("uint16") << 8) | 77
save("sixteen.png", Image.fromarray(sixteen), sixteen >> 8)
save("transparent.png", photo.quantize(8), None)
save("plain.webp", soft, quality=80)
save("lossless.webp", photo, lossless=True)
save("opacity.webp", clear, white(clear), lossless=True, exact=True)
save("film.webp", photo, photo, save_all=True, append_images=[soft], lossless=True, duration=100)
save("plain.gif", photo.quantize(64))
save("interlaced.gif", photo.quantize(200), interlace=1)
save("film.gif", photo.quantize(16), save_all=True, append_images=[soft.quantize(16)], duration=100)
save("plain.bmp", photo)
save("grey.bmp", light)
save("palette.bmp", photo.quantize(20))
save("one-bit.bmp", light.point(lambda v: 255 * (v > 128)).convert("1"), light.point(lambda v: 255 * (v > 128)))
save("thirty-two.bmp", clear, None)
for compression in ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"]:
    save(f"{compression}.tiff", photo, compression=compression)
save("grey.tiff", light)
save("opacity.tiff", clear, white(clear))
save("palette.tiff", photo.quantize(30))
save("cmyk.tiff", soft.convert("CMYK"))
save("sixteen.tiff", Image.fromarray(sixteen), sixteen >> 8)
save("float.tiff", Image.fromarray(grey.astype("float32") / 255), grey)
save("pages.tiff", photo, save_all=True, append_images=[soft])
one = light.point(lambda v: 255 * (v > 128))
save("one-bit.tiff", one.convert("1"), one)

# Every orientation of EXIF: the pixels are turned so that all of them look alike.
turns = {
    1: None,
    2: Image.FLIP_LEFT_RIGHT,
    3: Image.ROTATE_180,
    4: Image.FLIP_TOP_BOTTOM,
    5: Image.TRANSPOSE,
    6: Image.ROTATE_90,
    7: Image.TRANSVERSE,
    8: Image.ROTATE_270,
}
for orientation, turn in turns.items():
    exif = Image.Exif()
    exif[0x112] = orientation
    save(f"turned-{orientation}.png", photo.transpose(turn) if turn is not None else photo, photo, exif=exif)

# Profiles: LittleCMS converts them, by the perceptual intent, as everybody does.
def tag_xyz(*values):
    return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(v * 65536)) for v in values)


def tag_curve(*values):
    return b"curv\0\0\0\0" + struct.pack(f">I{len(values)}H", len(values), *values)


def tag_formula(kind, *values):
    return b"para\0\0\0\0" + struct.pack(">HH", kind, 0) + b"".join(struct.pack(">i", round(v * 65536)) for v in values)


def profile(space, tags, version=0x02400000):
    header = struct.pack(">I4sI4s4s4s12s4s", 0, b"none", version, b"mntr", space, b"XYZ ", b"\0" * 12, b"acsp")
    header += b"\0" * 28 + struct.pack(">iii", 63190, 65536, 54061)
    header += b"\0" * (128 - len(header))
    name = b"made for a test"
    text = b"desc\0\0\0\0" + struct.pack(">I", len(name) + 1) + name + b"\0" * 79
    tags = {b"desc": text, b"cprt": b"text\0\0\0\0none\0", b"wtpt": tag_xyz(0.9642, 1, 0.8249), **tags}
    table, body = b"", b""
    begin = 132 + 12 * len(tags)
    for key, value in tags.items():
        value += b"\0" * (-len(value) % 4)
        table += struct.pack(">4sII", key, begin + len(body), len(value))
        body += value
    whole = header + struct.pack(">I", len(tags)) + table + body
    return struct.pack(">I", len(whole)) + whole[4:]


def lights(r, g, b, curve):
    return {b"rXYZ": tag_xyz(*r), b"gXYZ": tag_xyz(*g), b"bXYZ": tag_xyz(*b), b"rTRC": curve, b"gTRC": curve, b"bTRC": curve}


adobe = lights((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457), tag_curve(563))
p3 = lights((0.51512, 0.2412, -0.00105), (0.29198, 0.69225, 0.04189), (0.1571, 0.06657, 0.78407),
            tag_formula(3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045))
wide = lights((0.7977, 0.2880, 0), (0.1352, 0.7119, 0), (0.0313, 0.0001, 0.8249),
              tag_curve(*[round(65535 * (i / 63) ** 1.8) for i in range(64)]))
profiles = {"adobe": profile(b"RGB ", adobe), "p3": profile(b"RGB ", p3, 0x04000000), "wide": profile(b"RGB ", wide)}
srgb = ImageCms.createProfile("sRGB")
for name, icc in profiles.items():
    source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    for kind, options in {"png": {}, "jpg": {"quality": 95}, "webp": {"lossless": True}, "tiff": {}}.items():
        if name != "adobe" and kind != "png":
            continue
        soft.save(f"{out}/{name}.{kind}", icc_profile=icc, **options)
        stored = Image.open(f"{out}/{name}.{kind}").convert("RGB")
        expect(f"{name}.{kind}", ImageCms.profileToProfile(stored, source, srgb, 0))
icc = profile(b"GRAY", {b"kTRC": tag_curve(461)})
light.save(f"{out}/gamma.png", icc_profile=icc)
source, target = ImageCms.ImageCmsProfile(io.BytesIO(icc)), ImageCms.createProfile("sRGB")
expect("gamma.png", np.asarray(ImageCms.profileToProfile(light, source, target, 0, "RGB"))[:, :, 0])

# What is refused: whole numbers of 32 bits, floats beyond 1.
os.makedirs("refused", exist_ok=True)
Image.fromarray((np.arange(64) * 16).astype("int32").reshape(8, 8)).save("refused/int32.tiff")
Image.fromarray(np.arange(64).reshape(8, 8).astype("float32") * 8.5).save("refused/float255.tiff")

for sort, names in {"colour": 3, "grey": 2}.items():
    chosen = {name: value for name, value in expected_pixels.items() if value.ndim == names}
    np.save(f"{out}/{sort}.npy", np.stack(list(chosen.values())))
    json.dump(list(chosen), open(f"{out}/{sort}.json", "w"), indent=2)
