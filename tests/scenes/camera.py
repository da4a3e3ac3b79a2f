"""A grey webcam before things that move: exposure, defocus, light, noise.

Takes what stands where at each moment (`Placed`), gives the frame. While the shutter is open the things go on moving:
a frame is the mean of as many moments as they move pixels. Only luma is drawn, since glyphd sees no more.
"""

import math
from dataclasses import dataclass, field

import cv2
import numpy as np

from drawing import HEIGHT, SUPER, WIDTH, Label, font_of_capitals, outline, print_label, room

FPS = 15.0
MOST_MOMENTS = 12  # Of one frame; what moves farther between two of them is smeared along its way.
LUMA = np.float32([0.299, 0.587, 0.114])  # BT.601, as in glyphd.


def grey(rgb: np.ndarray) -> np.ndarray:
    return np.clip(rgb[..., :3].astype(np.float32) @ LUMA, 0, 255).astype(np.uint8)


@dataclass
class Printed:
    """One line on a sheet: its box and its colours there, in final pixels and grey levels."""

    name: str
    text: str
    box: np.ndarray  # Top left, top right, bottom right, bottom left.
    capitals: float
    ink: float
    paper: float
    # Of a line that bends away: the cosine of the angle at its farther end, and the share that is on this side.
    squeeze: float = 1.0
    shown: float = 1.0


@dataclass
class Sheet:
    """Something flat, `SUPER` times its size; without alpha it is a full rectangle."""

    picture: np.ndarray
    alpha: np.ndarray | None = None
    lines: list = field(default_factory=list)

    @property
    def size(self) -> tuple:
        return self.picture.shape[1] / SUPER, self.picture.shape[0] / SUPER


@dataclass
class Placed:
    """A sheet at one moment: `place` maps its final pixels to those of the picture."""

    sheet: Sheet
    place: np.ndarray
    shadow: float = 0.0  # How much light it keeps off what is behind it.
    inner: float = 0.0  # How far what is on it has moved without it, in pixels: the label of a bottle.

    def at(self, points: np.ndarray) -> np.ndarray:
        return cv2.perspectiveTransform(np.float32(points).reshape(1, -1, 2), self.place)[0]

    def covers(self, points: np.ndarray) -> np.ndarray:
        """For each point of the picture, whether this thing is what is seen there."""
        w, h = self.sheet.size
        own = cv2.perspectiveTransform(np.float32(points).reshape(1, -1, 2), np.linalg.inv(self.place))[0]
        inside = (own[:, 0] >= 0) & (own[:, 1] >= 0) & (own[:, 0] < w) & (own[:, 1] < h)
        if self.sheet.alpha is not None:
            x = np.clip(own[:, 0] * SUPER, 0, self.sheet.alpha.shape[1] - 1).astype(int)
            y = np.clip(own[:, 1] * SUPER, 0, self.sheet.alpha.shape[0] - 1).astype(int)
            inside &= self.sheet.alpha[y, x] > 25
        return inside


def sheet_of(name: str, label: Label, rng: np.random.Generator) -> Sheet:
    """The printed label and where its lines are; they are named after it and their number."""
    picture = grey(print_label(label, rng))
    lines = []
    for number, line in enumerate(label.lines):
        font = font_of_capitals(line.font, line.height * SUPER)
        x0, y0, x1, y1 = (v / SUPER for v in font.getbbox(line.text, anchor="ls"))
        x0, x1, y0, y1 = line.x + x0, line.x + x1, line.y + y0, line.y + y1
        beside = picture[int(y0 * SUPER) : int(y1 * SUPER), int((x0 - 6) * SUPER) : int((x0 - 2) * SUPER)]
        paper = float(np.median(beside))
        ink = float(np.float32(line.colour) @ LUMA)
        box = np.float32([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
        lines.append(Printed(f"{name}.{number + 1}", line.text, box, line.height, ink, paper))
    return Sheet(picture, None, lines)


class Camera:
    """Draws frame by frame; the same seed gives the same noise."""

    def __init__(self, rng: np.random.Generator, edge: float):
        self.rng = rng
        self.room = grey(room(rng, edge))
        y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
        lamp = np.exp(-(((x / WIDTH - 0.3) / 0.85) ** 2) - ((y / HEIGHT - 0.25) / 0.95) ** 2)
        self.lamp = 0.58 + 0.46 * lamp
        self.x, self.y = x, y
        # Noise that a webcam has smoothed a little; each frame takes another cut of it.
        bank = rng.normal(0, 1, (HEIGHT + 256, WIDTH + 256)).astype(np.float32)
        self.noise = cv2.GaussianBlur(bank, (0, 0), 0.6)
        self.noise /= self.noise.std()

    def light(self, gain: float, flicker: float, glare: tuple | None, t: float) -> tuple:
        """What the scene's grey is multiplied by, and what is added to it (or none)."""
        light = self.lamp * gain
        if flicker:
            # Lamps at 100 Hz, seen by a shutter that goes down the picture in 30 ms.
            rows = np.sin(2 * math.pi * 100 * (t + 0.030 * np.arange(HEIGHT, dtype=np.float32) / HEIGHT))
            light = light * (1 + flicker * rows[:, None])
        if glare is None:
            return light, None
        x, y, radius, power = glare
        return light, power * np.exp(-((self.x - x) ** 2 + (self.y - y) ** 2) / (2 * radius**2))

    def shoot(self, view, t: float, *, defocus, gain, flicker, glare, noise, shutter) -> np.ndarray:
        """The frame whose exposure has its middle at `t`; `view(t)` gives what is placed, the farthest first."""
        first, last = view(t - shutter / 2), view(t + shutter / 2)
        way, a, b = max(((movement(a, b), a, b) for a, b in zip(first, last)), key=lambda move: move[0])
        moments = int(np.clip(math.ceil(way / 1.2), 1, MOST_MOMENTS))
        total = None
        for number in range(moments):
            canvas = self.canvas(view(t + shutter * ((number + 0.5) / moments - 0.5)))
            total = canvas.astype(np.float32) if total is None else cv2.accumulate(canvas, total)
        seen = total / moments
        if way / moments > 2:
            seen = smear(seen, a, b, moments)
        light, glow = self.light(gain, flicker, glare, t)
        seen *= light
        if glow is not None:
            seen += glow
        seen = cv2.GaussianBlur(seen, (0, 0), defocus)
        x, y = self.rng.integers(0, 256, 2)
        cut = self.noise[y : y + HEIGHT, x : x + WIDTH]
        if self.rng.random() < 0.5:
            cut = cut[::-1]
        # A part of the noise is the light's own: it grows with the root of it.
        seen += cut * np.sqrt(noise**2 + np.clip(seen, 0, 255) * 0.006)
        return np.clip(seen, 0, 255).astype(np.uint8)

    def canvas(self, placed: list) -> np.ndarray:
        canvas = self.room.copy()
        for thing in placed:
            if thing.shadow:
                shade(canvas, outline(thing.place, thing.sheet.size), thing.shadow)
            lay(canvas, thing)
        return cv2.resize(canvas, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)


def movement(a: Placed, b: Placed) -> float:
    """How far the farthest corner that is in the picture goes, in pixels."""
    p, q = outline(a.place, a.sheet.size), outline(b.place, b.sheet.size)
    return float(np.hypot(*(q - p).T).max()) + abs(b.inner - a.inner)


def smear(seen: np.ndarray, a: Placed, b: Placed, moments: int) -> np.ndarray:
    """Along the way of the foremost thing, by what lies between two moments; else fast things show several edges."""
    step = (outline(b.place, b.sheet.size) - outline(a.place, a.sheet.size)).mean(axis=0) / moments
    step[0] -= (b.inner - a.inner) / moments
    length = math.hypot(*step)
    size = int(length) * 2 + 3
    kernel = np.zeros((size, size), np.float32)
    middle = size // 2
    start = (round(middle - step[0] / 2), round(middle - step[1] / 2))
    cv2.line(kernel, start, (round(middle + step[0] / 2), round(middle + step[1] / 2)), 1.0)
    return cv2.filter2D(seen, -1, kernel / kernel.sum())


def shade(canvas: np.ndarray, corners: np.ndarray, depth: float, blur: float = 26, shift: tuple = (34, 48)) -> None:
    """A soft shadow: a sixteenth of the resolution shows the same."""
    coarse = 16
    h, w = canvas.shape
    reach = 3 * blur + max(shift)
    if (corners.max(axis=0) < -reach).any() or (corners.min(axis=0) > np.float32([WIDTH, HEIGHT]) + reach).any():
        return
    mask = np.zeros((h // coarse, w // coarse), np.float32)
    cv2.fillPoly(mask, [np.int32((corners + shift) * SUPER / coarse * 16)], 1.0, shift=4)
    mask = 1 - depth * cv2.GaussianBlur(mask, (0, 0), blur * SUPER / coarse)
    canvas[:] = cv2.multiply(canvas, cv2.resize(mask, (w, h)), dtype=cv2.CV_8U)


def lay(canvas: np.ndarray, thing: Placed) -> None:
    """Puts a sheet into the part of the canvas that it covers."""
    zoom = np.diag([SUPER, SUPER, 1.0])
    full = zoom @ thing.place @ np.linalg.inv(zoom)
    corners = outline(thing.place, thing.sheet.size) * SUPER
    x0, y0 = np.maximum(np.floor(corners.min(axis=0)).astype(int) - 2, 0)
    x1, y1 = np.minimum(np.ceil(corners.max(axis=0)).astype(int) + 2, canvas.shape[::-1])
    if x1 <= x0 or y1 <= y0:
        return
    full = np.array([[1, 0, -x0], [0, 1, -y0], [0, 0, 1.0]]) @ full
    part = canvas[y0:y1, x0:x1]
    size = (int(x1 - x0), int(y1 - y0))
    picture, alpha, full = smaller(thing.sheet, full)
    seen = cv2.warpPerspective(picture, full, size)
    if alpha is None:
        mask = cv2.warpPerspective(np.full(picture.shape, 255, np.uint8), full, size)
        np.copyto(part, seen, where=mask > 127)
        return
    share = cv2.warpPerspective(alpha, full, size).astype(np.float32) / 255
    part[:] = part * (1 - share) + seen * share


def smaller(sheet: Sheet, full: np.ndarray) -> tuple:
    """A sheet that is seen at less than half its size is halved first, or its thin strokes would flicker."""
    picture, alpha = sheet.picture, sheet.alpha
    scale = math.sqrt(abs(np.linalg.det(full[:2, :2])))
    while scale < 0.6:
        half = (picture.shape[1] // 2, picture.shape[0] // 2)
        full = full @ np.diag([picture.shape[1] / half[0], picture.shape[0] / half[1], 1.0])
        picture = cv2.resize(picture, half, interpolation=cv2.INTER_AREA)
        alpha = None if alpha is None else cv2.resize(alpha, half, interpolation=cv2.INTER_AREA)
        scale *= 2
    return picture, alpha, full
