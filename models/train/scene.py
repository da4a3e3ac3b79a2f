"""Words of signs and posters: set in any type, turned, seen aslant, cut out by a loose axis-aligned box that other words look into."""

import cv2
import numpy as np
from PIL import ImageDraw

import stage as st
import surfaces
from typefaces import font

DISPLAY_SHARE = 0.45
LEAST_LETTER = 9.0  # px of letter height that must be left in a strip of 32
TALLEST = 64  # px a cut is painted at


def around(maker, text, path, size):
    """The word, other words about it, frames and discs behind it; with the width and height of its ink. None if it is too long."""
    r = maker.r
    face = font(path, size)
    x0, y0, x1, y1 = face.getbbox(text)
    h = y1 - y0
    track = int(size * r.choice([r.uniform(0.03, 0.5), r.uniform(-0.08, 0)])) if len(text) > 1 and r.random() < 0.2 else 0
    w = x1 - x0 + track * (len(text) - 1)
    if h < 4 or w < 2 or w > size * 16:
        return None
    mx, my = int(size * 0.9), int(size * 1.1)
    pictures = st.blank(w + 2 * mx, h + 2 * my)
    st.write(pictures[0], face, text, mx, my, track)
    crowd = r.random() < 0.6
    for above in (True, False):
        if crowd and r.random() < 0.6:
            word = maker.words.scene()
            near = face if r.random() < 0.6 else maker.other_face(word, max(9, int(size * r.uniform(0.4, 1.4))))
            b = near.getbbox(word)
            gap = int(size * r.uniform(0.12, 0.5))
            x = mx + r.randint(-size, max(1, w - size))
            st.write(pictures[1], near, word, x, my - gap - (b[3] - b[1]) if above else my + h + gap)
    if crowd and " " not in text and r.random() < 0.5:
        word = maker.words.scene()
        b = face.getbbox(word)
        space = int(size * r.uniform(0.2, 0.5))
        ImageDraw.Draw(pictures[1]).text((mx - space - b[2], my - y0) if r.random() < 0.5 else (mx + w + space - b[0], my - y0), word, fill=255, font=face)
    draw = ImageDraw.Draw(pictures[2])
    if r.random() < 0.2:
        grow = int(size * r.uniform(0.1, 0.4))
        draw.rectangle((mx - grow, my - grow, mx + w + grow, my + h + grow), fill=r.choice([0, 255]), outline=255, width=r.randint(1, 5))
    elif r.random() < 0.12:
        draw.ellipse((mx - size, my - size // 2, mx + r.randint(0, w), my + h + size // 2), fill=255)
    elif r.random() < 0.12:
        x, y = r.randint(0, w + mx), r.randint(0, h + my)
        draw.line((x, 0, x + r.randint(-40, 40), h + 2 * my) if r.random() < 0.5 else (0, y, w + 2 * mx, y + r.randint(-20, 20)), fill=255, width=r.randint(2, 16))
    stage = st.join(pictures)
    k = r.random()
    if k < 0.1:
        stage = cv2.dilate(stage, np.ones((2, 2)))
    elif k < 0.15 and size > 36:
        stage = cv2.erode(stage, np.ones((2, 2)))
    return stage, w, h


def draw(maker, text):
    """(picture 0..1 of any height, coverage of the line, contrast, text) or None."""
    r = maker.r
    choice = maker.faces.choose(r, text, maker.faces.display if r.random() < DISPLAY_SHARE else maker.faces.plain)
    if choice is None:
        return None
    path, text = choice
    placed = around(maker, text, path, r.choice([30, 36, 42]))
    if placed is None:
        return None
    stage, w, h = placed
    if len(text) > 3 and r.random() < 0.14:
        stage = st.arc(stage, w, h * r.uniform(0.08, 0.6) * min(1, w / h / 4), r.random() < 0.7)
    k = r.random()
    most = 15 if w < 5 * h else 9
    degrees = 0 if k < 0.2 else r.gauss(0, 2) if k < 0.55 else r.uniform(-8, 8) if k < 0.8 else r.uniform(-most, most)
    shear = r.uniform(-0.35, 0.35) if r.random() < 0.35 else 0
    perspective = r.uniform(-0.45, 0.45) if r.random() < 0.4 else 0
    stage = st.turn(r, stage, degrees, shear, perspective, r.uniform(0.55, 1.3) if r.random() < 0.5 else 1)
    loosest = r.choice([0.1, 0.1, 0.25, 0.45])
    done = st.cut(stage, [r.uniform(-0.04, loosest) for _ in range(4)])
    if done is None:
        return None
    stage, tall = done
    letter = h * (1 - abs(perspective) / 2)
    if letter * 32 / stage.shape[0] < LEAST_LETTER and h < stage.shape[0]:
        return None
    if stage.shape[0] > TALLEST:
        stage = cv2.resize(stage, (max(4, stage.shape[1] * TALLEST // stage.shape[0]), TALLEST), interpolation=cv2.INTER_AREA)
    contrast = r.uniform(0.08, 0.3) if r.random() < 0.25 else r.uniform(0.25, 0.95)
    picture, mask = st.paint(r, maker.n, stage, contrast, 0.07)
    if r.random() < 0.08:
        picture = picture + surfaces.glare(r, *picture.shape)
    return picture, mask, contrast, text
