"""Ink-jet and needle print: codes drawn dot by dot from the cells of matrix fonts.

The cells come from a 5x7 table of capitals, figures and signs, and from X11's misc-fixed bitmap fonts (public domain).
"""

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from PIL import ImageFont

import stage as st
import surfaces

# Columns from the left, lowest bit on top: the form that character displays and coders have in common.
TABLE = {
    "0": "3E5149453E", "1": "00427F4000", "2": "7249494946", "3": "2141494D33", "4": "1814127F10", "5": "2745454539", "6": "3C4A494931",
    "7": "4121110907", "8": "3649494936", "9": "464949291E", ":": "0000140000", "/": "2010080402", ".": "0000606000", "-": "0808080808",
    "A": "7C1211127C", "B": "7F49494936", "C": "3E41414122", "D": "7F4141413E", "E": "7F49494941", "F": "7F09090901", "G": "3E41415173",
    "H": "7F0808087F", "I": "00417F4100", "J": "2040413F01", "K": "7F08142241", "L": "7F40404040", "M": "7F021C027F", "N": "7F0408107F",
    "O": "3E4141413E", "P": "7F09090906", "Q": "3E4151215E", "R": "7F09192946", "S": "2649494932", "T": "03017F0103", "U": "3F4040403F",
    "V": "1F2040201F", "W": "3F4038403F", "X": "6314081463", "Y": "0304780403", "Z": "6159494D43", " ": "0000000000", "*": "2A1C7F1C2A",
    "(": "001C224100", ")": "0041221C00", "+": "08083E0808", "%": "2313086462", "#": "147F147F14", ",": "0080703000",
}
PLAIN_ZERO = "3E4141413E"  # half of the printers strike no bar through it
OPEN_ONE = "0004027F00"
X11 = Path("/usr/share/fonts/X11/misc")
# Name and pixel size: a bitmap font opens at its own size only.
FIXED = [("5x7", 7), ("5x8", 8), ("6x9", 9), ("6x10", 10), ("6x12", 12), ("6x13", 13), ("7x13", 13), ("7x14", 14), ("8x13", 13), ("7x13B", 13),
         ("clR6x10", 10), ("clR7x10", 10), ("clR6x12", 12), ("clR8x10", 10), ("clR5x10", 10), ("clR6x8", 8)]
PITCH = 6  # px from dot to dot at drawing
TABLE_SHARE = 0.6
LEAST_LETTER = 11.0  # px of letter height left in a strip of 32


@lru_cache(maxsize=64)
def fixed(name, size):
    path = X11 / f"{name}.pcf.gz"
    return ImageFont.truetype(str(path), size) if path.exists() else None


def cells(r, text, table, bitmap):
    """The dots of a line as a boolean picture, or None where the font lacks a character."""
    if table:
        gap, zero, one = table
        columns = []
        for c in text:
            code = zero if c == "0" else one if c == "1" else TABLE.get(c)
            if code is None:
                return None
            columns += list(bytes.fromhex(code)) + [0] * gap
        return np.array(columns, np.uint8)[None] >> np.arange(8)[:, None] & 1 > 0
    if not text.isascii():
        return None
    mask = bitmap.getmask(text, "1")
    out = np.array(mask, np.uint8).reshape(mask.size[1], mask.size[0]) > 0
    rows = np.flatnonzero(out.any(1))
    return out[rows[0] : rows[-1] + 1] if len(rows) else None


def draw(maker, text):
    """(picture, coverage of the line, contrast, text) or None."""
    r, n = maker.r, maker.n
    table = bitmap = None
    upper = text.upper()
    if r.random() < TABLE_SHARE and set(upper) <= set(TABLE):
        text = upper
        table = (r.choice([1, 1, 1, 2, 2, 3, 4]), TABLE["0"] if r.random() < 0.4 else PLAIN_ZERO, TABLE["1"] if r.random() < 0.6 else OPEN_ONE)
    else:
        bitmap = fixed(*r.choice(FIXED))
        if bitmap is None:
            return None
    lines = [(0, text)]
    if r.random() < 0.3:
        lines += [(r.choice([-1, 1]), maker.words.stamp())]
    wide = PITCH * r.uniform(0.7, 1.3)
    radius, jitter = PITCH * r.uniform(0.26, 0.62), r.uniform(0, 0.6)
    lean = r.uniform(-0.25, 0.25) if r.random() < 0.35 else 0
    miss = r.choice([0, 0.01, 0.03, 0.06])
    wave, phase, beat = (PITCH * r.uniform(0, 1.2) if r.random() < 0.3 else 0), r.uniform(0, 6), r.uniform(0.004, 0.03)
    twice = (r.uniform(-0.5, 0.5) * PITCH, r.uniform(-0.4, 0.4) * PITCH) if r.random() < 0.06 else None
    # Printers leave wide gaps between words and dates.
    own = cells(r, text.replace(" ", " " * r.choice([1, 1, 2, 3])), table, bitmap)
    if own is None or own.shape[1] > 420:
        return None
    rows = own.shape[0]
    h, w = int(rows * PITCH * 3.4), int(own.shape[1] * wide + 8 * PITCH)
    stage = np.zeros((h, w, 3), np.uint8)
    for place, line in lines:
        dots = own if place == 0 else cells(r, line.upper() if table else line, table, bitmap)
        if dots is None:
            continue
        layer = np.zeros((h, w), np.uint8)
        ys, xs = np.nonzero(dots)
        keep = n.random(len(ys)) >= miss
        ys, xs = ys[keep], xs[keep]
        x = (xs + 4) * wide + lean * PITCH * (rows - ys) + n.normal(0, jitter, len(xs))
        y = (ys + rows * (1.2 + place * 1.25)) * PITCH + n.normal(0, jitter, len(xs)) + wave * np.sin(phase + beat * x)
        size = radius * (1 + n.normal(0, 0.08, len(xs)))
        for ox, oy in ((0, 0), twice) if twice else ((0, 0),):
            for px, py, radii in zip(((x + ox) * 16).astype(int).tolist(), ((y + oy) * 16).astype(int).tolist(), (size * 16).astype(int).tolist()):
                cv2.circle(layer, (px, py), max(8, radii), 255, -1, cv2.LINE_AA, 4)
        stage[:, :, 0 if place == 0 else 1] = layer
    if r.random() < 0.4:
        x = np.linspace(-1, 1, w, dtype=np.float32)
        stage = st.sway(stage, (x * x * r.uniform(-0.6, 0.6) * rows * PITCH).astype(np.float32), r.choice([0, r.uniform(0.3, 0.9)]))
    if r.random() < 0.6:
        stage = st.turn(r, stage, r.gauss(0, 1.5), 0, r.uniform(-0.15, 0.15), r.uniform(0.6, 1.1))
    done = st.cut(stage, [r.uniform(0, 0.3) for _ in range(4)])
    if done is None:
        return None
    stage = done[0]
    if rows * PITCH * 32 / stage.shape[0] < LEAST_LETTER:
        return None
    if stage.shape[0] > 64:
        stage = cv2.resize(stage, (max(4, stage.shape[1] * 64 // stage.shape[0]), 64), interpolation=cv2.INTER_AREA)
    contrast = r.uniform(0.2, 0.9)
    picture, mask = st.paint(r, n, stage, contrast, 0)
    if r.random() < 0.4:  # foil, card, a printed ground
        picture = picture + surfaces.texture(r, n, *picture.shape, r.uniform(0.02, 0.15) * contrast)
    if r.random() < 0.25:
        picture = picture * surfaces.cylinder(r, picture.shape[1])
    if r.random() < 0.25:
        picture = picture + surfaces.glare(r, *picture.shape)
    return picture, mask, contrast, text
