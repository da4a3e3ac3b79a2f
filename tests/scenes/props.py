"""The things of the long scenes: cards, the hand that holds one, the hand that passes, a bottle."""

import math
from dataclasses import replace

import cv2
import numpy as np

from camera import Placed, Sheet, sheet_of
from drawing import SUPER, Label, Line, pose
from motion import Hand

DARK_INK, CREAM = (26, 24, 28), (250, 250, 246)


def card(name: str, rng: np.random.Generator, width: int, colour: tuple, rows: list) -> Sheet:
    """A card with a coloured head; rows are (text, font, height of capitals), the first in the head."""
    lines, y = [], 0.0
    for number, (text, font, height) in enumerate(rows):
        y += height * (1.75 if number != 1 else 2.15)
        ink = CREAM if number == 0 else colour if number == 1 else DARK_INK
        lines.append(Line(text, font, height, 36, y, ink))
    head = rows[0][2] * 2.3
    return sheet_of(name, Label((width, int(y + 34)), lines, [(0, 0, width, head, colour)]), rng)


def held_at(sheet: Sheet, hand: Hand, t: float, centre: tuple, *, roll=0.0, scale=1.0, pitch=4.0, yaw=-5.0) -> Placed:
    by = hand.at(t)
    place = pose(
        sheet.size,
        (centre[0] + by["x"], centre[1] + by["y"]),
        pitch + by["pitch"],
        yaw + by["yaw"],
        roll + by["roll"],
        scale * (1 + by["zoom"]),
    )
    return Placed(sheet, place, 0.28)


def lying(sheet: Sheet, centre: tuple, roll=0.0, scale=1.0, pitch=-9.0, yaw=3.0) -> Placed:
    """On the table, or leaning at the wall: it does not move."""
    return Placed(sheet, pose(sheet.size, centre, pitch, yaw, roll, scale), 0.2)


def moved(sheet: Sheet, own: tuple, to: tuple, scale: float) -> Placed:
    """Not turned, so large, and with its point `own` at `to`."""
    place = np.array([[scale, 0, to[0] - scale * own[0]], [0, scale, to[1] - scale * own[1]], [0, 0, 1.0]])
    return Placed(sheet, place)


def limb(picture: np.ndarray, alpha: np.ndarray, points: list, width: float, tone: float) -> None:
    """A finger or an arm: round, so that it is darker towards its edges."""
    track = np.int32(np.float32(points) * SUPER)
    for share in np.linspace(1.0, 0.2, 9):
        colour = tone * (0.62 + 0.38 * math.sqrt(1 - (share * 0.98) ** 2))
        for a, b in zip(track, track[1:]):
            ends = tuple(map(int, a)), tuple(map(int, b))
            cv2.line(picture, *ends, colour, max(int(width * share * SUPER), 1), cv2.LINE_AA)
            if share == 1.0:
                cv2.line(alpha, *ends, 255, int(width * SUPER), cv2.LINE_AA)


def layer(width: int, height: int, limbs: list, blur: float) -> Sheet:
    picture = np.full((height * SUPER, width * SUPER), 120, np.float32)
    alpha = np.zeros(picture.shape, np.uint8)
    for points, thick, tone in limbs:
        limb(picture, alpha, points, thick, tone)
    soft = (0, 0)
    picture = cv2.GaussianBlur(picture, soft, blur * SUPER * 1.5)
    return Sheet(np.clip(picture, 0, 255).astype(np.uint8), cv2.GaussianBlur(alpha, soft, blur * SUPER))


def arm_behind() -> Sheet:
    """The hand and sleeve behind a card that it holds; its grip is at (60, 40)."""
    return layer(420, 560, [([(120, 200), (260, 520)], 150, 78), ([(70, 40), (110, 130), (130, 190)], 112, 138)], 1.5)


def thumb() -> Sheet:
    """The thumb before the card; its grip is at (110, 80)."""
    return layer(240, 170, [([(205, 90), (150, 72), (92, 56)], 46, 176), ([(92, 54), (78, 50)], 24, 200)], 1.2)


def open_hand() -> Sheet:
    """A hand that reaches into the view from the right: about as large as the label that it passes."""
    fingers = [([(330, 250), (120, 120 + 78 * n)], 66, 168 - 4 * n) for n in range(4)]
    fingers[0][0][1], fingers[3][0][1] = (170, 96), (178, 356)
    parts = [([(560, 300), (980, 420)], 170, 150), ([(400, 260), (560, 300)], 260, 160)]
    return layer(1000, 560, parts + fingers + [([(470, 170), (330, 40)], 70, 172)], 2.0)


def grip(card_: Placed, behind: Sheet, front: Sheet) -> list:
    """The hand that holds the card at its lower right corner: behind it, the card, before it."""
    w, h = card_.sheet.size
    corner = card_.at(np.float32([[w - 10, h - 6]]))[0]
    return [moved(behind, (60, 40), corner, 1.0), card_, moved(front, (110, 80), corner, 1.0)]


class Bottle:
    """A bottle with a label all around it; it gives what is seen of both at any angle."""

    RADIUS, TALL, TOP = 270, 660, 150  # Pixels; the label begins at TOP.
    SAG = 16.0  # How far a line bends down in its middle, as the camera looks a little down on it.
    HIDDEN = math.radians(75)  # What is turned away farther is not seen.

    def __init__(self, name: str, label: Label, rng: np.random.Generator):
        self.flat = sheet_of(name, label, rng)
        self.around = 2 * math.pi * self.RADIUS
        wide, tall = 2 * self.RADIUS * SUPER, self.TALL * SUPER
        x, y = np.meshgrid(np.arange(wide, dtype=np.float32), np.arange(tall, dtype=np.float32))
        self.sine = np.clip((x + 0.5) / (self.RADIUS * SUPER) - 1, -0.9999, 0.9999)
        cosine = np.sqrt(1 - self.sine**2)
        self.angle = np.arcsin(self.sine) * self.RADIUS
        self.row = (y - (self.TOP + self.SAG * cosine) * SUPER).astype(np.float32)
        self.shade = (0.30 + 0.70 * cosine**0.8).astype(np.float32)
        shine = np.exp(-(((self.sine + 0.55) / 0.05) ** 2))
        self.glass = (46 * self.shade + 70 * shine).astype(np.float32)
        self.shine = (14 * shine).astype(np.float32)
        self.on_label = (self.row >= 0) & (self.row < self.flat.picture.shape[0])
        self.alpha = self.outline(wide, tall)

    def outline(self, wide: int, tall: int) -> np.ndarray:
        """Straight below, narrow above: shoulders and neck."""
        alpha = np.zeros((tall, wide), np.uint8)
        shoulder, neck = 0.15 * tall, 0.16 * wide
        cap = [(wide / 2 - neck, 0), (wide / 2 - 1.2 * neck, 0.05 * tall)]
        left = cap + [(0.06 * wide, 0.8 * shoulder), (0, 1.15 * shoulder), (0, tall)]
        right = [(wide - x, y) for x, y in reversed(left)]
        cv2.fillPoly(alpha, [np.int32(left + right)], 255, cv2.LINE_AA)
        return cv2.GaussianBlur(alpha, (0, 0), 2)

    def at(self, degrees: float, centre: tuple) -> Placed:
        """The bottle turned to the left by so much."""
        turned = math.radians(degrees) * self.RADIUS
        column = (np.mod(self.angle + turned, self.around) * SUPER).astype(np.float32)
        label = cv2.remap(self.flat.picture, column, self.row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        seen = np.where(self.on_label, label * self.shade + self.shine, self.glass)
        lines = [line for line in (self.seen(line, turned) for line in self.flat.lines) if line]
        sheet = Sheet(np.clip(seen, 0, 255).astype(np.uint8), self.alpha, lines)
        corner = np.array([[1, 0, centre[0] - self.RADIUS], [0, 1, centre[1] - self.TALL / 2], [0, 0, 1.0]])
        return Placed(sheet, corner, 0.25, inner=turned)

    def seen(self, line, turned: float):
        """The line as it stands on the picture of the bottle; none when it is on the other side."""
        ends = [(x - turned + self.around / 2) % self.around - self.around / 2 for x in line.box[:2, 0]]
        start, end = (float(x) / self.RADIUS for x in ends)
        if end < start or end < -self.HIDDEN or start > self.HIDDEN:
            return None
        low, high = max(start, -self.HIDDEN), min(end, self.HIDDEN)
        box = line.box.copy()
        for corner, angle in enumerate((low, high, high, low)):
            box[corner, 0] = self.RADIUS * (1 + math.sin(angle))
            box[corner, 1] += self.TOP + self.SAG * math.cos(angle)
        squeeze = min(math.cos(start), math.cos(end))
        paper = line.paper * (0.3 + 0.7 * max(squeeze, 0))
        return replace(line, box=box, squeeze=squeeze, shown=(high - low) / (end - start), paper=paper)
