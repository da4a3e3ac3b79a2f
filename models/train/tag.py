"""Price tags: the cents raised beside larger figures, perhaps underlined, the sign of money before or after in either size.

Where no mark stands between, the text given back has a point there: that is what a raised pair of figures says.
"""

import re

import numpy as np
from PIL import ImageDraw

import stage as st
from typefaces import font

PRICE = re.compile(r"(\D*)(\d+)([.,])(\d\d)(.*)")
DISPLAY_SHARE = 0.3
LEAST_LETTER = 9.0  # px of the raised figures' height left in a strip of 32


def draw(maker, text):
    """(picture, coverage of the line, contrast, text) or None."""
    r = maker.r
    parts = PRICE.fullmatch(text)
    choice = parts and maker.faces.choose(r, text, maker.faces.display if r.random() < DISPLAY_SHARE else maker.faces.plain)
    if not choice:
        return None
    money, whole, mark, cents, after = parts.groups()
    size = 48
    large, small = font(choice[0], size), font(choice[0], int(size * r.uniform(0.42, 0.62)))
    signs = small if r.random() < 0.6 else large
    marked = r.random() < 0.55
    # (text, face, raised): raised text hangs from the top of the large figures.
    pieces = [(money, signs, signs is small), (whole, large, False), (mark if marked else "", large, False), (cents, small, True), (after.strip(), signs, r.random() < 0.5)]
    top, bottom = large.getbbox("0")[1], large.getbbox("0")[3]
    pictures = st.blank(int(size * (len(text) + 2)), size * 3)
    x, y = size * 0.8, size * 0.8
    pens = [ImageDraw.Draw(picture) for picture in pictures]
    for piece, face, raised in pieces:
        if not piece:
            continue
        own = face.getbbox("0")
        dy = top - own[1] if raised or face is large else bottom - own[3]
        pens[0].text((x, y + dy), piece, fill=255, font=face)
        wide = face.getlength(piece)
        if raised and piece is cents and r.random() < 0.3:
            at = y + dy + own[3] + size * 0.06
            pens[1].line((x, at, x + wide, at), fill=255, width=r.randint(1, 4))
        x += wide + size * r.uniform(0.02, 0.1)
    stage = st.turn(r, st.join(pictures), r.gauss(0, 2), r.uniform(-0.15, 0.15), r.uniform(-0.2, 0.2), r.uniform(0.6, 1.2))
    done = st.cut(stage, [r.uniform(0, 0.2) for _ in range(4)])
    if done is None or (small.getbbox("0")[3] - small.getbbox("0")[1]) * 32 / done[0].shape[0] < LEAST_LETTER:
        return None
    contrast = r.uniform(0.2, 0.95)
    return *st.paint(r, maker.n, np.ascontiguousarray(done[0]), contrast, 0.05), contrast, text if marked else f"{money}{whole}.{cents}{after}"
