"""What is true in a frame: for each printed line where it is, how much of it is seen and how well; and which hint.

A line is *legible* by its size, sharpness, contrast and completeness alone, each by a number below: whether a reader
should have read it is not a matter of opinion.
"""

import math

import numpy as np

from camera import Camera, Placed, Printed
from drawing import HEIGHT, WIDTH

LEAST_CAPITALS = 12.0  # Pixels: the height from which print can be read without luck.
LEAST_SEEN = 0.995  # Share of the line that is in the picture and not covered.
MOST_BLUR = 0.08  # Standard deviation of all blur, in heights of a capital: about half a thin stroke.
LEAST_CONTRAST = 40.0  # Grey levels between ink and paper,
LEAST_OVER_NOISE = 6.0  # and in standard deviations of the noise.
MOST_TURNED = 50.0  # Degrees from upright.
LEAST_SQUEEZE = 0.64  # Cosine of the angle at which a bent line turns away: 50 degrees.
EDGE = 2.0  # Pixels: what is nearer to the border of the picture is not wholly in it.

# A hint is surely true, and surely not, beyond these; between them it may be told.
DARK = (55.0, 100.0)  # Grey level of the paper.
LOST = (0.16, 0.07)  # Blur in heights of a capital.
SMALL = (5.5, 14.0)  # Height of capitals: 7 pixels are still read.
BLOWN = 252.0  # Grey level of the paper: there is no more.
OUT = 0.9  # Share of the line in the picture.


def line_truth(line: Printed, thing: Placed, before: list, ends: tuple, shot: dict, camera: Camera) -> dict:
    """`before` are the things in front of it, `ends` where its thing is as the shutter opens and closes."""
    quad = thing.at(line.box)
    share = np.stack(np.meshgrid(np.linspace(0.01, 0.99, 25), np.linspace(0.05, 0.95, 4)), -1).reshape(-1, 2)
    across, down = line.box[1] - line.box[0], line.box[3] - line.box[0]
    points = thing.at(line.box[0] + share[:, :1] * across + share[:, 1:] * down)
    x, y = points.T
    outside = {
        "left": x < EDGE,
        "right": x > WIDTH - EDGE,
        "top": y < EDGE,
        "bottom": y > HEIGHT - EDGE,
    }
    inside = ~np.any(list(outside.values()), axis=0)
    bare = np.ones(len(points), bool)
    for other in before:
        bare &= ~other.covers(points)
    grow = math.hypot(*(quad[3] - quad[0])) / max(math.hypot(*down), 1e-6)
    middle = line.box.mean(axis=0)
    motion = math.hypot(*map(float, (ends[1].at(middle) - ends[0].at(middle))[0])) + abs(ends[1].inner - ends[0].inner)
    capitals = line.capitals * grow
    blur = math.hypot(shot["defocus"], motion / math.sqrt(12))
    turned = math.degrees(math.atan2(*(quad[1] - quad[0])[::-1]))
    here = inside & bare
    contrast, paper, noise = 0.0, 0.0, 1.0
    if here.any():
        contrast, paper, noise = levels(line, points[here], shot, camera)
    seen = float(here.mean()) * line.shown
    legible = (
        seen >= LEAST_SEEN
        and capitals >= LEAST_CAPITALS
        and blur <= MOST_BLUR * capitals
        and contrast >= max(LEAST_CONTRAST, LEAST_OVER_NOISE * noise)
        and abs(turned) <= MOST_TURNED
        and line.squeeze >= LEAST_SQUEEZE
    )
    return {
        "id": line.name,
        "text": line.text,
        "quad": [[round(float(v), 1) for v in corner] for corner in quad],
        "capitals": round(capitals, 1),
        "seen": round(seen, 3),
        "inside": round(float(inside.mean()), 3),
        "out": [side for side, points in outside.items() if points.mean() > 1 - OUT],
        "blur": round(blur, 2),
        "motion": round(motion, 2),
        "contrast": round(contrast, 1),
        "paper": round(paper, 1),
        "turned": round(turned, 1),
        "legible": bool(legible),
    }


def levels(line: Printed, points: np.ndarray, shot: dict, camera: Camera) -> tuple:
    """The least contrast along the line, the mean level of its paper, and the noise there."""
    x = np.clip(points[:, 0], 0, WIDTH - 1).astype(int)
    y = np.clip(points[:, 1], 0, HEIGHT - 1).astype(int)
    light = camera.lamp[y, x] * shot["gain"]
    glow = np.zeros(len(points))
    if shot["glare"] is not None:
        gx, gy, radius, power = shot["glare"]
        glow = power * np.exp(-((x - gx) ** 2 + (y - gy) ** 2) / (2 * radius**2))
    ink, paper = (np.clip(level * light + glow, 0, 255) for level in (line.ink, line.paper))
    noise = math.sqrt(shot["noise"] ** 2 + 0.006 * float(paper.mean()))
    return float(np.abs(ink - paper).min()), float(np.maximum(ink, paper).mean()), noise


def hints(lines: list) -> tuple:
    """What a hint should say (none where it is not clear), and all that would not be wrong."""
    in_view = [line for line in lines if line["inside"] > 0 and line["seen"] > 0.02]
    if not in_view:
        return None, []
    lines_of = {line["id"].rsplit(".", 1)[0]: [] for line in in_view}
    for line in lines:
        lines_of.get(line["id"].rsplit(".", 1)[0], []).append(line)
    median = lambda key: float(np.median([line[key] for line in in_view]))  # noqa: E731
    capitals = median("capitals")
    still = float(np.median([math.sqrt(max(l["blur"] ** 2 - l["motion"] ** 2 / 12, 0)) for l in in_view])) / capitals
    moving = median("motion") / math.sqrt(12) / capitals
    sure, maybe = set(), set()

    def judge(hint: str, value: float, limits: tuple, low: bool) -> None:
        least, most = limits
        if value <= least if low else value >= least:
            sure.add(hint)
        if value <= most if low else value >= most:
            maybe.add(hint)

    judge("dark", median("paper"), DARK, True)
    judge("blurred", still, LOST, False)
    judge("moving", moving, LOST, False)
    judge("small", capitals, SMALL, True)
    if "moving" in maybe:
        maybe.add("blurred")
    flat = [line for line in in_view if line["paper"] > BLOWN]
    if flat and sum(line["contrast"] < LEAST_CONTRAST for line in flat) > len(in_view) / 2:
        sure.add("bright")
    if flat:
        maybe.add("bright")
    whole = any(all(line["legible"] for line in label) for label in lines_of.values())
    for label in lines_of.values():
        for line in label:
            # Of a line that is wholly out nobody can know; and beside a label that can be read, the other is going.
            clear = 0 < line["inside"] < OUT and not whole
            (sure if clear else maybe).update(f"clipped-{side}" for side in line["out"])
    turned = [abs(line["turned"]) for line in in_view]
    if min(turned) > 140:
        sure.add("upside-down")
    if max(turned) > 90:
        maybe.add("upside-down")
    maybe |= sure
    covered = any(line["seen"] < line["inside"] - 0.05 for line in in_view)
    legible = [line["legible"] for line in in_view]
    if any(legible) or not sure:
        maybe.add("steady")
    if not covered and all(legible) and not sure:
        sure.add("steady")
    if covered:
        # What goes before a label moves itself, and may be out of focus.
        maybe |= {"moving", "blurred"}
    hint = next(iter(sure)) if len(sure) == 1 and not covered else None
    return hint, sorted(maybe)


def frame_truth(number: int, t: float, view, shot: dict, camera: Camera) -> dict:
    things, opens, closes = view(t), view(t - shot["shutter"] / 2), view(t + shot["shutter"] / 2)
    lines = []
    for place, thing in enumerate(things):
        ends = (opens[place], closes[place])
        for line in thing.sheet.lines:
            lines.append(line_truth(line, thing, things[place + 1 :], ends, shot, camera))
    hint, may = hints(lines)
    lines = [line for line in lines if line["inside"] > 0]
    light = round(shot["gain"], 3)
    return {"frame": number, "t": round(t, 4), "light": light, "hint": hint, "may": may, "lines": lines}
