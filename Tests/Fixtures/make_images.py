"""Makes the images beside this file and what Pillow reads in them; needs Pillow and numpy.

    python3 make_images.py

NAME.png, NAME.jpg   pictures in many encodings
NAME.rgb             their pixels after Pillow turned them upright and into RGB, row by row
expected.json        sizes; resizes of rgb.png with the pass order that gives Pillow's bytes
"""
import json, math, pathlib
import numpy as np, PIL
from PIL import Image, ImageOps

OUT = pathlib.Path(__file__).parent / "images"


def picture(width, height):
    random = np.random.default_rng(5)
    y, x = np.mgrid[0:height, 0:width]
    channels = [127 + 120 * np.sin(x / 3 + y / 5), 255 * x / (width - 1), 255 * ((x // 4 + y // 4) % 2)]
    return Image.fromarray(np.clip(np.stack(channels, -1) + random.normal(0, 12, (height, width, 3)), 0, 255).astype("u1"))


def resized(image, width, height, width_first):
    """Pillow's bicubic resize, stated plainly."""
    def weights(old, new):
        scale = old / new
        stretch = max(scale, 1)
        for i in range(new):
            centre = (i + 0.5) * scale
            first, last = max(0, int(centre - 2 * stretch + 0.5)), min(old, int(centre + 2 * stretch + 0.5))
            t = np.abs((np.arange(first, last) - centre + 0.5) / stretch)
            k = np.where(t < 1, (1.5 * t - 2.5) * t * t + 1, np.where(t < 2, (((t - 5) * t + 8) * t - 4) * -0.5, 0))
            yield first, last, np.array([int(v * (1 << 22) + math.copysign(0.5, v)) for v in k / k.sum()])

    def across(a, new):
        if a.shape[1] == new:
            return a
        columns = [(a[:, f:l].astype("i8") * k[None, :, None]).sum(1) for f, l, k in weights(a.shape[1], new)]
        return np.clip((np.stack(columns, 1) + (1 << 21)) >> 22, 0, 255).astype("u1")

    turn = lambda a: a.transpose(1, 0, 2)
    a = np.asarray(image)
    return turn(across(turn(across(a, width)), height)) if width_first else across(turn(across(turn(a), height)), width)


OUT.mkdir(exist_ok=True)
rgb = picture(45, 30)
gray = rgb.convert("L")
images = {}


def save(name, image, **options):
    image.save(OUT / name, **options)
    seen = ImageOps.exif_transpose(Image.open(OUT / name)).convert("RGB")
    (OUT / name).with_suffix(".rgb").write_bytes(seen.tobytes())
    images[name] = [seen.width, seen.height]


save("rgb.png", rgb)
save("gray.png", gray)
save("bit.png", gray.convert("1"))
save("palette.png", rgb.quantize(32), transparency=3)
save("alpha.png", Image.merge("RGBA", (*rgb.split(), gray)))
save("gray-alpha.png", Image.merge("LA", (gray, gray.point(lambda v: 255 - v))))
save("chroma-420.jpg", rgb, quality=90)
save("chroma-422.jpg", rgb, quality=75, subsampling=1)
save("chroma-444.jpg", rgb, quality=95, subsampling=0)
save("progressive.jpg", rgb, quality=85, progressive=True)
save("progressive-gray.jpg", gray, quality=85, progressive=True)
save("ink.jpg", rgb.convert("CMYK"), quality=90)
for orientation in range(2, 9):
    exif = Image.Exif()
    exif[274] = orientation
    save(f"turned-{orientation}.jpg", rgb, quality=95, exif=exif)

resizes = []
for width, height in [(16, 16), (64, 64), (45, 10), (20, 30), (90, 12), (12, 90), (1, 1), (45, 30)]:
    want = rgb.resize((width, height), Image.BICUBIC)
    orders = [first for first in (True, False) if np.array_equal(resized(rgb, width, height, first), np.asarray(want))]
    name = f"resized-{width}x{height}.rgb"
    (OUT / name).write_bytes(want.tobytes())
    resizes.append({"file": name, "width": width, "height": height, "widthFirst": True in orders, "heightFirst": False in orders})
(OUT / "expected.json").write_text(json.dumps({"pillow": PIL.__version__, "images": images, "resizes": resizes}, indent=1) + "\n")
