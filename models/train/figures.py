"""Seven-segment figures of lit and liquid-crystal displays, drawn from polygons."""

import cv2
import numpy as np

import stage as st

# Segments a to g, a on top, clockwise, g in the middle.
LIT = {"0": "abcdef", "1": "bc", "2": "abged", "3": "abgcd", "4": "fgbc", "5": "afgcd", "6": "afgedc", "7": "abc", "8": "abcdefg", "9": "abcdfg",
       "-": "g", "°": "abfg", " ": "", "A": "abcefg", "b": "cdefg", "C": "adef", "c": "deg", "d": "bcdeg", "E": "adefg", "F": "aefg", "H": "bcefg", "h": "cefg",
       "L": "def", "n": "ceg", "o": "cdeg", "P": "abefg", "r": "eg", "t": "defg", "U": "bcdef", "u": "cde", "y": "bcdfg"}
MARKS = ".,:+"  # drawn by themselves
LEAST_DOT = 0.055  # half a point's width in heights of a figure; less is lost at 32 px


def segments(width, thick, gap):
    """Polygons of the seven segments in a box `width` x 2*`width` roughly, height 1."""
    t, w, g = thick / 2, width, gap

    def level(y):
        return [(g, y), (t + g, y - t), (w - t - g, y - t), (w - g, y), (w - t - g, y + t), (t + g, y + t)]

    def upright(x, y0, y1):
        return [(x, y0 + g), (x + t, y0 + t + g), (x + t, y1 - t - g), (x, y1 - g), (x - t, y1 - t - g), (x - t, y0 + t + g)]

    return {"a": level(0), "g": level(0.5), "d": level(1), "f": upright(0, 0, 0.5), "b": upright(w, 0, 0.5), "e": upright(0, 0.5, 1), "c": upright(w, 0.5, 1)}


def draw(maker, text):
    """(picture, coverage of the line, contrast, text) or None."""
    r = maker.r
    if not set(text) <= {*LIT, *MARKS}:
        return None
    size, wide, thick = 44, r.uniform(0.42, 0.62), r.uniform(0.09, 0.19)
    shapes = segments(wide, thick, r.uniform(0.0, 0.03))
    lean, pitch = r.uniform(0, 0.2), wide + thick + r.uniform(0.12, 0.3)
    stage = np.zeros((size * 2, int((len(text) * pitch + 1.2) * size), 3), np.uint8)

    def put(points, layer):
        points = np.array([((x + 0.5 + lean * (1 - y)) * size, (y + 0.5) * size) for x, y in points])
        plane = np.ascontiguousarray(stage[:, :, layer])
        cv2.fillPoly(plane, [(points * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        stage[:, :, layer] = plane

    # A point has a place of its own, or none; it is a small square or round.
    room, dot, round_dot = r.choice([0, r.uniform(0.05, 0.25)]), max(LEAST_DOT, thick * r.uniform(0.5, 0.9)), r.random() < 0.4
    space = r.uniform(0.4, 1)

    def point(x, y):
        a = np.arange(12) * np.pi / 6 if round_dot else np.arange(4) * np.pi / 2 + np.pi / 4
        reach = dot if round_dot else dot * 1.41
        put([(x + reach * c, y + reach * s) for c, s in zip(np.cos(a), np.sin(a))], 0)

    ghost = r.random() < 0.25  # segments that are off still show a little
    x = 0.0
    for c in text:
        if c in ".,:":
            middle = x + (room - pitch + wide) / 2
            for y in [0.3, 0.7] if c == ":" else [1.0]:
                point(middle, y)
            if c == ",":
                put([(middle + dot, 1), (middle, 1), (middle - dot, 1 + 3 * dot)], 0)
            x += room
            continue
        if c == "+":
            t, reach = thick / 2, wide * 0.45
            for w, h in ((reach, t), (t, reach)):
                put([(x + wide / 2 + sx * w, 0.5 + sy * h) for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1))], 0)
            x += pitch
            continue
        for name, points in shapes.items():
            if name in LIT[c] or ghost:
                put([(x + px, py) for px, py in points], 0 if name in LIT[c] else 2)
        x += pitch * (space if c == " " else 1)
    stage = st.turn(r, stage, r.gauss(0, 2), 0, r.uniform(-0.15, 0.15), r.uniform(0.8, 1.15))
    done = st.cut(stage, [r.uniform(0.02, 0.3) for _ in range(4)])
    if done is None:
        return None
    contrast = r.uniform(0.2, 0.9)
    return *st.paint(r, maker.n, done[0], contrast, 0.1), contrast, text
