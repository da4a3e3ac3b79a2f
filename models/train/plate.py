"""Number plates: the number in condensed capitals on a framed plate, with what else a plate carries and is not read.

In the text given, `|` is the place of an emblem, a seal or a gap; it is not part of the text given back.
"""

import cv2
import numpy as np
from PIL import Image, ImageDraw

import surfaces
from typefaces import font

TALL = 64  # px of the plate at drawing
STATES = (
    "TEXAS|California|NEW YORK|Illinois|ALASKA|Missouri|WASHINGTON|Ohio|Florida|GEORGIA|Nevada|Utah|OREGON|BA-SALVADOR|ES-VITORIA|DF-BRASILIA|"
    "SP-SAO PAULO|RJ-RIO|MG-CONTAGEM|Virginia|MAINE|Iowa|Kansas|QUEENSLAND|NSW|VICTORIA|ONTARIO|Quebec"
).split("|")


def emblem(r, draw, x, w, top, h, tone):
    """A crest, star, dot or pair of round seals in a gap w wide."""
    k, middle, size = r.random(), x + w / 2, w * r.uniform(0.25, 0.48)
    y = top + h * r.uniform(0.3, 0.6)
    if k < 0.25:
        draw.ellipse((middle - size / 3, y - size / 3, middle + size / 3, y + size / 3), fill=tone)
    elif k < 0.5:  # two seals
        for yy in (top + h * 0.28, top + h * 0.72):
            draw.ellipse((middle - size * 0.7, yy - size * 0.7, middle + size * 0.7, yy + size * 0.7), fill=r.randint(60, 200), outline=tone)
    elif k < 0.75:  # a crest
        draw.polygon([(middle - size, y - size), (middle + size, y - size), (middle + size * 0.8, y + size * 0.4), (middle, y + size * 1.2),
                      (middle - size * 0.8, y + size * 0.4)], fill=r.randint(50, 210), outline=tone)
    elif k < 0.9:  # a star
        a = np.arange(10) * np.pi / 5 + 0.31
        reach = np.where(np.arange(10) % 2, size * 0.45, size)
        draw.polygon([(middle + c * d, y + s * d) for c, s, d in zip(np.cos(a), np.sin(a), reach)], fill=tone)


def draw(maker, text):
    """(picture, coverage of the line, contrast, text) or None."""
    r, n = maker.r, maker.n
    choice = maker.faces.choose(r, text.replace("|", ""), maker.faces.plates if r.random() < 0.75 else maker.faces.plain)
    if choice is None:
        return None
    face = font(choice[0], 44)
    two_rows = r.random() < 0.5  # the state above and perhaps a slogan below
    height = int(TALL * (r.uniform(0.48, 0.62) if two_rows else r.uniform(0.62, 0.82)))
    # Letters are set one by one, each stretched to the height of the plate's letters.
    widest = height * r.uniform(0.42, 0.68)
    gap = height * r.uniform(0.06, 0.22)
    band = TALL * 0.3 if r.random() < 0.3 and not two_rows else 0
    x = band + TALL * r.uniform(0.08, 0.3)
    cap = face.getbbox("H")
    natural = max(face.getlength(c) for c in "NHO0D")
    scale_x, scale_y = widest / natural, height / (cap[3] - cap[1])
    top = (TALL - height) * (r.uniform(0.5, 0.75) if two_rows else r.uniform(0.35, 0.65))
    placed, gaps = [], []
    for c in text:
        if c in "| ":
            w = height * (r.uniform(0.25, 0.6) if c == "|" else r.uniform(0.3, 0.55))
            if c == "|":
                gaps.append((x, w))
            x += w
            continue
        b = face.getbbox(c)
        w = max(2, int((b[2] - b[0]) * scale_x))
        glyph = Image.new("L", (b[2] - b[0] + 2, cap[3] - cap[1] + 2), 0)
        ImageDraw.Draw(glyph).text((1 - b[0], 1 - cap[1]), c, fill=255, font=face)
        placed.append((glyph.resize((w, height), Image.Resampling.BILINEAR), int(x)))
        x += w + gap
    width = int(x + TALL * r.uniform(0.0, 0.3))
    if width > 640:
        return None
    mask = Image.new("L", (width, TALL), 0)
    for glyph, gx in placed:
        mask.paste(glyph, (gx, int(top)))
    mask = np.asarray(mask, np.float32) / 255
    contrast = r.uniform(0.12, 0.8)
    level = r.uniform(contrast, 1.0)
    tone = level - contrast
    if r.random() < 0.15:
        level, tone = tone, level
    plate = Image.new("L", (width, TALL), int(level * 255))
    pen = ImageDraw.Draw(plate)
    dark = int(tone * 255)
    if r.random() < 0.5:
        pen.rounded_rectangle((2, 2, width - 3, TALL - 3), radius=r.randint(2, 9), outline=dark, width=r.randint(1, 3))
    if band:
        pen.rectangle((0, 0, band, TALL), fill=int((0.6 * tone + 0.4 * r.random()) * 255))
        pen.text((band * 0.2, TALL * 0.6), r.choice(["D", "SK", "F", "PL", "E", "I", "CZ", "A", "B"]), fill=255, font=font(choice[0], 14))
    for gx, gw in gaps:
        emblem(r, pen, gx, gw, top, height, dark)
    if two_rows:
        small = font(choice[0] if r.random() < 0.6 else maker.other_path("State"), r.randint(9, 15))
        state = r.choice(STATES)
        b = small.getbbox(state)
        pen.text(((width - b[2]) * r.uniform(0.3, 0.7), max(0, top - b[3] - 1) - b[1] * 0.3), state, fill=int(dark + r.random() * 60), font=small)
        if r.random() < 0.4:
            pen.text((width * r.uniform(0.1, 0.4), top + height + 1), maker.words.word(), fill=dark, font=font(choice[0], r.randint(8, 12)))
    for bx in (0.12, 0.88) if r.random() < 0.4 else ():
        by = r.choice([5, TALL - 6])
        size = r.uniform(1.5, 4)
        pen.ellipse((width * bx - size, by - size, width * bx + size, by + size), fill=r.randint(20, 230))
    ground = np.asarray(plate, np.float32) / 255
    if r.random() < 0.3:
        ground += surfaces.texture(r, n, TALL, width, r.uniform(0.02, 0.12) * contrast)
    if r.random() < 0.4:  # stamped letters have a lit and a shaded side
        relief = cv2.GaussianBlur(mask, (0, 0), 1.5)
        ground += (np.roll(relief, 1, 0) - np.roll(relief, -1, 0)) * r.uniform(-0.6, 0.6)
    picture = ground * (1 - mask) + tone * mask
    # What is behind the plate shows where it is turned.
    h, w = TALL, width
    corners = np.float32([[0, 0], [w, 0], [w, h], [0, h]])
    target = corners + n.normal(0, 2.0, (4, 2)).astype(np.float32)
    a = np.tan(np.radians(r.gauss(0, 2.5)))
    target[:, 1] += a * (target[:, 0] - w / 2)
    target[:, 0] += r.uniform(-0.12, 0.12) * (target[:, 1] - h / 2)
    rise = abs(a) * w / 2 * r.uniform(0, 1)
    grow = r.choice([r.uniform(-6, 0), r.uniform(0, 5)])
    target -= np.float32([-grow - 2, -grow - rise])
    size = (int(w + 2 * grow + 4), int(h + 2 * (grow + rise)))
    matrix = cv2.getPerspectiveTransform(corners, target)
    picture = cv2.warpPerspective(picture, matrix, size, borderValue=r.random())
    mask = cv2.warpPerspective(mask, matrix, size)
    if r.random() < 0.2:
        picture = picture + surfaces.glare(r, *picture.shape)
    return picture, mask, contrast, text.replace("|", "")
