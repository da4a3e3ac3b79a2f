"""What text stands on and stands beside in a scene: grounds, light, and things that are no text but look a little like it.

Everything takes the two random generators of a scene and works on float32 luma, 0 black to 1 white.
"""

import cv2
import numpy as np


def noise(n, h, w, cells, amplitude, how=cv2.INTER_CUBIC):
    """Smooth noise with about `cells` blotches along the longer side."""
    k = max(h, w) / cells
    small = n.normal(0, amplitude, (max(2, int(h / k)), max(2, int(w / k)))).astype(np.float32)
    return cv2.resize(small, (w, h), interpolation=how)


def octaves(r, n, h, w, amplitude):
    """Noise of several sizes at once, as stone, plaster, cloth and clouds have it."""
    out = np.zeros((h, w), np.float32)
    cells, fall = r.uniform(2, 6), r.uniform(0.45, 0.95)
    while cells < max(h, w) / 1.5:
        out += noise(n, h, w, cells, amplitude)
        cells, amplitude = cells * 2.1, amplitude * fall
    return out


def crumple(r, n, h, w, amplitude):
    """Creased paper or foil: flats that meet at ridges."""
    out = np.zeros((h, w), np.float32)
    ys, xs = np.mgrid[0:h, 0:w].astype(np.float32)
    for _ in range(r.randint(2, 9)):
        a, at = r.uniform(0, np.pi), r.uniform(0.1, 0.9)
        side = (xs - w * at) * np.cos(a) + (ys - h * r.uniform(0.1, 0.9)) * np.sin(a)
        width = r.uniform(4, 120)
        out += np.clip(side / width, -1, 1) * np.exp(-np.abs(side) / (width * 3)) * r.uniform(-1, 1)
    return out * amplitude


def foliage(r, n, h, w):
    """Many leaves, pebbles or crumbs over each other."""
    out = np.full((h, w), r.uniform(0.1, 0.9), np.float32)
    size, spread = r.uniform(3, 26), r.uniform(0.05, 0.3)
    thin = r.uniform(0.25, 1.0)
    base = r.uniform(0.2, 0.8)
    for _ in range(int(min(900, 1.2 * h * w / (size * size * thin * 4)))):
        centre = (r.randint(0, w), r.randint(0, h))
        axes = (max(1, int(size * r.uniform(0.4, 1.3))), max(1, int(size * thin * r.uniform(0.4, 1.2))))
        cv2.ellipse(out, centre, axes, r.uniform(0, 180), 0, 360, float(np.clip(r.gauss(base, spread), 0, 1)), -1, cv2.LINE_AA)
    return out


def strokes(r, n, h, w):
    """Grass, hair, scratches, twigs."""
    out = np.full((h, w), r.uniform(0, 1), np.float32)
    lean, spread, length = r.uniform(0, np.pi), r.uniform(0.05, 0.9), r.uniform(8, 90)
    base, tone = r.uniform(0.2, 0.8), r.uniform(0.05, 0.3)
    for _ in range(r.randint(60, 500)):
        a = r.gauss(lean, spread)
        x, y = r.uniform(0, w), r.uniform(0, h)
        ends = (int(x + np.cos(a) * length), int(y + np.sin(a) * length))
        cv2.line(out, (int(x), int(y)), ends, float(np.clip(r.gauss(base, tone), 0, 1)), r.randint(1, 4), cv2.LINE_AA)
    return out


def grid(r, n, h, w):
    """Bricks, tiles, windows, fences, shelves: what repeats."""
    out = np.full((h, w), r.uniform(0, 1), np.float32)
    a, b = r.randint(6, 90), r.randint(5, 60)
    gap, other = r.randint(1, max(1, min(a, b) // 2)), r.uniform(0, 1)
    shifted, spread = r.random() < 0.5, r.uniform(0, 0.15)
    for row, y in enumerate(range(0, h, b)):
        for x in range(-a, w, a):
            x0 = x + (a // 2 if shifted and row % 2 else 0)
            cv2.rectangle(out, (x0, y), (x0 + a - gap, y + b - gap), float(np.clip(r.gauss(other, spread), 0, 1)), -1)
    turn = cv2.getRotationMatrix2D((w / 2, h / 2), r.gauss(0, 12), r.uniform(1.0, 1.4))
    return cv2.warpAffine(out, turn, (w, h), borderMode=cv2.BORDER_REFLECT)


def waves(r, n, h, w):
    """Wood, cloth, corrugated board, moire: stripes that bend."""
    ys, xs = np.mgrid[0:h, 0:w].astype(np.float32)
    a, pitch = r.uniform(0, np.pi), r.uniform(2.5, 60)
    phase = (xs * np.cos(a) + ys * np.sin(a)) / pitch * 2 * np.pi + noise(n, h, w, r.uniform(2, 8), r.uniform(0, 6))
    wave = np.sin(phase)
    if r.random() < 0.4:
        wave = np.sign(wave) * np.abs(wave) ** r.uniform(0.1, 0.6)
    return r.uniform(0.2, 0.8) + wave * r.uniform(0.02, 0.3)


def thing(r, n, canvas, x, y, size):
    """Draws one thing that is no text: bars, a square code, a frame, rules, ticks, a logo, a hatch, a blob."""
    h, w = canvas.shape
    tone = r.uniform(0, 1)
    kind = r.choice(["bars", "bars", "code", "frame", "rules", "ticks", "logo", "logo", "hatch", "disc", "polygon", "curve", "row"])
    x1, y1 = min(w, x + size), min(h, y + int(size * r.uniform(0.25, 1.0)))
    x, y = max(0, x), max(0, y)
    if x1 - x < 6 or y1 - y < 6:
        return
    if kind == "bars":
        widths = n.integers(1, 5, size) * max(1, size // 90)
        bars = np.repeat(np.arange(len(widths)) % 2, widths)[: x1 - x].astype(np.float32)
        canvas[y:y1, x : x + len(bars)] = np.where(bars[None], tone, 1 - tone if abs(tone - 0.5) > 0.15 else 1)
    elif kind == "code":
        cell = r.randint(2, 7)
        cells = (n.random(((y1 - y) // cell + 1, (x1 - x) // cell + 1)) > 0.5).astype(np.float32)
        code = np.kron(cells, np.ones((cell, cell), np.float32))[: y1 - y, : x1 - x]
        canvas[y:y1, x:x1] = code * 0.85 + 0.05
    elif kind == "frame":
        cv2.rectangle(canvas, (x, y), (x1, y1), tone, r.randint(1, 6), cv2.LINE_AA)
    elif kind == "rules":
        pitch = r.randint(4, 30)
        for yy in range(y, y1, pitch):
            cv2.line(canvas, (x, yy), (x1, yy), tone, r.randint(1, 3))
    elif kind == "ticks":
        pitch, length = r.randint(3, 14), r.randint(4, 24)
        for i, xx in enumerate(range(x, x1, pitch)):
            cv2.line(canvas, (xx, y), (xx, min(h, y + (length if i % 5 == 0 else length // 2))), tone, r.randint(1, 2))
    elif kind == "logo":  # a closed shape with a hole or two, as emblems and pictograms are
        centre = np.array([(x + x1) / 2, (y + y1) / 2])
        reach = min(x1 - x, y1 - y) / 2
        for level in range(r.randint(1, 4)):
            count = r.randint(3, 14)
            angles = np.sort(n.uniform(0, 2 * np.pi, count))
            radii = reach * n.uniform(0.3, 1.0, count) * 0.75**level
            points = centre + np.stack([np.cos(angles), np.sin(angles)], 1) * radii[:, None]
            cv2.fillPoly(canvas, [points.astype(np.int32)], tone if level % 2 == 0 else 1 - tone, cv2.LINE_AA)
    elif kind == "hatch":
        pitch, lean = r.randint(3, 12), r.randint(-20, 20)
        for xx in range(x, x1, pitch):
            cv2.line(canvas, (xx, y), (xx + lean, y1), tone, r.randint(1, 2), cv2.LINE_AA)
    elif kind == "disc":
        cv2.circle(canvas, ((x + x1) // 2, (y + y1) // 2), (y1 - y) // 2, tone, r.choice([-1, 1, 2, 4]), cv2.LINE_AA)
    elif kind == "polygon":
        points = n.integers([x, y], [x1, y1], (r.randint(3, 6), 2)).astype(np.int32)
        cv2.fillPoly(canvas, [points], tone, cv2.LINE_AA)
    elif kind == "curve":
        t = np.linspace(0, 1, 24)[:, None]
        ends = n.uniform([x, y], [x1, y1], (4, 2))
        points = (1 - t) ** 3 * ends[0] + 3 * t * (1 - t) ** 2 * ends[1] + 3 * t * t * (1 - t) * ends[2] + t**3 * ends[3]
        cv2.polylines(canvas, [points.astype(np.int32)], False, tone, r.randint(1, 7), cv2.LINE_AA)
    else:  # a row of like marks: stitches, beads, keys, lamps
        pitch = r.randint(6, 40)
        for xx in range(x, x1, pitch):
            corner = (xx + int(pitch * r.uniform(0.4, 0.8)), min(h, y + pitch))
            if pitch % 2:
                cv2.rectangle(canvas, (xx, y), corner, tone, r.choice([-1, 1, 2]))
            else:
                cv2.circle(canvas, (xx + pitch // 3, y + pitch // 3), pitch // 3, tone, r.choice([-1, 1, 2]), cv2.LINE_AA)


def ground(r, n, h, w):
    """A whole background."""
    kind = r.choices(["plain", "octaves", "foliage", "strokes", "grid", "waves", "patches"], [22, 22, 11, 8, 11, 10, 16])[0]
    if kind == "plain":
        out = np.full((h, w), r.uniform(0, 1), np.float32)
    elif kind == "octaves":
        out = r.uniform(0.2, 0.8) + octaves(r, n, h, w, r.uniform(0.03, 0.2))
    elif kind == "patches":  # a room, a street, a table: large parts of unlike kind
        out = r.uniform(0.2, 0.8) + octaves(r, n, h, w, 0.05)
        for _ in range(r.randint(2, 7)):
            part = r.choice([octaves, foliage, strokes, grid, waves])
            other = part(r, n, h, w, r.uniform(0.02, 0.15)) + r.uniform(0.2, 0.8) if part is octaves else part(r, n, h, w)
            mask = np.zeros((h, w), np.float32)
            points = n.integers([-w // 4, -h // 4], [w * 5 // 4, h * 5 // 4], (r.randint(3, 5), 2)).astype(np.int32)
            cv2.fillPoly(mask, [points], 1.0, cv2.LINE_AA)
            if r.random() < 0.4:
                mask = cv2.GaussianBlur(mask, (0, 0), r.uniform(1, 8))
            out = out * (1 - mask) + other * mask
    else:
        out = {"foliage": foliage, "strokes": strokes, "grid": grid, "waves": waves}[kind](r, n, h, w)
    if r.random() < 0.3:
        out = out + octaves(r, n, h, w, r.uniform(0.01, 0.08))
    out = np.ascontiguousarray(out, np.float32)
    for _ in range(r.choice([0, 0, 1, 2, 4, 8, 14])):
        thing(r, n, out, r.randint(-30, w), r.randint(-30, h), int(np.exp(r.uniform(np.log(15), np.log(260)))))
    if r.random() < 0.35:
        out = cv2.GaussianBlur(out, (0, 0), r.uniform(0.5, 4))
    return out


def light(r, n, picture):
    """Uneven light, shadows with an edge, folds and glare over the whole picture."""
    h, w = picture.shape
    slope = np.linspace(-1, 1, w, dtype=np.float32)[None] * r.uniform(-0.35, 0.35) + np.linspace(-1, 1, h, dtype=np.float32)[:, None] * r.uniform(-0.35, 0.35)
    gain = 1 + slope
    if r.random() < 0.4:
        gain = gain + noise(n, h, w, r.uniform(2, 5), r.uniform(0.03, 0.2))
    if r.random() < 0.25:
        gain = gain + crumple(r, n, h, w, r.uniform(0.05, 0.3))
    if r.random() < 0.25:
        mask = np.zeros((h, w), np.float32)
        points = n.integers([-w // 3, -h // 3], [w * 4 // 3, h * 4 // 3], (r.randint(3, 6), 2)).astype(np.int32)
        cv2.fillPoly(mask, [points], 1.0)
        gain = gain * (1 - cv2.GaussianBlur(mask, (0, 0), r.uniform(0.7, 25)) * r.uniform(0.2, 0.7))
    out = picture * np.clip(gain, 0.1, 2.0)
    if r.random() < 0.18:
        ys, xs = np.mgrid[0:h, 0:w].astype(np.float32)
        for _ in range(r.randint(1, 3)):
            spot = ((xs - r.uniform(0, w)) / r.uniform(10, 130)) ** 2 + ((ys - r.uniform(0, h)) / r.uniform(10, 130)) ** 2
            out = out + r.uniform(0.2, 0.9) * np.exp(-spot)
    return out
