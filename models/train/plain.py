"""Plain lines: labels, receipts, documents, seen more or less straight on, in a box that fits."""

import cv2
import numpy as np
from PIL import Image, ImageDraw

import beside
import surfaces
from typefaces import font

HEIGHT = 32  # px, as the reader's input
DISPLAY_SHARE = 0.15  # of the lines; most print before a camera is plain type
LOOSE_SHARE = 0.15  # of the lines stand in a box with room above and below
FILLED = "<<"  # in machine-readable zones, which are set in monospaced type
LONG = 36  # characters; longer lines are mostly set in narrow type, or they would be too wide


def ink(r, path, text, loose):
    """Coverage 0..1 of the text with margins, as float32; letters set apart or together now and then. In a loose box the lines
    above and below look in, as they do where a line bends with its pack."""
    face = font(path, r.choice([18, 22, 28, 36, 44]))
    x0, y0, x1, y1 = face.getbbox(text)
    h = y1 - y0
    track = 0
    if r.random() < 0.16:
        track = int(h * r.choice([r.uniform(-0.09, 0), r.uniform(0, 0.30), r.uniform(0, 0.8)]))
    px = r.randint(1, 6) + int(h * r.uniform(0.0, 0.35))
    pt, pb = (int(h * r.uniform(0.0, 0.32)) + 1 for _ in range(2))
    if r.random() < 0.35:  # a box of the whole font height, as finders that know no letters give
        ascent, descent = face.getmetrics()
        pt, pb = max(pt, y0 - max(0, int(ascent * 0.1))), max(pb, ascent + descent - y1 - int(descent * 0.2))
        pt, pb = min(pt, h), min(pb, h)
    if loose:
        pt, pb = (int(h * r.uniform(0.25, 0.8)) + 1 for _ in range(2))
    width = x1 - x0 + track * (len(text) - 1)
    if width < 2 or h < 3 or len(text) * h * 12 < width:
        return None
    picture = Image.new("L", (width + 2 * px, h + pt + pb), 0)
    draw = ImageDraw.Draw(picture)
    if track:
        x = float(px - x0)
        for c in text:
            draw.text((x, pt - y0), c, fill=255, font=face)
            x += face.getlength(c) + track
    else:
        draw.text((px - x0, pt - y0), text, fill=255, font=face)
    if loose and r.random() < 0.7:
        pitch = int(h * r.uniform(1.15, 1.7))
        for dy in (-pitch, pitch):
            other = "".join(r.sample(text, len(text)))
            draw.text((px - x0 + r.randint(-h, h), pt - y0 + dy), other, fill=255, font=face)
    if r.random() < 0.04:
        y = pt + h + r.randint(0, max(1, pb - 1)) if r.random() < 0.8 else pt + h // 2
        draw.line([(px, y), (px + width, y)], fill=255, width=max(1, h // 16))
    return np.asarray(picture, np.float32) / 255


def bend(r, n, ink, loose):
    """Perspective, slant, curve and weight; a line in a loose box may bend as far as the box has room."""
    h, w = ink.shape
    if r.random() < 0.6:
        j = h * 0.09
        source = np.float32([[0, 0], [w, 0], [w, h], [0, h]])
        target = source + n.uniform(-j, j, (4, 2)).astype(np.float32)
        if r.random() < 0.3:
            target[:2, 0] += h * r.uniform(-0.35, 0.35)
        ink = cv2.warpPerspective(ink, cv2.getPerspectiveTransform(source, target.astype(np.float32)), (w, h))
    if r.random() < (0.7 if loose else 0.12):
        rise = h * r.uniform(-0.15, 0.15) * (2 if loose else 1)
        xs, ys = np.meshgrid(np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32))
        start, part = (0, np.pi) if r.random() < 0.6 else (r.uniform(-1.5, 1.5), r.uniform(0.5, 2.5))
        ink = cv2.remap(ink, xs, ys + rise * np.sin(start + part * xs / w).astype(np.float32), cv2.INTER_LINEAR)
    k = r.random()
    if k < 0.08 and h > 24:
        ink = cv2.erode(ink, np.ones((2, 2)))
    elif k < 0.17:
        ink = cv2.dilate(ink, np.ones((2, 2)))
    elif k < 0.20 and h > 24:  # outlined type
        ink = cv2.morphologyEx(ink, cv2.MORPH_GRADIENT, np.ones((3, 3)))
    return ink


def draw(maker, text):
    """(picture of HEIGHT, coverage of the line, contrast, text) or None."""
    r, n = maker.r, maker.n
    pool = maker.faces.display if r.random() < DISPLAY_SHARE else maker.faces.plain
    if FILLED in text or text.upper() == text and any(c.isdigit() for c in text) and r.random() < 0.2:
        pool = maker.faces.even
    choice = maker.faces.choose(r, text, pool)
    if choice is None:
        return None
    path, text = choice
    loose = r.random() < LOOSE_SHARE
    drawn = ink(r, path, text, loose)
    if drawn is None:
        return None
    drawn = bend(r, n, drawn, loose)
    h, w = drawn.shape
    width = int(w * HEIGHT / h * (r.uniform(0.5, 0.85) if len(text) > LONG and r.random() < 0.7 else r.uniform(0.74, 1.22)))
    if not maker.fits(width, text):
        return None
    if r.random() < 0.3:  # seen from afar, or by a poor camera
        k = r.uniform(0.32, 0.9)
        drawn = cv2.resize(drawn, (max(6, int(width * k)), int(HEIGHT * k)), interpolation=cv2.INTER_AREA)
        drawn = cv2.resize(drawn, (width, HEIGHT), interpolation=cv2.INTER_LINEAR)
    else:
        drawn = cv2.resize(drawn, (width, HEIGHT), interpolation=cv2.INTER_AREA)
    near = np.zeros_like(drawn)
    if r.random() < beside.SHARE:
        drawn, near = beside.put(r, drawn)
        width = drawn.shape[1]
    contrast = r.uniform(0.1, 0.95)
    level = r.uniform(max(0.35, contrast), 1.0)
    tone = level - contrast
    if r.random() < 0.25:
        level, tone = tone, level
    if r.random() < 0.07:  # the lines above and below look in
        rows = r.randint(1, 5)
        drawn = np.maximum(drawn, 0)
        shift = r.randint(0, width - 1)
        if r.random() < 0.5:
            drawn[:rows] = np.maximum(drawn[:rows], np.roll(drawn[HEIGHT // 2 : HEIGHT // 2 + rows], shift, 1))
        else:
            drawn[-rows:] = np.maximum(drawn[-rows:], np.roll(drawn[HEIGHT // 2 - rows : HEIGHT // 2], shift, 1))
    ground = surfaces.surface(r, n, HEIGHT, width, level, abs(level - tone))
    ground = ground * (1 - near) + (level + (tone - level) * r.uniform(0.3, 1)) * near
    picture = ground * (1 - drawn) + (tone + (ground - level) * 0.5) * drawn
    if r.random() < 0.06:
        shadow = np.roll(drawn, (r.randint(0, 2), r.randint(0, 2)), (0, 1))
        picture = picture - (1 - drawn) * shadow * r.uniform(0.1, 0.3)
    if r.random() < 0.05:  # a glare spot
        xs, ys = np.meshgrid(np.arange(width), np.arange(HEIGHT))
        picture = picture + r.uniform(0.2, 0.6) * np.exp(-(((xs - r.uniform(0, width)) / r.uniform(10, 60)) ** 2) - ((ys - r.uniform(0, HEIGHT)) / 20) ** 2)
    return picture.astype(np.float32), drawn, abs(level - tone), text
