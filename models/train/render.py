"""One line of text to one grey picture 32 px high, as a camera might have seen it.

Takes typefaces, a seed and a corpus (for the words beside the line), gives pictures in the reader's input form (see `canonical`).
Each kind of line has a module with `draw(maker, text)`. Everything random comes from generators, so a seed gives the same pictures
wherever the same font packages are installed.
"""

import random

import cv2
import numpy as np

import arcs
import dots
import drum
import figures
import nothing
import plain
import plate
import scene
import surfaces
import tag
from foreign import read_of
from typefaces import font

cv2.setNumThreads(1)
HEIGHT = 32  # px, the reader's input height
WIDEST = 640  # px; longer lines are read in the field, but cost a batch more than they teach
WIDEST_LONG = 900  # px, for lines of LONG characters, which must be learnt whole
LONG = 30
LEAST_PITCH = 4.6  # px a character; three would be less than a time step a character: nothing to learn from
WINDOW = 40  # px of width in which the letters must follow their coverage
LEAST_FOLLOW, MEAN_FOLLOW = 0.38, 0.55  # correlation; found by eye on sheets of each kind
TRIES = 12  # draws of one text before it is given up
KINDS = {
    "plain": [plain.draw], "scene": [scene.draw], "arc": [arcs.draw], "dots": [dots.draw], "plate": [plate.draw], "figures": [figures.draw, figures.draw, drum.draw], "tag": [tag.draw],
    "signs": [plain.draw, plain.draw, plain.draw, scene.draw, arcs.draw], "zone": [plain.draw], "foreign": [plain.draw, plain.draw, scene.draw, arcs.draw], "nothing": [nothing.draw],
}
STRETCH_LOW, STRETCH_HIGH = 0.01, 0.99  # quantiles of luma that become black and white
LEAST_SPAN = 24  # luma; a flatter picture is stretched no further, or noise would become text


def canonical(picture):
    """The reader's input form: contrast stretched between two quantiles, then dark on light (by the mean). Must equal src/text/recognize/canonical.rs."""
    counts = np.bincount(picture.ravel(), minlength=256).cumsum()
    low = int(np.searchsorted(counts, STRETCH_LOW * picture.size, side="right"))
    high = int(np.searchsorted(counts, STRETCH_HIGH * picture.size, side="left"))
    span = max(high - low, LEAST_SPAN)
    low = low if high - low >= LEAST_SPAN else (low + high - span) // 2
    out = np.clip((picture.astype(np.int32) - low) * 255 // span, 0, 255).astype(np.uint8)
    return 255 - out if int(out.sum(dtype=np.int64)) * 2 < 255 * out.size else out


def legible(picture, mask):
    """Whether the letters still stand out all along the line: the picture, less its local mean, follows their coverage."""
    seen = picture.astype(np.float32)
    seen -= cv2.blur(seen, (17, 17))
    meant = cv2.GaussianBlur(mask, (0, 0), 0.6)
    meant -= cv2.blur(meant, (17, 17))
    steps = np.linspace(0, mask.shape[1], max(1, round(mask.shape[1] / WINDOW)) + 1).astype(int)[:-1]
    both, own, other = (np.add.reduceat(p.sum(0), steps) for p in (seen * meant, meant * meant, seen * seen))
    inked = own > 0.1 * own.max()
    # A stroke in a window that varies by less than a step of luma is lost in the rounding.
    follow = np.abs(both) / np.sqrt(np.maximum(own, 1e-6) * np.maximum(other, HEIGHT * WINDOW))
    return bool(inked.any()) and follow[inked].min() > LEAST_FOLLOW and follow[inked].mean() > MEAN_FOLLOW


class Renderer:
    """Makes the pictures; the modules of the kinds use its generators `r` and `n`, its `faces` and its `words`."""

    def __init__(self, faces, seed, words):
        self.faces = faces
        self.words = words
        self.r = random.Random(seed)
        self.n = np.random.default_rng(seed)

    def other_path(self, text):
        choice = self.faces.choose(self.r, text, self.faces.plain)
        return choice[0] if choice else self.faces.plain[0][0]

    def other_face(self, text, size):
        """A face for words beside the line."""
        return font(self.other_path(text), size)

    def fits(self, width, text):
        return 8 <= width <= (WIDEST_LONG if len(text) >= LONG else WIDEST) and width >= LEAST_PITCH * len(text)

    def camera(self, picture, contrast):
        """Blur, motion, noise and JPEG; gives uint8."""
        r, n = self.r, self.n
        k = r.random()
        if k < 0.3:
            picture = cv2.GaussianBlur(picture, (0, 0), r.uniform(0.3, r.choice([1.0, 1.4, 1.9])))
        elif k < 0.4:
            picture = surfaces.motion(r, picture, 6)
        if r.random() < 0.5:
            picture = picture + n.normal(0, min(r.uniform(0.005, 0.06), r.uniform(0.03, 0.25) * contrast), picture.shape).astype(np.float32)
        out = (np.clip(picture, 0, 1) * 255).astype(np.uint8)
        if r.random() < 0.35:
            out = cv2.imdecode(cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, r.randint(20, 85)])[1], cv2.IMREAD_GRAYSCALE)
        return out

    def line(self, text, kind="plain"):
        """(picture, what is to be read of it), or None when this text cannot be drawn as that kind."""
        for _ in range(TRIES):
            done = self.r.choice(KINDS[kind])(self, text)
            picture = done and self.shot(*done)
            if picture is not None:
                return canonical(picture), read_of(done[3])
        return None

    def shot(self, picture, mask, contrast, text):
        """The picture at the reader's height as a camera gives it, or None where it is too wide or too narrow for the text,
        or nobody could read it."""
        r = self.r
        h, w = picture.shape
        if h != HEIGHT:
            width = int(w * HEIGHT / h * r.uniform(0.88, 1.12))
            if not self.fits(width, text):
                return None
            if r.random() < 0.35:  # seen from afar, or by a poor camera
                rows = r.uniform(9, 24)
                picture = cv2.resize(picture, (max(6, int(width * rows / HEIGHT)), int(rows)), interpolation=cv2.INTER_AREA)
                picture = cv2.resize(picture, (width, HEIGHT), interpolation=r.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC]))
            else:
                picture = cv2.resize(picture, (width, HEIGHT), interpolation=cv2.INTER_AREA)
            mask = cv2.resize(mask, (width, HEIGHT), interpolation=cv2.INTER_AREA)
        out = self.camera(picture.astype(np.float32), contrast)
        return out if not text or legible(out, mask) else None
