"""Lines of labels that bend with their pack: along an arc or a wave, with the lines above and below bent the same way in the box."""

import cv2
import numpy as np

import stage as st
import surfaces
from typefaces import font

DISPLAY_SHARE = 0.2
LEAST_LETTER = 9.0  # px of line height left in a strip of 32
TALLEST = 64


def draw(maker, text):
    """(picture, coverage of the line, contrast, text) or None."""
    r = maker.r
    choice = maker.faces.choose(r, text, maker.faces.display if r.random() < DISPLAY_SHARE else maker.faces.plain)
    if choice is None:
        return None
    path, text = choice
    face = font(path, r.choice([22, 28, 34]))
    x0, y0, x1, y1 = face.getbbox(text)
    w, h = x1 - x0, y1 - y0
    if h < 5 or w < 4 or w > 1300:
        return None
    mx, my = h, int(h * 1.5)
    pictures = st.blank(w + 2 * mx, h + 2 * my)
    st.write(pictures[0], face, text, mx, my)
    if r.random() < 0.75:
        pitch = face.size * r.uniform(1.0, 1.45)
        for side in (-1, 1):
            if r.random() < 0.85:
                line = maker.words.label() if r.random() < 0.6 else maker.words.prose()
                x = mx + r.choice([0, 0, r.randint(-w // 2, w // 2)])
                b = face.getbbox(line)
                y = my - y0 + side * pitch
                if side < 0 and y + b[3] > my - 1 or side > 0 and y + b[1] < my + h + 1:
                    continue
                st.write(pictures[1], face, line, x, int(y + b[1]))
    stage = st.join(pictures)
    narrow = r.uniform(0.65, 1.15)
    sag = h * r.uniform(0.1, 1.0) * min(1, w / h / 5)
    if len(text) > 5 and r.random() < 0.25 and w < 14 * h:
        stage = st.arc(stage, w, sag, r.random() < 0.6)
        stage = st.turn(r, stage, r.gauss(0, 2), 0, 0, narrow)
    else:
        x = np.linspace(-1, 1, stage.shape[1], dtype=np.float32)
        if r.random() < 0.7:
            bend = (x - r.choice([0, 0, r.uniform(-0.8, 0.8)])) ** 2
            shift = sag * r.choice([-1, 1]) * bend
        else:
            shift = sag * 0.5 * np.sin(r.uniform(0, 6.3) + x * r.uniform(1, 3.5))
        shift = shift + x * h * r.choice([0, r.gauss(0, 0.25)])
        stage = st.sway(stage, shift.astype(np.float32), r.choice([0, r.uniform(0.4, 1.15)]))
        if r.random() < 0.5:
            stage = st.turn(r, stage, r.gauss(0, 1), r.gauss(0, 0.06), r.uniform(-0.2, 0.2), narrow)
    done = st.cut(stage, [r.uniform(-0.02, 0.2) for _ in range(4)])
    if done is None:
        return None
    stage, tall = done
    if h * 32 / stage.shape[0] < LEAST_LETTER:
        return None
    if stage.shape[0] > TALLEST:
        stage = cv2.resize(stage, (max(4, stage.shape[1] * TALLEST // stage.shape[0]), TALLEST), interpolation=cv2.INTER_AREA)
    contrast = r.uniform(0.15, 0.9)
    picture, mask = st.paint(r, maker.n, stage, contrast, 0.015)
    if r.random() < 0.5:
        picture = picture * surfaces.cylinder(r, picture.shape[1])
    if r.random() < 0.15:
        picture = picture + surfaces.glare(r, *picture.shape)
    return picture, mask, contrast, text
