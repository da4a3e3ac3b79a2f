"""Text bent before the camera and cut out by an axis-aligned box.

A stage is a float picture h x w x 3, 0..1: coverage of the line to read, of other text, and of shapes behind. `arc`, `sway` and
`turn` bend all three alike, `cut` takes the box of the line with a margin, `paint` sets it in tones.
"""

import cv2
import numpy as np
from PIL import Image, ImageDraw

import surfaces

INK = 0.3  # coverage that counts as ink where the box is measured


def blank(w, h):
    return [Image.new("L", (w, h), 0) for _ in range(3)]


def write(picture, face, text, x, y, track=0):
    """Sets the text so that its ink box, were it set solid, begins at (x, y)."""
    x0, y0, _, _ = face.getbbox(text)
    draw = ImageDraw.Draw(picture)
    if not track:
        draw.text((x - x0, y - y0), text, fill=255, font=face)
        return
    x = float(x - x0)
    for c in text:
        draw.text((x, y - y0), c, fill=255, font=face)
        x += face.getlength(c) + track


def join(pictures):
    return np.dstack([np.asarray(p) for p in pictures])


def remap(stage, xs, ys):
    return cv2.remap(stage, xs.astype(np.float32), ys.astype(np.float32), cv2.INTER_LINEAR)


def pad_rows(stage, rows):
    return np.pad(stage, ((rows, rows), (0, 0), (0, 0)))


def arc(stage, width, sag, up):
    """Along a circle, letters turned with it, so that a line of `width` rises by `sag` in its middle (falls, if not `up`)."""
    stage = pad_rows(stage, int(sag) + 2)
    h, w = stage.shape[:2]
    radius = max(width * width / (8 * sag), width * 0.55)
    xs, ys = np.meshgrid(np.arange(w, dtype=np.float32) - w / 2, np.arange(h, dtype=np.float32) - h / 2)
    ys = ys + (-sag / 2 if up else sag / 2)
    down = radius + ys if up else radius - ys
    r = np.hypot(xs, down)
    along = np.arctan2(xs, down) * radius
    across = r - radius if up else radius - r
    return remap(stage, along + w / 2, across + h / 2)


def sway(stage, shift, squeeze):
    """Columns moved by `shift` (a row of pixels, downwards); the ends narrowed as on a cylinder seen over `squeeze` radians each way."""
    stage = pad_rows(stage, int(np.abs(shift).max()) + 2)
    h, w = stage.shape[:2]
    x = np.linspace(-1, 1, w, dtype=np.float32)
    if squeeze:
        x = np.arcsin(x * np.sin(squeeze)) / squeeze
    xs, ys = np.meshgrid((x + 1) * (w - 1) / 2, np.arange(h, dtype=np.float32))
    return remap(stage, xs, ys - shift[None])


def turn(r, stage, degrees, shear, perspective, narrow):
    """Turned, slanted, one side nearer than the other, narrowed as if seen from the side; grown so that nothing is lost."""
    h, w = stage.shape[:2]
    corners = np.float32([[-w, -h], [w, -h], [w, h], [-w, h]]) / 2
    near, far = 1 + perspective / 2, 1 - perspective / 2
    target = corners * np.float32([[1, near], [1, far], [1, far], [1, near]])
    target[:, 0] = target[:, 0] * narrow - target[:, 1] * shear
    a = np.radians(degrees)
    target = target @ np.float32([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
    low, high = target.min(0), target.max(0)
    size = np.ceil(high - low).astype(int)
    matrix = cv2.getPerspectiveTransform(np.float32(corners + np.float32([w, h]) / 2), np.float32(target - low))
    return cv2.warpPerspective(stage, matrix, (int(size[0]), int(size[1])), flags=cv2.INTER_LINEAR)


def cut(stage, margins):
    """The ink box of the line, wider by margins (left, top, right, bottom) in heights of that box; (stage, box height) or None."""
    mask = stage[:, :, 0] > INK * 255
    ys, xs = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if len(ys) < 4 or len(xs) < 2:
        return None
    tall = int(ys[-1] - ys[0] + 1)
    left, top, right, bottom = (int(round(m * tall)) for m in margins)
    x0, x1, y0, y1 = int(xs[0]) - left, int(xs[-1]) + 1 + right, int(ys[0]) - top, int(ys[-1]) + 1 + bottom
    if x1 - x0 < 4 or y1 - y0 < 4:
        return None
    h, w = stage.shape[:2]
    grow = max(0, -x0, -y0, x1 - w, y1 - h)
    if grow:
        stage = np.pad(stage, ((grow, grow), (grow, grow), (0, 0)))
    return stage[y0 + grow : y1 + grow, x0 + grow : x1 + grow], tall


def shifted(mask, dx, dy):
    return cv2.warpAffine(mask, np.float32([[1, 0, dx], [0, 1, dy]]), mask.shape[::-1])


def paint(r, n, stage, contrast, fancy):
    """The stage in tones: (float picture, coverage of the line). `fancy` is the chance of each ornament of letters: glow, shadow, extrusion, outline."""
    stage = stage.astype(np.float32) / 255
    main, other, shapes = (np.ascontiguousarray(stage[:, :, i]) for i in range(3))
    h, w = main.shape
    level = r.uniform(contrast, 1.0)
    tone = level - contrast
    if r.random() < 0.5:
        level, tone = tone, level
    ground = surfaces.surface(r, n, h, w, level, contrast)
    if r.random() < 0.4:
        ground += surfaces.texture(r, n, h, w, r.uniform(0.03, 0.16) * contrast)
    ground += shapes * r.uniform(-0.55, 0.55) * contrast
    letter = tone if r.random() < 0.7 else level + (tone - level) * r.uniform(0.3, 1)
    ground = ground + (letter - ground) * other
    step = max(1, h // 24)
    face = np.full((h, w), tone, np.float32)
    if r.random() < 0.25:
        face += np.linspace(-1, 1, h, dtype=np.float32)[:, None] * r.uniform(-0.3, 0.3) * contrast
    if r.random() < 0.15:
        face += surfaces.texture(r, n, h, w, r.uniform(0.03, 0.15) * contrast)
    k = r.random()
    if k < fancy:  # a glow about lit letters
        ground += (tone - level) * r.uniform(0.2, 0.6) * cv2.GaussianBlur(main, (0, 0), step * r.uniform(1, 4))
    elif k < 2 * fancy:  # a shadow
        shadow = shifted(main, r.randint(-2, 2) * step, r.randint(1, 2) * step)
        ground += (r.choice([0.0, 1.0]) * contrast - ground * 0.5) * cv2.GaussianBlur(shadow, (0, 0), step * r.uniform(0.2, 1.5)) * r.uniform(0.2, 0.7)
    elif k < 3 * fancy:  # letters with a depth
        dx, dy, depth = r.choice([-1, 0, 1]) * step * 0.7, r.choice([-1, 1]) * step * 0.7, main
        for i in range(1, r.randint(2, 5)):
            depth = np.maximum(depth, shifted(main, dx * i, dy * i))
        ground += (level + (tone - level) * r.uniform(-0.2, 0.55) - ground) * depth
    elif k < 4.5 * fancy:  # an outline of another tone
        size = 2 * r.randint(1, max(1, step)) + 1
        rim = cv2.dilate(main, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
        ground += (level + (tone - level) * r.uniform(-0.5, 0.5) - ground) * rim
    elif k < 4.9 * fancy and h > 40:  # hollow letters
        main = np.clip(cv2.morphologyEx(main, cv2.MORPH_GRADIENT, np.ones((3, 3))) * 1.3, 0, 1)
    return ground * (1 - main) + face * main, main
