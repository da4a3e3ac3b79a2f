"""A contact sheet of rendered lines with what is to be read of each, to look at.

    python sheet.py RUN OUT.png [--kind KIND] [--seed 1] [--lines 60]
"""

import argparse
import random
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

import corpus
import render
import shards

COLUMN, ROW, COLUMNS = 660, 58, 2  # px, px; a line and its text below each other
LABEL = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("run", type=Path)
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--kind", choices=corpus.KINDS)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--lines", type=int, default=60)
    a = arguments.parse_args()
    words = corpus.Corpus(random.Random(a.seed))
    renderer = render.Renderer(shards.fonts(a.run), a.seed, words)
    sheet = Image.new("L", (COLUMN * COLUMNS, ROW * -(-a.lines // COLUMNS)), 255)
    pen, label = ImageDraw.Draw(sheet), ImageFont.truetype(LABEL, 15)
    done = 0
    while done < a.lines:
        drawn = renderer.line(*reversed(words.pick(shards.LONGEST, a.kind)))
        if drawn:
            x, y = done % COLUMNS * COLUMN, done // COLUMNS * ROW
            sheet.paste(Image.fromarray(drawn[0]), (x, y))
            pen.text((x, y + 35), repr(drawn[1])[1:-1], fill=0, font=label)
            done += 1
    sheet.save(a.out)


if __name__ == "__main__":
    main()
