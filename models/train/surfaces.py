"""What text stands on and what light does to it: float pictures 0..1, made from the generators `r` (random) and `n` (numpy)."""

import cv2
import numpy as np


def surface(r, n, h, w, level, contrast):
    """A tone with a slope, blotches, a shadow's edge; never so wild that text of that contrast drowns."""
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


def texture(r, n, h, w, strength):
    """Grain, brick, wood, cloth or foil about zero, of that standard deviation."""
    k = r.random()
    if k < 0.35:  # grain of some size
        cell = r.uniform(1, 5)
        grain = n.standard_normal((max(2, int(h / cell)), max(2, int(w / cell)))).astype(np.float32)
    elif k < 0.6:  # brushed metal, wood, foil: long one way
        grain = n.standard_normal((max(2, h // r.choice([1, 2, 3, h])), max(2, w // r.choice([1, 3, 20, w])))).astype(np.float32)
    elif k < 0.8:  # blotches
        grain = n.standard_normal((r.randint(2, 5), r.randint(3, 20))).astype(np.float32)
    else:  # stripes
        xs, ys = np.meshgrid(np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32))
        turn = r.uniform(0, 3.1)
        return np.sign(np.sin((xs * np.cos(turn) + ys * np.sin(turn)) * r.uniform(0.08, 0.9))).astype(np.float32) * strength * 0.5
    return cv2.resize(grain, (w, h), interpolation=cv2.INTER_LINEAR) * strength


def glare(r, h, w):
    """A bright spot or streak to add."""
    xs, ys = np.meshgrid(np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32))
    x, y = (xs - r.uniform(0, w)) / (h * r.uniform(0.3, 2)), (ys - r.uniform(0, h)) / (h * r.uniform(0.2, 1.5))
    return (r.uniform(0.15, 0.6) * np.exp(-(x**2) - y**2)).astype(np.float32)


def cylinder(r, w):
    """Brightness over the width of a bottle or can, a row to multiply with."""
    x = np.linspace(-1, 1, w, dtype=np.float32) - r.uniform(-0.7, 0.7)
    return (1 - r.uniform(0.1, 0.45) * np.minimum(x * x, 1.6))[None]


def motion(r, picture, longest):
    """Smeared along a line of at most `longest` pixels."""
    size = r.randint(2, max(2, longest))
    kernel = np.zeros((size, size), np.float32)
    kernel[size // 2] = 1 / size
    turn = cv2.getRotationMatrix2D((size / 2 - 0.5, size / 2 - 0.5), r.uniform(0, 180), 1)
    kernel = cv2.warpAffine(kernel, turn, (size, size))
    return cv2.filter2D(picture, -1, kernel / max(kernel.sum(), 1e-3), borderType=cv2.BORDER_REPLICATE)
