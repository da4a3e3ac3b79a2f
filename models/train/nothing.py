"""Pictures without text, as finders take them for lines: grounds, bar codes, matrices, patterns, drawings. Nothing is to be read of them."""

import cv2
import numpy as np

import surfaces

HEIGHT = 64  # px at drawing


def bars(r, n, w):
    """A bar code, or a row of upright strokes."""
    x, out, module = 0, np.zeros((HEIGHT, w), np.float32), r.uniform(1, 5)
    while x < w:
        dark = module * r.choice([1, 1, 1, 2, 2, 3, 4])
        out[:, int(x) : max(int(x) + 1, int(x + dark))] = 1
        x += dark + module * r.choice([1, 1, 2, 2, 3, 4])
    return out


def matrix(r, n, w):
    """Modules of a two-dimensional code."""
    rows = r.randint(5, 20)
    cells = (n.random((rows, max(2, rows * w // HEIGHT))) < 0.5).astype(np.float32)
    return cv2.resize(cells, (w, HEIGHT), interpolation=cv2.INTER_NEAREST)


def pattern(r, n, w):
    """Stripes, checks or dots that repeat."""
    xs, ys = np.meshgrid(np.arange(w, dtype=np.float32), np.arange(HEIGHT, dtype=np.float32))
    turn, beat = r.uniform(0, 3.1), r.uniform(0.1, 1.2)
    along, across = np.sin((xs * np.cos(turn) + ys * np.sin(turn)) * beat), np.sin((ys * np.cos(turn) - xs * np.sin(turn)) * beat)
    return (r.choice([along, along * across, np.minimum(along, across)]) > r.uniform(-0.5, 0.7)).astype(np.float32)


def drawing(r, n, w):
    """Strokes, discs, frames and leaves, larger and fewer than letters."""
    out = np.zeros((HEIGHT, w), np.uint8)
    for _ in range(r.randint(1, 4)):
        x, y = r.randint(0, w), r.randint(0, HEIGHT)
        k, size = r.random(), r.randint(50, 160)
        if k < 0.35:
            cv2.line(out, (x, y), (x + r.randint(-w, w), y + r.randint(-HEIGHT, HEIGHT)), 255, r.randint(1, 9), cv2.LINE_AA)
        elif k < 0.55:
            cv2.ellipse(out, (x, y), (size, r.randint(25, size)), r.randint(0, 180), 0, r.choice([360, 360, r.randint(60, 200)]), 255, r.choice([-1, r.randint(1, 8)]), cv2.LINE_AA)
        elif k < 0.75:
            cv2.rectangle(out, (x, y), (x + size * 2, y + size), 255, r.choice([-1, r.randint(1, 6)]))
        else:
            points = np.array([(x + size * r.uniform(-1, 1), y + size * r.uniform(-1, 1)) for _ in range(r.randint(3, 7))], np.int32)
            cv2.fillPoly(out, [points], 255, cv2.LINE_AA)
    return out.astype(np.float32) / 255


def plain(r, n, w):
    return np.zeros((HEIGHT, w), np.float32)


def draw(maker, _):
    """(picture, coverage of what is drawn, contrast, no text)."""
    r, n = maker.r, maker.n
    w = int(HEIGHT * r.choice([r.uniform(0.6, 4), r.uniform(2, 12)]))
    drawn = r.choice([bars, bars, matrix, pattern, drawing, drawing, plain])(r, n, w)
    contrast = r.uniform(0.1, 0.95)
    level = r.uniform(contrast, 1)
    picture = surfaces.surface(r, n, HEIGHT, w, level, contrast) - contrast * drawn
    for _ in range(r.choice([0, 1, 1, 2])):
        picture = picture + surfaces.texture(r, n, HEIGHT, w, r.uniform(0.03, 0.4) * contrast)
    if r.random() < 0.3:
        picture = picture + surfaces.glare(r, HEIGHT, w)
    if r.random() < 0.5:
        j = HEIGHT * 0.12
        corners = np.float32([[0, 0], [w, 0], [w, HEIGHT], [0, HEIGHT]])
        target = corners + n.uniform(-j, j, (4, 2)).astype(np.float32)
        picture = cv2.warpPerspective(picture.astype(np.float32), cv2.getPerspectiveTransform(corners, target), (w, HEIGHT), borderMode=cv2.BORDER_REPLICATE)
    return picture.astype(np.float32), drawn, contrast, ""
