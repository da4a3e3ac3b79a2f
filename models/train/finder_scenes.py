"""Scenes with text in them, and where its lines are, for training the finder.

    python finder_scenes.py RUN FIRST LAST [--workers N]     renders RUN/scenes/FIRST.npz to LAST-1.npz, skipping those that are there

A scene is a grey picture of SIDE x SIDE and a list of outlines in it, in the order in which they were laid: PANEL (whatever text lay
under it is gone), LINE (top edge from left to right, then bottom edge from left to right, as many points each, so that a bent
line is followed) and BLUR (a line that nobody could read: neither text nor ground). Pictures are kept as JPEG.
"""

import os
import random
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw

import corpus
import dots
import finder_grounds as grounds
from shards import VALIDATION, render_all
from typefaces import Typefaces, find_fonts, font as font_of

SIDE = 640
SCENES = 100  # a shard
PANEL, LINE, BLUR = 0, 1, 2
BENT_POINTS = 9  # along an edge of a bent line
JOINED = 1.4  # gap in heights up to which pieces in one row are one line


def path(run, number):
    return Path(run) / "scenes" / f"{number:05d}.npz"


@lru_cache(maxsize=3000)
def cap_height(font):
    """Of the capitals, in pixels, negative."""
    return font.getbbox("H", anchor="ls")[1]


class Panel:
    """Text on one surface, drawn upright: `ink` 0..1 and the boxes of its lines (x0, y0, x1, y1)."""

    def __init__(self, w, h):
        self.picture = Image.new("L", (w, h), 0)
        self.draw = ImageDraw.Draw(self.picture)
        self.w, self.h = w, h
        self.boxes = []
        self.rules = np.zeros((h, w), np.float32)

    def box_of(self, font, text, x, y):
        """The box of text whose baseline starts at (x, y). Descenders count for half, so that the middle of a line keeps
        its height whichever letters it has."""
        x0, y0, x1, y1 = font.getbbox(text, anchor="ls")
        cap = cap_height(font)
        top = min(y0, 0.66 * cap)
        if y0 > 0.9 * cap and y1 <= 0:  # dashes, dots and the like still stand in a line of letters
            top = cap
        return x + x0, y + top, x + x1, y + max(0, y1) * 0.6 + max(0.0, -0.02 * cap)

    def text(self, font, text, x, y):
        self.draw.text((x, y), text, fill=255, font=font, anchor="ls")
        box = self.box_of(font, text, x, y)
        if self.boxes:
            a = self.boxes[-1]
            height = min(a[3] - a[1], box[3] - box[1])
            if abs((a[1] + a[3]) - (box[1] + box[3])) < 0.8 * height and -0.5 * height <= box[0] - a[2] < JOINED * height:
                box = (a[0], min(a[1], box[1]), box[2], max(a[3], box[3]))
                self.boxes.pop()
        self.boxes.append(box)

    def paste(self, ink, x, y):
        h, w = min(ink.shape[0], self.h - y), min(ink.shape[1], self.w - x)
        if h < 4 or w < 4:
            return
        part = Image.fromarray((ink[:h, :w] * 255).astype(np.uint8))
        self.picture.paste(part, (x, y))
        self.boxes.append((x, y, x + w, y + h))


class Scenes:
    def __init__(self, fonts, seed):
        self.r = random.Random(seed)
        self.n = np.random.default_rng(seed)
        self.words = corpus.Corpus(random.Random(seed + 1))
        self.faces = Typefaces(fonts)

    # -- what stands on a panel

    def face(self, even=False, display=None):
        """A font for text of any kind: (path, covered characters, has small letters)."""
        if display is None:
            display = self.r.random() < 0.12
        return self.r.choice(self.faces.even if even else self.faces.display if display else self.faces.plain)

    def fit(self, face, text):
        covered, cased = face[1], face[2]
        text = text if cased else text.upper()
        return "".join(c for c in text if c in covered).strip()

    def size(self, low, high):
        return max(5, int(np.exp(self.r.uniform(np.log(low), np.log(high)))))

    def block(self, panel, x, y, w, h, size, face, source, align, tight):
        """Lines of text from the top of a box to its bottom; gives the y where it ended."""
        r = self.r
        font = font_of(face[0], size)
        ascent, descent = font.getmetrics()
        pitch = max(4, (ascent + descent) * tight)
        base = y + ascent
        space = font.getlength(" ")
        pending = []  # words and their lengths
        while base + descent < y + h:
            while len(pending) < 60 and sum(l + space for _, l in pending) < w * 1.1:
                more = (self.fit(face, source()) or "x").split(" ")
                pending += [(word, font.getlength(word)) for word in more]
            words, taken, length = pending, [], -space
            last = align != "b" or r.random() < 0.12
            want = w * r.uniform(0.25, 1.0) if last else w
            while words and length + space + words[0][1] <= want:
                length += space + words[0][1]
                taken.append(words.pop(0)[0])
            line = " ".join(taken)
            if align not in "bl" or not line:
                pending = []
            if not line:
                base += pitch
                if r.random() < 0.3:
                    break
                continue
            if align == "b" and not last and len(taken) > 1 and length > 0.75 * w:
                gap = space + (w - length) / (len(taken) - 1)
                at = x
                for part in taken:
                    panel.text(font, part, at, base)
                    at += font.getlength(part) + gap
            else:
                at = x + (w - length) * {"l": 0, "b": 0, "c": 0.5, "r": 1}[align]
                panel.text(font, line, at, base)
            base += pitch
            if r.random() < 0.06:
                base += pitch * r.uniform(0.3, 1.5)
        return base

    def prose(self):
        return self.words.prose()

    def label(self, panel):
        r, w, h = self.r, panel.w, panel.h
        y, margin = r.randint(2, 14), r.randint(3, 14)
        face, align = self.face(), r.choice("llccb")
        body = self.size(7, 30)
        while y < h - 10:
            k = r.random()
            if k < 0.3:
                face2, size, n, source = self.face(display=r.random() < 0.4), int(body * r.uniform(1.2, 4)), 1.2, self.words.word
            elif k < 0.45:
                face2, size, n, source = face, body, r.uniform(1, 3), self.words.best_before
            elif k < 0.7:
                face2, size, n, source = face, body, r.uniform(1, 8), self.words.ingredients
            else:
                face2, size, n, source = face, int(body * r.uniform(0.8, 1.3)), r.uniform(1, 6), lambda: self.words.line(40)
            size = max(6, size)
            y = self.block(panel, margin, y, w - 2 * margin, min(h - y, int(size * 1.35 * n) + 3), size, face2, source, align, r.uniform(0.78, 1.25))
            y += int(body * r.uniform(-0.5, 1.2))
            if r.random() < 0.2:
                self.rule(panel, int(y), margin)
                y += r.randint(3, 12)

    def rule(self, panel, y, margin, thick=None):
        if 0 <= y < panel.h:
            thick = thick or self.r.choice([1, 1, 2, 4])
            panel.rules[y : y + thick, margin : panel.w - margin] = 1
            if self.r.random() < 0.15:
                panel.rules[y : y + thick, margin :: self.r.randint(3, 9)] = 0

    def table(self, panel):
        """Names and figures in columns, with or without rules: nutrition tables, price lists, forms."""
        r, w, h = self.r, panel.w, panel.h
        face, size = self.face(), self.size(7, 26)
        font = font_of(face[0], size)
        ascent, descent = font.getmetrics()
        pitch = (ascent + descent) * r.uniform(0.85, 1.5)
        columns = r.randint(1, 4)
        left = r.uniform(0.3, 0.6) * w
        edges = [left + (w - left - 6) * (i + 1) / columns for i in range(columns)]
        ruled, boxed, align = r.random() < 0.6, r.random() < 0.3, r.random() < 0.7
        y = r.randint(3, 12) + ascent
        source = r.choice([lambda: r.choice(corpus.NUTRIENTS), self.words.word, self.prose])
        if boxed:
            for edge in [2, *edges]:
                panel.rules[:, int(min(w - 2, max(0, edge + 2)))] = 1
        while y + descent < h:
            name = self.fit(face, source())
            while name and font.getlength(name) > left - 10:
                name = name[: len(name) * 3 // 4].strip()
            if name:
                panel.text(font, name, 7, y)
            start = left
            for edge in edges:
                cell = self.fit(face, r.choice([self.words.price, self.words.measure, lambda: self.words.digits(1, 4), lambda: f"{r.randint(0, 99)}%"])())
                length = font.getlength(cell) if cell else 0
                if cell and length < edge - start - 4:
                    panel.text(font, cell, edge - length - 2 if align else start + 3, y)
                start = edge
            if ruled:
                self.rule(panel, int(y + descent + 1), 3, 1)
            y += pitch

    def receipt(self, panel):
        r, w, h = self.r, panel.w, panel.h
        face = self.face(even=r.random() < 0.6, display=False)
        size = self.size(8, 24)
        if r.random() < 0.6:
            y = self.block(panel, 5, 3, w - 10, int(size * r.uniform(2, 6)), size, face, self.words.address, "c", r.uniform(0.8, 1.1))
        else:
            y = size + 3
        font = font_of(face[0], size)
        ascent, descent = font.getmetrics()
        pitch = (ascent + descent) * r.uniform(0.75, 1.15)
        margin = r.randint(3, 12)
        while y + descent < h:
            k = r.random()
            if k < 0.55:
                left, right = self.fit(face, self.words.receipt() if r.random() < 0.5 else self.words.word().upper()), self.fit(face, self.words.price())
                while left and font.getlength(left) > w * 0.62:
                    left = left[: len(left) * 3 // 4].strip()
                if left:
                    panel.text(font, left, margin, y)
                length = font.getlength(right) if right else 0
                if right and length < w * 0.3:
                    panel.text(font, right, w - margin - length, y)
            elif k < 0.85:
                line = self.fit(face, self.words.line(36))
                while line and font.getlength(line) > w - 2 * margin:
                    line = line[: len(line) * 3 // 4].strip()
                if line:
                    panel.text(font, line, margin if r.random() < 0.6 else (w - font.getlength(line)) / 2, y)
            elif k < 0.93:
                self.rule(panel, int(y - ascent * 0.3), margin)
            y += pitch

    def columns(self, panel):
        r, w, h = self.r, panel.w, panel.h
        face, size, count = self.face(display=False), self.size(7, 18), r.choice([1, 1, 2, 2, 3])
        gap = size * r.uniform(1.4, 3)
        wide = (w - gap * (count + 1)) / count
        align, tight = r.choice("bbl"), r.uniform(0.85, 1.3)
        y = r.randint(2, 20)
        if r.random() < 0.5:
            y = self.block(panel, gap, y, w - 2 * gap, size * r.uniform(2, 5), int(size * r.uniform(1.3, 2.6)), self.face(display=False), self.prose, "c", 1.1)
        for i in range(count):
            self.block(panel, gap + i * (wide + gap), y, wide, h - y - 4, size, face, lambda: " ".join(self.words.words(3, 12)), align, tight)

    def sign(self, panel):
        """A few large words; their size follows the panel."""
        r, w, h = self.r, panel.w, panel.h
        rows = r.choice([1, 1, 2, 3])
        y = 0.04 * h
        for _ in range(rows):
            face = self.face(display=r.random() < 0.35)
            text = self.fit(face, r.choice([self.words.word, self.words.word, self.prose, self.words.price, lambda: r.choice(corpus.PHRASES), lambda: self.words.digits(1, 4), self.words.plate])())
            if not text:
                continue
            size = max(8, int(h / rows * r.uniform(0.5, 0.85)))
            font = font_of(face[0], size)
            length = font.getlength(text)
            if length > w * 0.95:
                size = max(6, int(size * w * 0.95 / length))
                font = font_of(face[0], size)
                length = font.getlength(text)
            base = y + -cap_height(font) + 2
            if base > h:
                break
            track = int(size * r.uniform(0.1, 0.45)) if r.random() < 0.15 else 0
            if track and length + track * len(text) < w:
                x = 3
                for c in text:
                    if c != " ":
                        panel.text(font, c, x, base)
                    x += font.getlength(c) + track
                first = len(panel.boxes) - len(text.replace(" ", ""))
                if 0 <= first < len(panel.boxes) - 1 and track < size * 0.5:  # letters set apart are one line all the same
                    rest = panel.boxes[first:]
                    del panel.boxes[first:]
                    panel.boxes.append((rest[0][0], min(b[1] for b in rest), rest[-1][2], max(b[3] for b in rest)))
            else:
                panel.text(font, text, max(2, (w - length) * r.choice([0.5, 0.5, 0.02])), base)
            y += h / rows * r.uniform(0.85, 1.1)
        if r.random() < 0.3:
            k = r.randint(1, 4)
            panel.rules[2 : 2 + k, 2:-2] = panel.rules[-2 - k : -2, 2:-2] = 1
            panel.rules[2:-2, 2 : 2 + k] = panel.rules[2:-2, -2 - k : -2] = 1

    def dots(self, panel):
        """Best-before codes drawn dot by dot, in one to four rows."""
        r, y = self.r, self.r.randint(2, 8)
        height = self.size(10, 44)
        for _ in range(r.randint(1, 4)):
            text = r.choice([self.words.best_before, self.words.code, self.words.date, self.words.stamp])().upper()
            ink = self.matrix("".join(c for c in text if c in dots.TABLE))
            if ink is None:
                continue
            k = height / ink.shape[0]
            ink = cv2.resize(ink, (max(4, int(ink.shape[1] * k)), height), interpolation=cv2.INTER_AREA)
            panel.paste(ink, r.randint(2, 8), y)
            y += int(height * r.uniform(1.02, 1.5))
            if y + height > panel.h:
                break

    def matrix(self, text):
        """Coverage of a line of print made of dots; None for one that has none."""
        r, n = self.r, self.n
        own = dots.cells(r, text, (r.choice([1, 1, 2]), dots.TABLE["0"], dots.TABLE["1"]), None) if text else None
        if own is None or own.shape[1] > 300:
            return None
        pitch, radius, jitter, lean = 6, r.uniform(1.6, 3.6), r.uniform(0, 0.6), r.uniform(-0.2, 0.2)
        wide = pitch * r.uniform(0.75, 1.3)
        out = np.zeros(((own.shape[0] + 1) * pitch, int((own.shape[1] + 3) * wide)), np.uint8)
        ys, xs = np.nonzero(own)
        places = np.stack([(xs + 1.5) * wide + lean * pitch * (own.shape[0] - ys), (ys + 0.8) * pitch], 1) + n.normal(0, jitter, (len(xs), 2))
        for x, y in (places * 16).astype(int).tolist():
            cv2.circle(out, (x, y), int(radius * 16), 255, -1, cv2.LINE_AA, 4)
        return out.astype(np.float32) / 255

    def mark(self, panel):
        """A single character or a short number, by itself or in a ring."""
        r = self.r
        face = self.face()
        text = self.fit(face, r.choice([lambda: self.words.digits(1, 2), lambda: chr(r.randint(65, 90)), lambda: self.words.digits(1, 3), lambda: self.words.word()[:3]])())
        if not text:
            return
        font = font_of(face[0], int(panel.h * r.uniform(0.4, 0.75)))
        x0, y0, x1, y1 = font.getbbox(text, anchor="ls")
        panel.text(font, text, (panel.w - x1 - x0) / 2, (panel.h - y1 - y0) / 2)
        if r.random() < 0.4:
            cv2.ellipse(panel.rules, (panel.w // 2, panel.h // 2), (panel.w // 2 - 2, panel.h // 2 - 2), 0, 0, 360, 1.0, r.choice([1, 2, 4]), cv2.LINE_AA)

    def panel(self):
        """(panel, whether it has a ground of its own)"""
        r = self.r
        kinds = {"label": 24, "table": 11, "receipt": 13, "columns": 12, "sign": 20, "dots": 9, "mark": 5, "words": 8}
        kind = r.choices(list(kinds), list(kinds.values()))[0]
        size = lambda low, high: int(np.exp(r.uniform(np.log(low), np.log(high))))
        if kind in ("label", "table"):
            panel, own = Panel(size(120, 620), size(60, 560)), r.random() < 0.8
        elif kind in ("receipt", "columns"):
            panel, own = Panel(size(200, 800), size(150, 800)), r.random() < 0.93
        elif kind == "sign":
            h = size(16, 340)
            panel, own = Panel(min(800, max(30, int(h * r.uniform(1.2, 7)))), h), r.random() < 0.6
        elif kind == "dots":
            panel, own = Panel(size(120, 520), size(20, 160)), r.random() < 0.6
        elif kind == "mark":
            h = size(16, 220)
            panel, own = Panel(max(14, int(h * r.uniform(0.8, 1.5))), h), r.random() < 0.5
        else:
            h = size(12, 46)
            panel, own = Panel(size(40, 260), h), r.random() < 0.5
            kind = "sign"
        getattr(self, kind)(panel)
        return panel, own

    # -- the panel in the scene

    def bend(self, w, h):
        """A bend of a panel: functions (u, v) -> (u', v') and back, and the size it then has; None for flat ones."""
        r = self.r
        if r.random() < 0.62 or w < 40:
            return None
        kind = r.choice(["arch", "arch", "bottle", "wave"])
        if kind == "bottle":  # wrapped round a standing cylinder, seen a little from above or below
            half = r.uniform(0.5, 1.25)  # radians seen either side
            radius, dip = w / 2 / half, r.uniform(-0.22, 0.22) * w
            wide = radius * np.sin(half)
            def forth(u, v):
                a = (u - w / 2) / radius
                return wide + radius * np.sin(a), v + dip * (1 - np.cos(a)) + max(0.0, -dip) * (1 - np.cos(half))
            def back(x, y):
                a = np.arcsin(np.clip((x - wide) / radius, -1, 1))
                inside = np.abs((x - wide) / radius) <= np.sin(half)
                return np.where(inside, w / 2 + a * radius, -1e4), y - dip * (1 - np.cos(a)) - max(0.0, -dip) * (1 - np.cos(half))
            return forth, back, int(2 * wide) + 1, int(h + abs(dip) * (1 - np.cos(half))) + 1
        if kind == "arch":
            rise, start, part = r.uniform(-0.12, 0.12) * w, 0.0, np.pi
        else:
            rise, start, part = r.uniform(-0.03, 0.03) * w, r.uniform(0, 6), r.uniform(2, 9)
        room = abs(rise)
        shift = lambda u: room + rise * np.sin(start + part * u / w)
        return (lambda u, v: (u, v + shift(u))), (lambda x, y: (x, y - shift(x))), w, int(h + 2 * room) + 1

    def lay(self, scene, taken):
        """Lays one panel on the scene; gives its outlines."""
        r, n = self.r, self.n
        panel, own = self.panel()
        if not panel.boxes:
            return []
        w, h = panel.w, panel.h
        ink = np.asarray(panel.picture, np.float32) / 255
        contrast = r.uniform(0.12, 0.95)
        paper = r.uniform(contrast, 1.0)
        tone = paper - contrast
        if r.random() < 0.35:
            paper, tone = tone, paper
        sheet = np.full((h, w), paper, np.float32)
        if own:
            if r.random() < 0.35:
                sheet += grounds.octaves(r, n, h, w, r.uniform(0.05, 0.3) * contrast * 0.5)
            if r.random() < 0.25:
                sheet += grounds.crumple(r, n, h, w, r.uniform(0.1, 0.4) * contrast)
            if r.random() < 0.2:  # pictures beside and under the text
                for _ in range(r.randint(1, 4)):
                    grounds.thing(r, n, sheet, r.randint(0, w), r.randint(0, h), r.randint(10, max(12, w // 2)))
                keep = np.zeros((h, w), np.float32)
                for x0, y0, x1, y1 in panel.boxes:
                    keep[max(0, int(y0) - 2) : int(y1) + 3, max(0, int(x0) - 2) : int(x1) + 3] = 1
                sheet = sheet * (1 - keep) + paper * keep if r.random() < 0.7 else sheet * 0.5 + paper * 0.5
        if r.random() < 0.7:
            strength = r.uniform(0.5, 1)
            sheet = sheet * (1 - panel.rules * strength) + tone * panel.rules * strength
        alpha = np.ones((h, w), np.float32) if own else np.zeros((h, w), np.float32)
        if not own and (r.random() < 0.4 or contrast < 0.3):  # an edge of the other tone keeps it legible on anything
            k = max(2, int(panel.boxes[0][3] - panel.boxes[0][1]) // r.randint(6, 14))
            alpha = cv2.dilate(ink, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * k + 1, 2 * k + 1)))
            if r.random() < 0.5:
                alpha = cv2.GaussianBlur(alpha, (0, 0), k)
        if r.random() < 0.06:
            ink = cv2.morphologyEx(ink, cv2.MORPH_GRADIENT, np.ones((3, 3)))
        if r.random() < 0.12:  # worn or badly inked
            ink = ink * np.clip(0.9 + grounds.octaves(r, n, h, w, 0.25), 0.25, 1)
        picture = sheet * (1 - ink) + tone * ink
        alpha = np.maximum(alpha, ink)
        bent = self.bend(w, h)
        forth, wide, high = (lambda u, v: (u, v)), w, h
        if bent:
            forth, back, wide, high = bent
            xs, ys = np.meshgrid(np.arange(wide, dtype=np.float32), np.arange(high, dtype=np.float32))
            us, vs = (np.asarray(m, np.float32) for m in back(xs, ys))
            picture = cv2.remap(picture, us, vs, cv2.INTER_LINEAR)
            alpha = cv2.remap(alpha, us, vs, cv2.INTER_LINEAR)
        a = np.deg2rad(r.gauss(0, 4) if r.random() < 0.55 else r.gauss(0, 18) if r.random() < 0.7 else r.uniform(-180, 180))
        turn = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
        corners = np.float32([[0, 0], [wide, 0], [wide, high], [0, high]])
        scale = r.uniform(0.85, 1.25)
        tilt = r.uniform(0, 0.09) if r.random() < 0.6 else 0
        for _ in range(5):
            centre = n.uniform(0.08, 0.92, 2) * SIDE
            target = ((corners - [wide / 2, high / 2]) * scale * (1 + n.uniform(-tilt, tilt, (4, 2)))) @ turn + centre
            place = np.zeros((SIDE, SIDE), np.uint8)
            cv2.fillPoly(place, [target.astype(np.int32)], 1)
            if own or (place & taken).sum() < 0.02 * place.sum():
                break
        else:
            return []
        taken |= place
        m = cv2.getPerspectiveTransform(corners, target.astype(np.float32))
        premultiplied = cv2.warpPerspective(picture * alpha, m, (SIDE, SIDE), flags=cv2.INTER_LINEAR)
        alpha = cv2.warpPerspective(alpha, m, (SIDE, SIDE), flags=cv2.INTER_LINEAR)
        if own and r.random() < 0.3:  # it throws a shadow
            dx, dy = r.randint(-8, 8), r.randint(-8, 8)
            shadow = cv2.GaussianBlur(np.roll(alpha, (dy, dx), (0, 1)), (0, 0), r.uniform(1, 8))
            scene *= 1 - shadow * r.uniform(0.1, 0.5)
        scene *= 1 - alpha
        scene += premultiplied

        def seen(us, vs):
            x, y = forth(np.asarray(us, np.float64), np.asarray(vs, np.float64))
            return cv2.perspectiveTransform(np.stack([x, y], 1).astype(np.float32)[None], m)[0]

        count = BENT_POINTS if bent else 2
        out = []
        if own:
            along, there = np.linspace(0, w, count), np.linspace(0, h, count)
            edge = [(along, np.zeros(count)), (np.full(count, w), there), (along[::-1], np.full(count, h)), (np.zeros(count), there[::-1])]
            out.append((PANEL, np.concatenate([seen(u, v) for u, v in edge])))
        for x0, y0, x1, y1 in panel.boxes:
            if x1 - x0 < 1.5 or y1 - y0 < 3:
                continue
            us = np.linspace(x0, x1, count)
            out.append((LINE, np.concatenate([seen(us, np.full(count, y0)), seen(us, np.full(count, y1))])))
        return out

    def scene(self):
        """(picture, outlines)"""
        r, n = self.r, self.n
        picture = grounds.ground(r, n, SIDE, SIDE)
        picture = np.clip(picture, 0, 1)
        outlines, taken = [], np.zeros((SIDE, SIDE), np.uint8)
        for _ in range(r.choice([0, 1, 1, 1, 2, 2, 3, 4, 6])):
            outlines += self.lay(picture, taken)
        for _ in range(r.choice([0, 0, 0, 0, 1])):  # a sign by itself, small, is most of what stands in streets
            outlines += self.lay(picture, taken)
        picture = grounds.light(r, n, picture)
        k, blur = r.random(), 0.0
        if k < 0.5:
            blur = r.uniform(0.3, 1.0) if k < 0.35 else r.uniform(1.0, 2.6)
            picture = cv2.GaussianBlur(picture, (0, 0), blur)
        elif k < 0.6:
            size = r.randint(3, 8)
            kernel = np.zeros((size, size), np.float32)
            kernel[size // 2] = 1
            turn = cv2.getRotationMatrix2D((size / 2 - 0.5, size / 2 - 0.5), r.uniform(0, 180), 1)
            kernel = cv2.warpAffine(kernel, turn, (size, size))
            picture = cv2.filter2D(picture, -1, kernel / max(kernel.sum(), 1e-3))
            blur = size / 3
        picture = np.clip(picture, 0, 1) ** r.uniform(0.7, 1.4)
        if r.random() < 0.2:
            picture = picture * r.uniform(0.3, 0.8) + r.uniform(0, 0.2)
        if r.random() < 0.65:
            grain = n.normal(0, r.uniform(0.005, 0.07), picture.shape).astype(np.float32)
            picture = picture + (grain if r.random() < 0.6 else cv2.GaussianBlur(grain, (0, 0), 0.8) * 1.6)
        out = (np.clip(picture, 0, 1) * 255).astype(np.uint8)
        if r.random() < 0.2:  # dust and crumbs, which are no full stops
            tone = r.choice([0, 255, r.randint(0, 255)])
            for _ in range(r.randint(4, 150)):
                cv2.circle(out, (r.randint(0, SIDE), r.randint(0, SIDE)), r.choice([0, 0, 0, 1, 1, 2, 3]), tone, -1)
        if r.random() < 0.1:  # scanned or printed to two tones
            out = np.where(out > cv2.boxFilter(out, -1, (61, 61)) * r.uniform(0.8, 0.95), 235, 30).astype(np.uint8)
        elif r.random() < 0.4:
            out = cv2.imdecode(cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, r.randint(25, 85)])[1], cv2.IMREAD_GRAYSCALE)
        marked = []
        for kind, points in outlines:
            half = len(points) // 2
            height = np.linalg.norm(points[half:] - points[:half], axis=1).mean() if kind == LINE else 99
            marked.append((BLUR if height < 5.5 or blur > 0.3 * height else kind, points))
        return out, marked


def make(job):
    run, number = job
    out = path(run, number)
    if out.exists():
        return number
    scenes = Scenes(find_fonts(Path(run) / "fonts.tsv"), number + 500_000)
    pictures, kinds, sizes, points, counts = [], [], [], [], []
    while len(pictures) < SCENES:
        try:
            picture, outlines = scenes.scene()
        except (OSError, cv2.error):  # a font that FreeType cannot draw at this size
            continue
        pictures.append(np.frombuffer(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 93])[1], np.uint8))
        counts.append(len(outlines))
        kinds += [k for k, _ in outlines]
        sizes += [len(p) for _, p in outlines]
        points += [p for _, p in outlines]
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_suffix(f".{os.getpid()}.part.npz")
    np.savez(part, jpeg=np.concatenate(pictures), lengths=np.array([len(p) for p in pictures]), counts=np.array(counts), kinds=np.array(kinds, np.uint8),
             sizes=np.array(sizes), points=np.concatenate(points).astype(np.float32))
    part.rename(out)
    return number


def load(run, number):
    """[(jpeg, [(kind, points)])]"""
    with np.load(path(run, number)) as shard:
        jpegs = np.split(shard["jpeg"], np.cumsum(shard["lengths"])[:-1])
        points = np.split(shard["points"], np.cumsum(shard["sizes"])[:-1])
        outlines = list(zip(shard["kinds"].tolist(), points))
        ends = np.cumsum(shard["counts"])
        return [(j, outlines[e - c : e]) for j, e, c in zip(jpegs, ends, shard["counts"])]


if __name__ == "__main__":
    render_all(make)
