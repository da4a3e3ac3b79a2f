"""Counters of meters: figures on drums behind windows, the last ones of another colour, one of them on its way to the next."""

import numpy as np
from PIL import Image, ImageDraw

import stage as st
from typefaces import font

TURNING = 0.25  # of the counters have a drum between two figures
FARTHEST = 0.3  # of a window's height that it has turned; the figure that shows most is the one to read


def draw(maker, text):
    """(picture, coverage of the line, contrast, text) or None."""
    r = maker.r
    if not text.isdigit() or len(text) < 3:
        return None
    choice = maker.faces.choose(r, text, maker.faces.plates if r.random() < 0.5 else maker.faces.plain)
    if choice is None:
        return None
    size = 40
    face = font(choice[0], size)
    box = face.getbbox("0123456789")
    tall, wide = box[3] - box[1], max(face.getlength(c) for c in "0123456789")
    window_w, window_h = int(wide * r.uniform(1.1, 1.5)), int(tall * r.uniform(1.15, 1.6))
    gap = int(wide * r.uniform(0.03, 0.6))
    decimals = r.choice([0, 0, 1, 2, 3])
    turning = len(text) - 1 if r.random() < TURNING else None
    pictures = st.blank((window_w + gap) * len(text) + 2 * size, window_h + 2 * size)
    x, y = size, size
    for i, c in enumerate(text):
        panes = [Image.new("L", (window_w, window_h), 0) for _ in range(2)]
        shift = int(window_h * r.uniform(0.1, FARTHEST)) * r.choice([-1, 1]) if i == turning else r.randint(-2, 2)
        following = str((int(c) + (1 if shift < 0 else -1)) % 10)
        for pane, figure, dy in ((panes[0], c, 0), (panes[1], following, window_h if shift < 0 else -window_h)):
            left = (window_w - face.getlength(figure)) / 2
            ImageDraw.Draw(pane).text((left, (window_h - tall) / 2 - box[1] + shift + dy), figure, fill=255, font=face)
        pictures[0].paste(panes[0], (x, y))
        pictures[1].paste(panes[1], (x, y))
        frame = ImageDraw.Draw(pictures[2])
        if i >= len(text) - decimals:
            frame.rectangle((x, y, x + window_w, y + window_h), fill=r.choice([90, 160]))
        frame.rectangle((x, y, x + window_w, y + window_h), outline=255, width=r.choice([0, 1, 2]))
        x += window_w + gap
    stage = st.turn(r, st.join(pictures), r.gauss(0, 2), 0, r.uniform(-0.15, 0.15), r.uniform(0.75, 1.15))
    done = st.cut(stage, [r.uniform(0.05, 0.35) for _ in range(4)])
    if done is None:
        return None
    contrast = r.uniform(0.2, 0.9)
    return *st.paint(r, maker.n, np.ascontiguousarray(done[0]), contrast, 0), contrast, text
