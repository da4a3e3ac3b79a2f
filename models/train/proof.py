"""Proof sheets: clean print in fonts that nothing is trained on, other scripts, and pictures without text, with what is to be read of each.

    python proof.py OUT [--lines 2000] [--seed 1]

Writes OUT/signs (lines where a sign decides, see structure.py), OUT/foreign (lines of scripts that the reader does not know) and OUT/nothing,
each a folder for `glyphd eval`, with its `labels.tsv`. A picture holds one line as a scanner or a quiet camera sees it: straight, black on
white or grey, a little soft. The fonts are those of `installed.HELD_BACK`.
"""

import argparse
import random
from pathlib import Path

import cv2
import numpy as np
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw

import foreign
import installed
import nothing
import structure
import surfaces
from typefaces import has_glyphs, font

FOREIGN_LINES, EMPTY_PICTURES = 300, 60
SIZES = (24, 64)  # px of the font
MARGIN = (0.8, 2.0)  # line heights around the line
LONGEST = 44  # characters


def held_back():
    """[path, characters] of the fonts."""
    paths = installed.of_packages(installed.HELD_BACK)
    if not paths:
        raise SystemExit(f"proof: none of the fonts is installed: apt-get install {' '.join(installed.HELD_BACK)}")
    fonts = []
    for path in paths:
        cmap = TTFont(path, lazy=True, fontNumber=0).getBestCmap()
        fonts.append((path, has_glyphs(font(path, 32), cmap)))
    return fonts


def quiet(r, n, ink):
    """The picture of an ink coverage (0..1): even light, a little blur and grain."""
    level, tone = r.uniform(0.75, 1.0), r.uniform(0.0, 0.3)
    if r.random() < 0.1:
        level, tone = tone, level
    picture = cv2.GaussianBlur(level + (tone - level) * ink, (0, 0), r.uniform(0.3, 0.9))
    return (np.clip(picture + n.normal(0, 0.01, ink.shape), 0, 1) * 255).astype(np.uint8)


def set_line(r, path, text):
    face = font(path, r.randint(*SIZES))
    x0, y0, x1, y1 = face.getbbox(text)
    ascent, descent = face.getmetrics()
    margin = lambda: int((ascent + descent) * r.uniform(*MARGIN))
    left, top = margin(), margin()
    picture = Image.new("L", (left + x1 - x0 + margin(), top + ascent + descent + margin()), 0)
    ImageDraw.Draw(picture).text((left - x0, top), text, fill=255, font=face)
    return np.asarray(picture, np.float32) / 255


def write(folder, rows):
    """`rows` gives (picture, text)."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "labels.tsv", "w", encoding="utf8") as labels:
        for k, (picture, text) in enumerate(rows):
            cv2.imwrite(str(folder / f"{k:04d}.png"), picture)
            labels.write(f"{k:04d}.png\t" + text.replace("\\", "\\\\") + "\n")


def signs(r, n, lines):
    words, fonts = structure.Structure(r), held_back()
    while lines:
        text = " ".join(words.line().split())
        path, covered = r.choice(fonts)
        if len(text) <= LONGEST and set(text) <= covered:
            yield quiet(r, n, set_line(r, path, text)), foreign.read_of(text)
            lines -= 1


def other_scripts(r, n, lines, cache):
    words, fonts = foreign.Foreign(r, structure.Structure(r)), foreign.find_fonts(cache)
    while lines:
        text = words.line()
        path = foreign.choose(r, fonts, text) if not foreign.read_of(text) else None
        if path:
            yield quiet(r, n, set_line(r, path, text)), ""
            lines -= 1


def empty(r, n, pictures):
    """Grounds with bar codes, patterns and drawings on them."""
    for _ in range(pictures):
        height, width = r.randint(200, 500), r.randint(300, 700)
        ground = surfaces.surface(r, n, height, width, r.uniform(0.5, 1.0), 0.4)
        draw = r.choice([nothing.bars, nothing.matrix, nothing.pattern, nothing.drawing, nothing.plain])
        w = r.randint(150, 280)
        ink = cv2.resize(draw(r, n, w), (w, r.randint(60, 180)))
        y, x = r.randint(0, height - ink.shape[0]), r.randint(0, width - w)
        ground[y : y + ink.shape[0], x : x + w] *= 1 - 0.8 * np.clip(ink, 0, 1)
        yield (np.clip(cv2.GaussianBlur(ground, (0, 0), 0.7), 0, 1) * 255).astype(np.uint8), ""


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--lines", type=int, default=2000)
    arguments.add_argument("--seed", type=int, default=1)
    a = arguments.parse_args()
    r, n = random.Random(a.seed), np.random.default_rng(a.seed)
    write(a.out / "signs", signs(r, n, a.lines))
    write(a.out / "foreign", other_scripts(r, n, FOREIGN_LINES, a.out / ".scripts.tsv"))
    write(a.out / "nothing", empty(r, n, EMPTY_PICTURES))


if __name__ == "__main__":
    main()
