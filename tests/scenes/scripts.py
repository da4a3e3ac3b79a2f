"""What happens in the long scenes: which label is where at which time, how it is lit, and how the camera focuses.

Each scene is a class: made with a source of chance, it gives at any time what is in view (the farthest first, always
as many things in the same order; what is away is out of the picture) and how the camera is set.
"""

import math

import cv2
import numpy as np

from camera import Placed, Sheet, sheet_of
from drawing import SUPER, Label, Line, pose
from motion import Hand, along, eased, pulse

AWAY = (-2000.0, -2000.0)  # Out of the picture.
DARK_INK, CREAM = (26, 24, 28), (250, 250, 246)


class Scene:
    """A scene in which nothing happens."""

    pages: list = []  # The labels that are read as a whole, each one's lines together.

    def view(self, t: float) -> list:
        raise NotImplementedError

    def shot(self, t: float) -> dict:
        """How the camera takes the frame at `t`."""
        return {"defocus": 0.55, "gain": 0.88, "flicker": 0.0, "glare": None, "noise": 1.3}


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


def limb(picture: np.ndarray, alpha: np.ndarray, points: list, width: float, tone: float) -> None:
    """A finger or an arm: round, so that it is darker towards its edges."""
    track = np.int32(np.float32(points) * SUPER)
    for share in np.linspace(1.0, 0.2, 9):
        colour = tone * (0.62 + 0.38 * math.sqrt(1 - (share * 0.98) ** 2))
        for a, b in zip(track, track[1:]):
            cv2.line(picture, tuple(map(int, a)), tuple(map(int, b)), colour, max(int(width * share * SUPER), 1), cv2.LINE_AA)
            if share == 1.0:
                cv2.line(alpha, tuple(map(int, a)), tuple(map(int, b)), 255, int(width * SUPER), cv2.LINE_AA)


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
    at = lambda sheet, own: Placed(sheet, np.array([[1, 0, corner[0] - own[0]], [0, 1, corner[1] - own[1]], [0, 0, 1.0]]))  # noqa: E731
    return [at(behind, (60, 40)), card_, at(front, (110, 80))]


class Held(Scene):
    """A card is brought in by hand, held for eight seconds, taken away; then a second one, and the first again."""

    pages = ["held-a", "held-b"]

    def __init__(self, rng: np.random.Generator):
        self.a = card("held-a", rng, 660, (22, 66, 50), [
            ("FJELLMARK", "lato-black", 46), ("Cured trout, sliced", "roboto-bold", 32), ("Net weight 120 g", "roboto", 24),
            ("USE BY 19 MAR 2027", "liberation-bold", 24), ("LOT T5502-9", "mono-bold", 26),
            ("Keep below 4 degrees", "sans", 18)])
        self.b = card("held-b", rng, 700, (112, 32, 28), [
            ("Casa Brenta", "serif-bold", 42), ("Tomato passata", "lato-black", 34), ("Volume 690 ml", "lato-bold", 24),
            ("BEST BEFORE 08/2028", "sans-bold", 22), ("L 8073 C 14:22", "mono-bold", 24), ("Shake before use", "liberation", 18)])
        self.hands = [Hand(rng, 1.0), Hand(rng, 1.3), Hand(rng, 0.8)]
        self.behind, self.front = arm_behind(), thumb()
        away, left = (1750.0, 900.0), (1700.0, 500.0)
        self.ways = [
            (self.a, [(1.5, *away), (2.4, 640, 350), (6.0, 625, 362), (10.4, 640, 350), (11.1, *away)]),
            (self.b, [(13.6, *left), (14.5, 610, 345), (22.6, 622, 352), (23.4, *left)]),
            (self.a, [(25.6, *away), (26.5, 650, 372), (60.0, 650, 372)]),
        ]

    def view(self, t: float) -> list:
        things = []
        for (sheet, stops), hand in zip(self.ways, self.hands):
            shown = stops[0][0] < t < stops[-1][0]
            centre = along(stops, t) if shown else AWAY
            things += grip(held_at(sheet, hand, t, centre, roll=-2.5), self.behind, self.front)
        return things


class Refocus(Scene):
    """A label lies still while the camera looks for its focus, at the start and again and again."""

    pages = ["refocus"]
    HUNTS = [(4.5, 3.0), (8.5, 6.0), (12.0, 4.5), (15.5, 7.0), (19.0, 2.2), (22.0, 6.0), (26.0, 5.0)]  # Second, blur

    def __init__(self, rng: np.random.Generator):
        self.label = card("refocus", rng, 720, (30, 58, 110), [
            ("HARTWELL & SONS", "liberation-serif", 38), ("Earl Grey tea", "lato-black", 34), ("50 bags, 125 g", "lato-bold", 24),
            ("BBE 30 NOV 2028", "mono-bold", 26), ("Batch HS-40917", "mono-bold", 24), ("Packed in Dorrit Lane", "condensed", 18)])
        # Gravity and air: it is not stone, but it is not held.
        self.sway = Hand(rng, 0.02)

    def blur(self, t: float) -> float:
        # It is out of focus at first, goes past the point and comes back.
        blur = 8 * (1 - eased((t - 0.8) / 1.6)) + 0.8 * pulse(t, 2.3, 0.15, 0.0, 0.3)
        for start, depth in self.HUNTS:
            blur = max(blur, depth * pulse(t, start, 0.35, 0.15, 0.45), 0.5 * depth * pulse(t, start + 0.95, 0.15, 0.0, 0.2))
        return blur

    def view(self, t: float) -> list:
        # A lens that moves changes the size of the picture a little.
        return [held_at(self.label, self.sway, t, (630, 360), roll=1.5, scale=1 + 0.0022 * self.blur(t), pitch=-6, yaw=4)]

    def shot(self, t: float) -> dict:
        return super().shot(t) | {"defocus": 0.55 + self.blur(t)}


class Twin(Scene):
    """A label is swapped for a near-twin again and again: other in two characters of the lot and one of the date."""

    pages = [f"twin-{letter}" for letter in "abcdef"]
    CODES = [("K3108-52", "12"), ("K3168-57", "17"), ("K3948-17", "10"), ("K3542-17", "16"), ("K3542-89", "18"), ("K8542-86", "13")]

    def __init__(self, rng: np.random.Generator):
        self.sheets = [card(name, rng, 640, (84, 40, 96), [
            ("Ostrava Bakers", "lato-black", 44), ("Rye crispbread", "roboto-bold", 32), ("200 g", "roboto", 26),
            (f"EXP {day} MAY 2027", "sans-bold", 24), (f"LOT {lot}", "mono-bold", 28)])
            for name, (lot, day) in zip(self.pages, self.CODES)]
        self.hands = [Hand(rng, 0.6)] * len(self.sheets)  # One hand: what lies under another is hidden.
        here, right, left, down = (640.0, 350.0), (1800.0, 330.0), (-520.0, 340.0), (700.0, 1150.0)
        # By turns: one comes as the other goes; it lay right under the other; after a moment of nothing.
        self.ways = [
            [(0.8, *left), (1.4, *here), (6.0, *here), (6.5, *right)],
            [(6.0, *left), (6.5, *here), (11.0, *here), (11.4, *down)],
            [(10.9, *here), (10.91, *here), (15.5, *here), (16.0, *left)],
            [(16.1, *down), (16.6, *here), (20.5, *here), (20.8, *right)],
            [(20.4, *here), (20.41, *here), (25.0, *here), (25.5, *left)],
            [(25.2, *right), (25.7, *here), (60.0, *here)],
        ]

    def view(self, t: float) -> list:
        # What came first lies above what comes later.
        return [
            held_at(sheet, hand, t, along(stops, t) if stops[0][0] < t < stops[-1][0] else AWAY, roll=2.0)
            for sheet, hand, stops in reversed(list(zip(self.sheets, self.hands, self.ways)))
        ]


SCENES = {"held": Held, "refocus": Refocus, "twin": Twin}
