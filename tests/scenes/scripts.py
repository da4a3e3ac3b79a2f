"""What happens in the long scenes: which label is where at which time, how it is lit, and how the camera focuses.

Each scene is a class: made with a source of chance, it gives at any time what is in view (the farthest first, always
as many things in the same order; what is away is out of the picture) and how the camera is set.
"""

import math

import numpy as np

from drawing import Label, Line
from motion import Hand, along, eased, pulse
from props import DARK_INK, Bottle, arm_behind, card, grip, held_at, lying, moved, open_hand, thumb

AWAY = (-2000.0, -2000.0)  # Out of the picture.


class Scene:
    """A scene in which nothing happens."""

    pages: list = []  # The labels that are read as a whole, each one's lines together.

    def view(self, t: float) -> list:
        raise NotImplementedError

    def shot(self, t: float) -> dict:
        """How the camera takes the frame at `t`."""
        return {"defocus": 0.6, "gain": 0.88, "flicker": 0.0, "glare": None, "noise": 2.0, "shutter": 0.022}


class Held(Scene):
    """A card is brought in by hand, held for eight seconds, taken away; then a second one, and the first again."""

    pages = ["held-a", "held-b"]

    def __init__(self, rng: np.random.Generator):
        self.a = card("held-a", rng, 660, (22, 66, 50), [
            ("FJELLMARK", "lato-black", 46), ("Cured trout, sliced", "roboto-bold", 32),
            ("Net weight 120 g", "roboto", 24),
            ("USE BY 19 MAR 2027", "liberation-bold", 24), ("LOT T5502-9", "mono-bold", 26),
            ("Keep below 4 degrees", "sans", 18)])
        self.b = card("held-b", rng, 700, (112, 32, 28), [
            ("Casa Brenta", "serif-bold", 42), ("Tomato passata", "lato-black", 34), ("Volume 690 ml", "lato-bold", 24),
            ("BEST BEFORE 08/2028", "sans-bold", 22), ("L 8073 C 14:22", "mono-bold", 24),
            ("Shake before use", "liberation", 18)])
        self.hands = [Hand(rng, 1.3), Hand(rng, 1.8), Hand(rng, 1.0)]
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
            things += grip(held_at(sheet, hand, t, centre, roll=-2.5, scale=0.74), self.behind, self.front)
        return things

    def shot(self, t: float) -> dict:
        # A dim room: the shutter is open for long, and there is noise.
        return super().shot(t) | {"noise": 4.0, "shutter": 0.033}


class Dim(Scene):
    """Small print in a dim room: noise, a slow shutter, an unsteady hand and a lens that is never quite sharp."""

    pages = ["dim-a", "dim-b"]

    def __init__(self, rng: np.random.Generator):
        self.a = card("dim-a", rng, 620, (60, 44, 30), [
            ("Lindqvist Works", "lato-black", 22), ("Bearing 6204-2RS", "liberation", 17),
            ("S/N 8B53-60917-QD", "mono-bold", 17),
            ("Made 2026-W41", "condensed", 17), ("Lot 7018-XL7-5S2Z", "liberation-bold", 17),
            ("max. 13 500 rpm", "roboto", 17)])
        self.b = card("dim-b", rng, 620, (36, 50, 62), [
            ("Norrland Kemi", "serif-bold", 22), ("Acetone, technical", "roboto-bold", 17),
            ("Art. 7724-B8/G6", "sans", 17),
            ("Batch 6G8B-3E5F", "mono-bold", 17), ("Exp. 28.09.2031", "lato-bold", 17),
            ("UN 1090, 2.5 l", "liberation", 17)])
        self.hands = [Hand(rng, 1.5), Hand(rng, 1.9)]
        away = (1700.0, 800.0)
        self.ways = [
            (self.a, [(0.6, *away), (1.6, 640, 350), (13.0, 650, 345), (13.8, *away)]),
            (self.b, [(16.0, *away), (17.0, 600, 350), (60.0, 600, 350)])]

    def view(self, t: float) -> list:
        return [
            held_at(sheet, hand, t, along(stops, t) if stops[0][0] < t < stops[-1][0] else AWAY, roll=1.5, scale=0.82)
            for (sheet, stops), hand in zip(self.ways, self.hands)
        ]

    def shot(self, t: float) -> dict:
        focus = 0.85 + 0.2 * math.sin(2 * math.pi * 0.37 * t) + 0.1 * math.sin(2 * math.pi * 1.3 * t)
        return super().shot(t) | {"defocus": focus, "gain": 0.42, "noise": 7.0, "shutter": 0.04}


class Refocus(Scene):
    """A label lies still while the camera looks for its focus, at the start and again and again."""

    pages = ["refocus"]
    HUNTS = [(4.5, 3.0), (8.5, 6.0), (12.0, 4.5), (15.5, 7.0), (19.0, 2.2), (22.0, 6.0), (26.0, 5.0)]  # Second, blur

    def __init__(self, rng: np.random.Generator):
        self.label = card("refocus", rng, 720, (30, 58, 110), [
            ("HARTWELL & SONS", "liberation-serif", 38), ("Earl Grey tea", "lato-black", 34),
            ("50 bags, 125 g", "lato-bold", 24),
            ("BBE 30 NOV 2028", "mono-bold", 26), ("Batch HS-40917", "mono-bold", 24),
            ("Packed in Dorrit Lane", "condensed", 18)])
        # Gravity and air: it is not stone, but it is not held.
        self.sway = Hand(rng, 0.02)

    def blur(self, t: float) -> float:
        # It is out of focus at first, goes past the point and comes back.
        blur = 8 * (1 - eased((t - 0.8) / 1.6)) + 0.8 * pulse(t, 2.3, 0.15, 0.0, 0.3)
        for start, depth in self.HUNTS:
            away, again = pulse(t, start, 0.35, 0.15, 0.45), pulse(t, start + 0.95, 0.15, 0.0, 0.2)
            blur = max(blur, depth * away, 0.5 * depth * again)
        return blur

    def view(self, t: float) -> list:
        # A lens that moves changes the size of the picture a little.
        scale = 1 + 0.0022 * self.blur(t)
        return [held_at(self.label, self.sway, t, (630, 360), roll=1.5, scale=scale, pitch=-6, yaw=4)]

    def shot(self, t: float) -> dict:
        return super().shot(t) | {"defocus": 0.55 + self.blur(t)}


class Twin(Scene):
    """A label is swapped for a near-twin again and again: other in two characters of the lot and one of the date."""

    pages = [f"twin-{letter}" for letter in "abcdef"]
    CODES = [
        ("K3108-52", "12"), ("K3168-57", "17"), ("K3948-17", "10"), ("K3542-17", "16"), ("K3542-89", "18"),
        ("K8542-86", "13"),
    ]

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
            held_at(sheet, hand, t, along(stops, t) if stops[0][0] < t < stops[-1][0] else AWAY, roll=2.0, scale=0.78)
            for sheet, hand, stops in reversed(list(zip(self.sheets, self.hands, self.ways)))
        ]

    def shot(self, t: float) -> dict:
        return super().shot(t) | {"noise": 3.0, "shutter": 0.03}


class Occlusion(Scene):
    """A hand passes before a label: over all of it or a part, in passing or for a second."""

    pages = ["occlusion"]
    # Second, how long in, there, and out, and where the tips of its fingers come to.
    PASSES = [
        (3.0, 0.35, 0.0, 0.35, (20, 330)), (6.2, 0.35, 0.4, 0.35, (250, 560)), (10.0, 0.3, 0.75, 0.3, (20, 330)),
        (14.0, 0.3, 0.5, 0.3, (560, 330)), (18.0, 0.3, 0.1, 0.3, (20, 345)), (21.5, 0.3, 0.6, 0.3, (250, 90)),
        (25.5, 0.25, 0.0, 0.25, (30, 335))]

    def __init__(self, rng: np.random.Generator):
        self.label = card("occlusion", rng, 700, (96, 74, 20), [
            ("Villa Sorrel", "serif-bold", 40), ("Chestnut honey", "lato-black", 32), ("Net 340 g", "lato-bold", 24),
            ("BEST BEFORE END 2029", "liberation-bold", 22), ("LOT 7F-2281-B", "mono-bold", 24),
            ("Do not refrigerate", "sans", 16)])
        self.hand = open_hand()

    def view(self, t: float) -> list:
        tips = (1500.0, 760.0)
        for start, rise, stay, fall, to in self.PASSES:
            share = pulse(t, start, rise, stay, fall)
            if share > 0:
                tips = tuple(a + (b - a) * share for a, b in zip((1500.0, to[1] + 260.0), to))
        return [lying(self.label, (600, 360), roll=-3, scale=0.85), moved(self.hand, (90, 230), tips, 1.65)]

    def shot(self, t: float) -> dict:
        return super().shot(t) | {"noise": 2.5}


class Light(Scene):
    """A lamp is dimmed and put out, blinds with light, flickers with the mains; then a gleam crosses the label."""

    pages = ["light"]
    STEPS = [
        (0.0, 0.88), (4.0, 0.88), (4.15, 0.34), (7.5, 0.34), (7.6, 0.09), (11.0, 0.09), (11.15, 0.88), (15.0, 0.88),
             (15.2, 9.0), (18.5, 9.0), (18.7, 0.88), (60.0, 0.88)]

    def __init__(self, rng: np.random.Generator):
        self.label = card("light", rng, 680, (70, 24, 40), [
            ("QUERCIA", "lato-black", 46), ("Olive oil, 5 litres", "roboto-bold", 30),
            ("EXP 2029-04-18", "mono-bold", 26),
            ("LOT OL/338/76", "sans-bold", 24), ("Keep away from light", "roboto", 20)])

    def view(self, t: float) -> list:
        return [lying(self.label, (640, 350), roll=2, scale=0.9)]

    def shot(self, t: float) -> dict:
        gain = along(self.STEPS, t)[0]
        gleam = (60 + 1160 * (t - 26) / 2.0, 330, 80, 420) if 26 <= t <= 28 else None
        flicker = 0.16 if 21 <= t <= 25 else 0.0
        return super().shot(t) | {"gain": gain, "flicker": flicker, "glare": gleam, "noise": 2.0 if gain > 0.5 else 3.0}


class Turned(Scene):
    """A label is held upside down, turned the right way up, and then tilted by 30 degrees to either side."""

    pages = ["turned"]
    ROLL = [
        (0.0, 176), (6.0, 180), (7.2, 4), (12.5, 0), (13.2, 30), (19.0, 30), (20.2, -30), (25.5, -30), (26.2, -2),
        (60.0, -2),
    ]

    def __init__(self, rng: np.random.Generator):
        self.label = card("turned", rng, 620, (24, 84, 96), [
            ("PELLWORM", "lato-black", 44), ("Sea salt, coarse", "serif-bold", 28), ("Weight 500 g", "roboto-bold", 26),
            ("MHD 06.2030", "mono-bold", 26), ("Charge 51-C-0936", "liberation-bold", 24)])
        self.hand = Hand(rng, 0.9)

    def view(self, t: float) -> list:
        return [held_at(self.label, self.hand, t, (640, 360), roll=along(self.ROLL, t)[0], scale=0.9)]


class NearFar(Scene):
    """A label is too far, comes near, leaves the picture partly at each side in turn, and goes far again."""

    pages = ["near-far"]
    # Time, where, and how large.
    WAY = [
        (0.0, 640, 350, 0.16), (4.5, 640, 350, 0.16), (6.0, 640, 360, 1.0), (8.5, 640, 360, 1.0),
        (9.0, 190, 360, 1.0), (11.2, 190, 360, 1.0), (11.8, 640, 360, 1.0), (13.0, 640, 360, 1.0),
        (13.5, 1270, 360, 1.0), (15.7, 1270, 360, 1.0), (16.3, 640, 360, 1.0), (17.5, 640, 360, 1.0),
        (18.0, 640, 88, 1.0), (20.2, 640, 88, 1.0), (20.8, 640, 360, 1.0), (22.0, 640, 360, 1.0),
        (22.5, 640, 606, 1.0), (24.7, 640, 606, 1.0), (25.3, 640, 360, 1.0), (26.5, 640, 360, 1.0),
        (27.4, 640, 350, 0.16), (60.0, 640, 350, 0.16)]

    def __init__(self, rng: np.random.Generator):
        self.label = card("near-far", rng, 660, (52, 52, 60), [
            ("TREGARTH", "lato-black", 40), ("Oak smoked almonds", "lato-bold", 32),
            ("Net weight 150 g", "condensed", 24),
            ("Best before 22 FEB 2029", "sans-bold", 22), ("LOT A90-44172", "mono-bold", 24)])
        self.hand = Hand(rng, 0.5)

    def view(self, t: float) -> list:
        x, y, scale = along(self.WAY, t)
        return [held_at(self.label, self.hand, t, (x, y), roll=1.0, scale=scale)]


class Turning(Scene):
    """A bottle is turned: its lines come into view at one side, bent as it is round, and go at the other."""

    ANGLE = [
        (0.0, 0), (3.0, 0), (6.0, 90), (8.5, 90), (11.5, 180), (14.0, 180), (17.0, 270), (19.5, 270), (22.5, 360),
        (25.5, 360), (28.5, 450), (60.0, 450),
    ]
    BLOCKS = [
        [("Brine & Bay", "lato-black", 40), ("Fig vinegar", "serif-bold", 30), ("500 ml", "roboto-bold", 26)],
        [("Ingredients: figs,", "liberation", 20), ("water, grape must.", "liberation", 20),
        ("Contains sulphites", "liberation-bold", 20)],
        [("BEST BEFORE", "sans-bold", 22), ("11 OCT 2028", "mono-bold", 28), ("L6 204 19", "mono-bold", 28)],
        [("Cellar No. 9", "lato-bold", 24), ("14 Harbour Row", "lato-bold", 22), ("Port Ellery", "lato-bold", 22)]]

    def __init__(self, rng: np.random.Generator):
        around = int(2 * math.pi * Bottle.RADIUS)
        lines = []
        for number, block in enumerate(self.BLOCKS):
            left = (number + 0.5) * around / 4 - 150  # About the middle of its quarter.
            for row, (text, font, height) in enumerate(block):
                lines.append(Line(text, font, height, left, 120 + 84 * row, DARK_INK))
        bands = [(0, 0, around, 34, (40, 80, 60)), (0, 356, around, 390, (40, 80, 60))]
        self.bottle = Bottle("bottle", Label((around, 390), lines, bands), rng)

    def view(self, t: float) -> list:
        return [self.bottle.at(45 + along(self.ANGLE, t)[0], (640, 390))]


class Static(Scene):
    """A label lies there and nothing happens: only the noise of the sensor is new in each frame."""

    pages = ["static"]

    def __init__(self, rng: np.random.Generator):
        self.label = card("static", rng, 700, (18, 60, 84), [
            ("MERIDIAN", "lato-black", 44), ("Basmati rice", "roboto-bold", 34), ("Net weight 1 kg", "roboto", 26),
            ("BB 05 JUN 2029", "mono-bold", 26), ("LOT R-118842", "mono-bold", 26),
            ("Packed for Meridian Foods", "sans", 18)])

    def view(self, t: float) -> list:
        return [lying(self.label, (630, 360), roll=-1.5)]


SCENES = {
    "held": Held, "dim": Dim, "refocus": Refocus, "occlusion": Occlusion, "twin": Twin, "light": Light,
    "bottle": Turning, "turned": Turned, "near-far": NearFar, "static": Static,
}
