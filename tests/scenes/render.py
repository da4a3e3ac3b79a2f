#!/usr/bin/env python3
"""Draws the pictures that the tests and the demo hold before the camera.

Gives tests/lab/label.jpg (a food label on a box, as a 1280x720 webcam sees it), the text on it in
tests/lab/label.txt, the text of another label in tests/lab/other.txt, tests/lab/codes/: small pictures of one line
each, named after it, for faults that are tried many times over (as JPEG, and some as raw grey frames of PAL's size),
and tests/scenes/demo/: a short scene in which two labels are held up by hand, one after the other, with what is on
view in truth.tsv.

Every product, firm, address and code is made up, and every pixel is drawn here, so that anyone may ship the pictures.
The same seed and the same versions of the packages below give the same pictures.

    pip install pillow==13.0.0 opencv-python-headless numpy
    apt-get install fonts-dejavu-core fonts-liberation fonts-lato fonts-roboto-unhinted
    python3 tests/scenes/render.py            # all; or: label, codes, demo
"""

import argparse
import gzip
import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw

from drawing import (HEIGHT, INK, PAPER, SUPER, WIDTH, Label, Line, font_of_capitals, hand, lay, outline, photograph, pose,
                     print_label, room, save, shade)

HERE = Path(__file__).resolve().parent


def food_label(lot: str, best_before: str) -> Label:
    """The label of the arm64 lab: nine lines, black on white and white on dark."""
    green = (28, 70, 52)
    lines = [
        Line("ALDERBROOK", "lato-black", 58, 40, 96, (250, 250, 244)),
        Line("Oat & Honey Biscuits", "lato-black", 38, 40, 190, green),
        Line("Ingredients: oats 48 %, wheat flour, honey 9 %,", "liberation", 18, 40, 242),
        Line("rapeseed oil, sugar, salt. May contain nuts.", "liberation", 18, 40, 276),
        Line("Net weight 250 g", "roboto-bold", 28, 40, 336),
        Line(f"Best before {best_before}", "mono-bold", 24, 40, 388),
        Line(f"LOT {lot}", "mono-bold", 24, 40, 434),
        Line("Alderbrook Mill, 7 Canal Street, Millford", "sans", 17, 40, 482),
        Line("Store in a cool, dry place", "roboto-bold", 21, 40, 534, (250, 250, 244)),
    ]
    bands = [(0, 0, 900, 128, green), (0, 506, 900, 552, (40, 36, 40))]
    return Label((900, 552), lines, bands, (650, 322, 850, 436))


def held_label(lot: str, best_before: str) -> Label:
    """The card of the demo: large enough to be read from a hand that is not quite still."""
    blue = (20, 52, 96)
    lines = [
        Line("NORDHAVN", "lato-black", 50, 36, 84, (250, 250, 246)),
        Line("Smoked mackerel", "roboto-bold", 36, 36, 168, blue),
        Line("Net weight 180 g", "roboto", 26, 36, 222),
        Line(f"BEST BEFORE {best_before}", "liberation-bold", 26, 36, 282),
        Line(f"LOT {lot}", "mono-bold", 28, 36, 336),
    ]
    return Label((620, 368), lines, [(0, 0, 620, 112, blue)])


def cardboard(size: tuple, rng: np.random.Generator) -> np.ndarray:
    w, h = (v * SUPER for v in size)
    board = np.float32([188, 152, 110]) + rng.normal(0, 5, (h, 1, 1)) + rng.normal(0, 3, (h, w, 1))
    board = cv2.GaussianBlur(np.clip(board, 0, 255).astype(np.float32), (0, 0), SUPER)
    return np.dstack([board, np.full((h, w), 255, np.float32)]).astype(np.uint8)


def draw_label(out: Path, seed: int) -> None:
    """The picture of the arm64 lab: a box on a table with a label on its front."""
    rng = np.random.default_rng(seed)
    label = food_label("L4127-06B", "12 JAN 2027")
    scene = room(rng, 520)
    face = (1010, 640)
    box = pose(face, (648, 362), pitch=-5, yaw=-4, roll=3)
    corners = outline(box, face)
    shade(scene, corners, 0.5, 22, (26, 20))
    lay(scene, cardboard(face, rng), box)
    # The label is glued on the face, a little off its middle and not quite square with it.
    tilt = cv2.getRotationMatrix2D((0, 0), -0.4, 1.0)
    glue = np.vstack([tilt, [0, 0, 1]])
    glue[:2, 2] += (52, 40)
    shade(scene, outline(box @ glue, label.size), 0.25, 3, (2, 3))
    lay(scene, print_label(label, rng), box @ glue)
    save(out / "label.jpg", photograph(scene, rng, blur=0.7, noise=2.2), 85)
    (out / "label.txt").write_text("".join(f"{line.text}\n" for line in label.lines))
    other = food_label("L4218-11C", "30 SEP 2027")
    (out / "other.txt").write_text("".join(f"{line.text}\n" for line in other.lines))


# What the smallest webcams give; and the picture of a PAL camera, which Linux's test driver plays.
CODE_SIZE, PAL_SIZE = (640, 480), (720, 576)
CODES, PAL_CODES = 16, 4


def code(text: str, size: tuple, high: bool) -> np.ndarray:
    """One printed line on plain paper, by turns high and low in the picture: one that follows another is a new line."""
    width, height = (v * SUPER for v in size)
    sheet = Image.new("RGB", (width, height), PAPER)
    font = font_of_capitals("sans-bold", 30 * SUPER)
    at = (width / 2, height * (0.3 if high else 0.7))
    ImageDraw.Draw(sheet).text(at, text, fill=INK, font=font, anchor="mm")
    soft = cv2.GaussianBlur(np.asarray(sheet, np.float32), (0, 0), 0.7 * SUPER)
    return 0.9 * cv2.resize(soft, size, interpolation=cv2.INTER_AREA)


def draw_codes(out: Path, seed: int) -> None:
    """LOT_A43690.jpg and so on, and the first few of them as LOT_A43690.grey.gz."""
    rng = np.random.default_rng(seed)
    for old in out.glob("LOT_*"):
        old.unlink()
    for number, letter in enumerate("ACEFHKLMNPRTVXYZ"[:CODES]):
        text = f"LOT {letter}" + "".join(str(d) for d in rng.permutation(10)[:5])
        name, high = text.replace(" ", "_"), number % 2 == 0
        seen = code(text, CODE_SIZE, high)
        seen += rng.normal(0, 1.0, (*seen.shape[:2], 1))
        save(out / f"{name}.jpg", np.clip(seen, 0, 255).astype(np.uint8), 80)
        if number < PAL_CODES:
            grey = code(text, PAL_SIZE, high).mean(axis=2).astype(np.uint8)
            (out / f"{name}.grey.gz").write_bytes(gzip.compress(grey.tobytes(), mtime=0))


@dataclass
class Moment:
    """One frame of the demo: which card is where, and how far it moves while the shutter is open."""

    state: str  # empty, moving or still
    card: int | None = None
    centre: tuple = (0.0, 0.0)
    drift: tuple = (0.0, 0.0)


def script(rng: np.random.Generator) -> list:
    """32 frames, meant for 10 a second: nothing, a card comes, is held, goes, nothing, the next one."""
    still = (620.0, 330.0)
    shots = [Moment("empty")] * 3
    for card, held in ((0, 8), (1, 8)):
        for x, y in ((1330, 640), (980, 470), (720, 372)):
            shots.append(Moment("moving", card, (x, y), ((still[0] - x) / 5 - 12, (still[1] - y) / 5 - 6)))
        for _ in range(held):
            jitter = rng.normal(0, 1.2, 2)
            shots.append(Moment("still", card, (still[0] + jitter[0], still[1] + jitter[1]), tuple(rng.normal(0, 0.4, 2))))
        for x, y in ((760, 400), (1210, 600)):
            shots.append(Moment("moving", card, (x, y), (60, 34)))
        shots += [Moment("empty")] * (2 if card == 0 else 1)
    return shots


def draw_demo(out: Path, seed: int) -> None:
    """The scene of the demo, frame by frame, and truth.tsv: frame, lines wholly on view, state."""
    rng = np.random.default_rng(seed)
    cards = [held_label("M2206-A", "14 FEB 2027"), held_label("M2219-C", "03 MAR 2027")]
    sheets = [print_label(card, rng) for card in cards]
    empty = room(rng, 430)
    rows = []
    for old in out.glob("*.jpg"):
        old.unlink()
    for number, shot in enumerate(script(rng)):
        scene, lines = empty.copy(), []
        if shot.card is not None:
            label, sheet = cards[shot.card], sheets[shot.card]
            pitch, yaw, roll = np.array([4.0, -5.0, -2.5]) + rng.normal(0, 0.15, 3)
            steps = max(1, round(math.hypot(*shot.drift) / 4))
            total = np.zeros_like(scene)
            for step in range(steps):
                share = (step + 0.5) / steps - 0.5
                centre = (shot.centre[0] + shot.drift[0] * share, shot.centre[1] + shot.drift[1] * share)
                place = pose(label.size, centre, pitch, yaw, roll)
                corners = outline(place, label.size)
                moment = empty.copy()
                shade(moment, corners, 0.28, 30, (40, 60))
                grip = corners[2] + np.float32([-12, 4])
                hand(moment, grip, front=False)
                lay(moment, sheet, place)
                hand(moment, grip, front=True)
                total += moment
            scene = total / steps
            for line in label.lines:
                wide = font_of_capitals(line.font, line.height).getlength(line.text)
                ends = np.float32([[[line.x, line.y - line.height], [line.x + wide, line.y]]])
                seen = cv2.perspectiveTransform(ends, place)[0]
                if (seen > 0).all() and (seen < (WIDTH, HEIGHT)).all():
                    lines.append(line.text)
        name = f"{number:03d}.jpg"
        save(out / name, photograph(scene, rng, blur=0.6, noise=1.2), 80)
        rows.append(f"{name}\t" + "\\n".join(lines) + f"\t{shot.state}\n")
    (out / "truth.tsv").write_text("".join(rows))
    size = sum(p.stat().st_size for p in out.glob("*.jpg"))
    print(f"{len(rows)} frames, {size / 1e6:.2f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="*", help="label, codes, demo (default: all)")
    parser.add_argument("--seed", type=int, default=20261122)
    args = parser.parse_args()
    parts = ["label", "codes", "demo"]
    what = args.what or parts
    if unknown := set(what) - set(parts):
        parser.error(f"cannot draw {', '.join(sorted(unknown))}; give label, codes or demo")
    if "label" in what:
        draw_label(HERE.parent / "lab", args.seed)
    if "codes" in what:
        draw_codes(HERE.parent / "lab" / "codes", args.seed)
    if "demo" in what:
        draw_demo(HERE / "demo", args.seed)


if __name__ == "__main__":
    main()
