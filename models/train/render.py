"""One line of text to one grey picture 32 px high, as a camera might have seen it.

Takes a font list and a random generator, gives pictures in the reader's input form (see `canonical`). Everything random comes
from the generator, so a seed gives the same pictures wherever the same font packages are installed.
"""

import logging
import random
import subprocess
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont

from charset import ASCII, CHARSET

cv2.setNumThreads(1)
logging.getLogger("fontTools").setLevel(logging.ERROR)
HEIGHT = 32  # px, the reader's input height
WIDEST = 640  # px; longer lines are read in the field, but cost a batch more than they teach
# Not text, or text that nobody could read.
UNFIT = "symbol dingbat emoji barcode math dseg lastresort blank icon braille signwriting ornament swash initial fraktur gotic solidemirage opensymbol".split()
DISPLAY_HEADING = "# Display, hand-like, stencil"
DISPLAY_SHARE = 0.15  # of the lines; most print before a camera is plain type
# Names of monospaced type, which keeps its shape when it is drawn as a few dots.
EVEN = "mono code courier hack ocr inconsolata agave hermit fantasque spleen proggy 3270 typewriter".split()
LOOSE_SHARE = 0.22  # of the lines stand in a box with room above and below
PER_FAMILY = 6  # fonts of one family at most, so that the large families do not drown the rest
STRETCH_LOW, STRETCH_HIGH = 0.01, 0.99  # quantiles of luma that become black and white
LEAST_SPAN = 24  # luma; a flatter picture is stretched no further, or noise would become text


def canonical(picture):
    """The reader's input form: contrast stretched between two quantiles, then dark on light (by the mean). Must equal src/recognize/canonical.rs."""
    counts = np.bincount(picture.ravel(), minlength=256).cumsum()
    low = int(np.searchsorted(counts, STRETCH_LOW * picture.size, side="right"))
    high = int(np.searchsorted(counts, STRETCH_HIGH * picture.size, side="left"))
    span = max(high - low, LEAST_SPAN)
    low = low if high - low >= LEAST_SPAN else (low + high - span) // 2
    out = np.clip((picture.astype(np.int32) - low) * 255 // span, 0, 255).astype(np.uint8)
    return 255 - out if int(out.sum(dtype=np.int64)) * 2 < 255 * out.size else out


def display_files():
    """The font files of the packages that fonts.txt lists as display type."""
    listed = (Path(__file__).parent / "fonts.txt").read_text().split(DISPLAY_HEADING)[1].split()
    return set(subprocess.run(["dpkg", "-L", *listed], capture_output=True, text=True).stdout.splitlines())


def find_fonts(cache: Path):
    """The fonts to use: [path, covered characters, has its own small letters, is display type]. Kept in `cache`: it takes a while."""
    if cache.exists():
        rows = [line.split("\t") for line in cache.read_text("utf8").splitlines()]
        return [(path, frozenset(covered), cased == "1", display == "1") for path, cased, display, covered in rows]
    display = display_files()
    listed = subprocess.run(["fc-list", ":", "file"], capture_output=True, text=True, check=True).stdout
    paths = sorted({line.rsplit(":", 1)[0].strip() for line in listed.splitlines()})
    paths = [p for p in paths if p.endswith((".ttf", ".otf", ".ttc")) and not any(u in Path(p).name.lower() for u in UNFIT)]
    random.Random(0).shuffle(paths)
    families, fonts = {}, []
    for path in paths:
        try:
            cmap = TTFont(path, lazy=True, fontNumber=0).getBestCmap()
            covered = frozenset(c for c in CHARSET if ord(c) in cmap) | {" "}
            font = ImageFont.truetype(path, 32)
            pictures = {c: np.asarray(_ink(font, c)) for c in "aegnAEGN0" if c in covered}
        except Exception:  # a font that FreeType or fontTools will not take is simply not used
            continue
        if sum(c in covered for c in ASCII) < 85 or len(pictures) < 9 or min(p.size for p in pictures.values()) < 16:
            continue
        family = Path(path).stem.split("-")[0][:12]
        families[family] = families.get(family, 0) + 1
        if families[family] > PER_FAMILY:
            continue
        same = sum(pictures[a].shape == pictures[b].shape and np.abs(pictures[a].astype(int) - pictures[b]).mean() < 8 for a, b in ("aA", "eE", "gG", "nN"))
        fonts.append((path, covered, same < 3, str(Path(path).resolve()) in display or path in display))
    fonts.sort()
    cache.parent.mkdir(parents=True, exist_ok=True)
    cache.write_text("\n".join(f"{p}\t{int(cased)}\t{int(display)}\t{''.join(sorted(c))}" for p, c, cased, display in fonts), "utf8")
    return fonts


def _ink(font, text):
    x0, y0, x1, y1 = font.getbbox(text)
    picture = Image.new("L", (max(1, x1 - x0), max(1, y1 - y0)), 0)
    ImageDraw.Draw(picture).text((-x0, -y0), text, fill=255, font=font)
    return picture


@lru_cache(maxsize=3000)
def _font(path, size):
    return ImageFont.truetype(path, size)


class Renderer:
    def __init__(self, fonts, seed):
        self.plain = [f for f in fonts if not f[3]]
        self.display = [f for f in fonts if f[3]] or self.plain
        self.even = [f for f in fonts if any(n in Path(f[0]).name.lower() for n in EVEN)] or self.plain
        self.r = random.Random(seed)
        self.n = np.random.default_rng(seed)

    def choose(self, text, dotted):
        """A font that has the characters, and the text as that font writes it; None if none is found soon."""
        for _ in range(6):
            path, covered, cased, _ = self.r.choice(self.even if dotted else self.display if self.r.random() < DISPLAY_SHARE else self.plain)
            if set(text) <= covered:
                written = text if cased else text.upper()
                if set(written) <= covered:
                    return path, written
        return None

    def ink(self, path, text, loose):
        """Coverage 0..1 of the text with margins, as float32; letters set apart or together now and then. In a loose box the lines
        above and below look in, as they do where a line bends with its pack."""
        r = self.r
        font = _font(path, r.choice([18, 22, 28, 36, 44]))
        x0, y0, x1, y1 = font.getbbox(text)
        h = y1 - y0
        track = 0
        if r.random() < 0.16:
            track = int(h * r.uniform(-0.06, 0.30))
        px = r.randint(1, 6) + int(h * r.uniform(0.0, 0.35))
        pt, pb = (int(h * r.uniform(0.0, 0.32)) + 1 for _ in range(2))
        if r.random() < 0.35:  # a box of the whole font height, as finders that know no letters give
            ascent, descent = font.getmetrics()
            pt, pb = max(pt, y0 - max(0, int(ascent * 0.1))), max(pb, ascent + descent - y1 - int(descent * 0.2))
            pt, pb = min(pt, h), min(pb, h)
        if loose:
            pt, pb = (int(h * r.uniform(0.25, 0.8)) + 1 for _ in range(2))
        width = x1 - x0 + track * (len(text) - 1)
        if width < 2 or h < 3 or len(text) * h * 12 < width:
            return None
        picture = Image.new("L", (width + 2 * px, h + pt + pb), 0)
        draw = ImageDraw.Draw(picture)
        if track:
            x = float(px - x0)
            for c in text:
                draw.text((x, pt - y0), c, fill=255, font=font)
                x += font.getlength(c) + track
        else:
            draw.text((px - x0, pt - y0), text, fill=255, font=font)
        if loose and r.random() < 0.7:
            pitch = int(h * r.uniform(1.15, 1.7))
            for dy in (-pitch, pitch):
                other = "".join(r.sample(text, len(text)))
                draw.text((px - x0 + r.randint(-h, h), pt - y0 + dy), other, fill=255, font=font)
        if r.random() < 0.04:
            y = pt + h + r.randint(0, max(1, pb - 1)) if r.random() < 0.8 else pt + h // 2
            draw.line([(px, y), (px + width, y)], fill=255, width=max(1, h // 16))
        return np.asarray(picture, np.float32) / 255

    def dots(self, path, text):
        """The text as an ink-jet or needle printer sets it: a dot for each pixel of a font drawn 7 to 10 px high."""
        r = self.r
        font = _font(path, r.choice([9, 10, 11, 12, 13]))
        small = np.asarray(_ink(font, " ".join(text) if r.random() < 0.1 else text), np.float32) / 255
        if not 5 <= small.shape[0] <= 14 or small.shape[1] > 260:
            return None
        small = np.pad(small > r.uniform(0.35, 0.5), ((1, 1), (2, 2)))
        pitch = 5
        wide = pitch * r.uniform(0.8, 1.35)
        out = np.zeros((small.shape[0] * pitch + pitch, int(small.shape[1] * wide) + pitch), np.float32)
        radius, jitter = r.uniform(1.3, 2.9), r.uniform(0, 0.5)
        lean = r.uniform(-0.15, 0.15) if r.random() < 0.3 else 0
        for y, x in zip(*np.nonzero(small)):
            if r.random() < 0.012:
                continue
            centre = ((x + 0.5) * wide + self.n.normal(0, jitter) + lean * pitch * (small.shape[0] - y), (y + 0.9) * pitch + self.n.normal(0, jitter))
            cv2.circle(out, tuple(int(v * 16) for v in centre), int(radius * 16), 1.0, -1, cv2.LINE_AA, 4)
        return out

    def bend(self, ink, loose):
        """Perspective, slant, curve and weight; a line in a loose box may bend as far as the box has room."""
        r = self.r
        h, w = ink.shape
        if r.random() < 0.6:
            j = h * 0.09
            source = np.float32([[0, 0], [w, 0], [w, h], [0, h]])
            target = source + self.n.uniform(-j, j, (4, 2)).astype(np.float32)
            if r.random() < 0.3:
                target[:2, 0] += h * r.uniform(-0.35, 0.35)
            ink = cv2.warpPerspective(ink, cv2.getPerspectiveTransform(source, target.astype(np.float32)), (w, h))
        if r.random() < (0.7 if loose else 0.12):
            rise = h * r.uniform(-0.15, 0.15) * (2 if loose else 1)
            xs, ys = np.meshgrid(np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32))
            start, part = (0, np.pi) if r.random() < 0.6 else (r.uniform(-1.5, 1.5), r.uniform(0.5, 2.5))
            ink = cv2.remap(ink, xs, ys + rise * np.sin(start + part * xs / w).astype(np.float32), cv2.INTER_LINEAR)
        k = r.random()
        if k < 0.08 and h > 24:
            ink = cv2.erode(ink, np.ones((2, 2)))
        elif k < 0.17:
            ink = cv2.dilate(ink, np.ones((2, 2)))
        elif k < 0.20 and h > 24:  # outlined type
            ink = cv2.morphologyEx(ink, cv2.MORPH_GRADIENT, np.ones((3, 3)))
        return ink

    def surface(self, h, w, level, contrast):
        """What the text stands on: a tone with a slope, blotches, a shadow's edge; never so wild that the text drowns."""
        r, n = self.r, self.n
        ground = np.full((h, w), level, np.float32)
        if r.random() < 0.45:
            ground += np.linspace(-1, 1, w, dtype=np.float32)[None] * r.uniform(-0.7, 0.7) * contrast
            ground += np.linspace(-1, 1, h, dtype=np.float32)[:, None] * r.uniform(-0.4, 0.4) * contrast
        k = r.random()
        if k < 0.3:
            blotch = n.normal(0, r.uniform(0.03, 0.25) * contrast, (r.randint(3, 12), r.randint(4, 40))).astype(np.float32)
            ground += cv2.resize(blotch, (w, h), interpolation=cv2.INTER_CUBIC)
        elif k < 0.36:
            edge = r.randint(0, w)
            ground[:, edge:] += r.uniform(-0.6, 0.6) * contrast
        if r.random() < 0.10:  # a rule, a frame or the rim of the label
            y = r.choice([0, 1, h - 3, h - 2])
            ground[y : y + r.randint(1, 3)] = r.uniform(0, 1)
        if r.random() < 0.05:
            x = r.choice([0, 1, w - 4, w - 2])
            ground[:, x : x + r.randint(1, 3)] = r.uniform(0, 1)
        return ground

    def camera(self, picture, contrast):
        """Blur, motion, noise and JPEG; gives uint8."""
        r, n = self.r, self.n
        k = r.random()
        if k < 0.3:
            picture = cv2.GaussianBlur(picture, (0, 0), r.uniform(0.3, 1.4))
        elif k < 0.4:
            size = r.randint(2, 6)
            kernel = np.zeros((size, size), np.float32)
            kernel[size // 2] = 1 / size
            turn = cv2.getRotationMatrix2D((size / 2 - 0.5, size / 2 - 0.5), r.uniform(0, 180), 1)
            kernel = cv2.warpAffine(kernel, turn, (size, size))
            picture = cv2.filter2D(picture, -1, kernel / max(kernel.sum(), 1e-3))
        if r.random() < 0.5:
            picture = picture + n.normal(0, min(r.uniform(0.005, 0.08), 0.3 * contrast), picture.shape).astype(np.float32)
        out = (np.clip(picture, 0, 1) * 255).astype(np.uint8)
        if r.random() < 0.35:
            out = cv2.imdecode(cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, r.randint(20, 85)])[1], cv2.IMREAD_GRAYSCALE)
        return out

    def line(self, text):
        """(picture, text as drawn), or None when this draw of font and size does not do."""
        r = self.r
        dotted = r.random() < (0.25 if any(c.isdigit() for c in text) and text.upper() == text else 0.01)
        choice = self.choose(text, dotted)
        if choice is None:
            return None
        path, text = choice
        loose = not dotted and r.random() < LOOSE_SHARE
        ink = self.dots(path, text) if dotted else self.ink(path, text, loose)
        if ink is None:
            return None
        if dotted and r.random() < 0.3:
            ink = np.pad(ink, [(int(ink.shape[0] * r.uniform(0, 0.35)),) * 2, (0, 0)])
        ink = self.bend(ink, loose)
        h, w = ink.shape
        width = int(w * HEIGHT / h * r.uniform(0.78, 1.22))
        # Three pixels a character are less than a time step a character: nothing to learn from.
        if not 8 <= width <= WIDEST or width < 4.6 * len(text):
            return None
        if r.random() < 0.3:  # seen from afar, or by a poor camera
            k = r.uniform(0.32, 0.9)
            ink = cv2.resize(ink, (max(6, int(width * k)), int(HEIGHT * k)), interpolation=cv2.INTER_AREA)
            ink = cv2.resize(ink, (width, HEIGHT), interpolation=cv2.INTER_LINEAR)
        else:
            ink = cv2.resize(ink, (width, HEIGHT), interpolation=cv2.INTER_AREA)
        contrast = r.uniform(0.1, 0.95)
        level = r.uniform(max(0.35, contrast), 1.0)
        tone = level - contrast
        if r.random() < 0.25:
            level, tone = tone, level
        if r.random() < 0.07:  # the lines above and below look in
            rows = r.randint(1, 5)
            ink = np.maximum(ink, 0)
            shift = r.randint(0, width - 1)
            if r.random() < 0.5:
                ink[:rows] = np.maximum(ink[:rows], np.roll(ink[HEIGHT // 2 : HEIGHT // 2 + rows], shift, 1))
            else:
                ink[-rows:] = np.maximum(ink[-rows:], np.roll(ink[HEIGHT // 2 - rows : HEIGHT // 2], shift, 1))
        ground = self.surface(HEIGHT, width, level, abs(level - tone))
        picture = ground * (1 - ink) + (tone + (ground - level) * 0.5) * ink
        if r.random() < 0.06:
            shadow = np.roll(ink, (r.randint(0, 2), r.randint(0, 2)), (0, 1))
            picture = picture - (1 - ink) * shadow * r.uniform(0.1, 0.3)
        if r.random() < 0.05:  # a glare spot
            xs, ys = np.meshgrid(np.arange(width), np.arange(HEIGHT))
            picture = picture + r.uniform(0.2, 0.6) * np.exp(-(((xs - r.uniform(0, width)) / r.uniform(10, 60)) ** 2) - ((ys - r.uniform(0, HEIGHT)) / 20) ** 2)
        return canonical(self.camera(picture.astype(np.float32), abs(level - tone))), text
