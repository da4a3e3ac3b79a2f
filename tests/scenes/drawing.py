"""Draws printed labels, the room they are in, and what a webcam makes of them; render.py and long.py use it.

Every pixel is drawn here, so that anyone may ship the pictures. Sizes are in pixels of the final picture, which is
1280x720; sheets and scenes are drawn `SUPER` times larger and averaged down.
"""

import math
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1280, 720
SUPER = 2  # The scene is drawn this many times larger and then averaged down, as a lens and a pixel do.
FOCAL = 1400.0  # Pixels; about the field of view of a common webcam at 720p (49 degrees across).

FONTS = {
    "sans": "dejavu/DejaVuSans.ttf",
    "sans-bold": "dejavu/DejaVuSans-Bold.ttf",
    "serif-bold": "dejavu/DejaVuSerif-Bold.ttf",
    "condensed": "dejavu/DejaVuSansCondensed.ttf",
    "liberation": "liberation/LiberationSans-Regular.ttf",
    "liberation-bold": "liberation/LiberationSans-Bold.ttf",
    "liberation-serif": "liberation/LiberationSerif-Bold.ttf",
    "mono-bold": "liberation/LiberationMono-Bold.ttf",
    "lato": "lato/Lato-Medium.ttf",
    "lato-bold": "lato/Lato-Bold.ttf",
    "lato-black": "lato/Lato-Black.ttf",
    "roboto": "roboto/unhinted/RobotoTTF/Roboto-Regular.ttf",
    "roboto-bold": "roboto/unhinted/RobotoTTF/Roboto-Bold.ttf",
}

INK, PAPER = (26, 24, 28), (246, 244, 238)


@dataclass
class Line:
    """One printed line; `height` is that of its capitals, in pixels of the final picture."""

    text: str
    font: str
    height: float
    x: float
    y: float  # Of the baseline.
    colour: tuple = INK


@dataclass
class Label:
    """A flat printed sheet in pixels of the final picture: bands of colour below lines of text."""

    size: tuple
    lines: list
    bands: list = field(default_factory=list)  # (x0, y0, x1, y1, colour)
    bars: tuple | None = None  # (x0, y0, x1, y1): a bar code, so that not all that is dark is text.


def font_of_capitals(name: str, height: float) -> ImageFont.FreeTypeFont:
    """The font in the size whose capital H is `height` pixels high."""
    path = f"/usr/share/fonts/truetype/{FONTS[name]}"
    probe = ImageFont.truetype(path, 1000).getbbox("H", anchor="ls")
    size = height * 1000 / -probe[1]
    try:
        return ImageFont.truetype(path, size)
    except TypeError:  # Before its version 10.1, Pillow knew whole sizes alone.
        return ImageFont.truetype(path, round(size))


def print_label(label: Label, rng: np.random.Generator) -> np.ndarray:
    """The sheet as it lies flat, RGBA, `SUPER` times its size."""
    width, height = (v * SUPER for v in label.size)
    sheet = Image.new("RGB", (width, height), PAPER)
    draw = ImageDraw.Draw(sheet)
    for *box, colour in label.bands:
        draw.rectangle([v * SUPER for v in box], fill=colour)
    for line in label.lines:
        font = font_of_capitals(line.font, line.height * SUPER)
        right = draw.textbbox((line.x * SUPER, line.y * SUPER), line.text, font=font, anchor="ls")[2]
        if right > width - 10 * SUPER:
            raise SystemExit(f"'{line.text}' is {right / SUPER:.0f} px wide, wider than its label")
        draw.text((line.x * SUPER, line.y * SUPER), line.text, fill=line.colour, font=font, anchor="ls")
    if label.bars:
        x0, y0, x1, y1 = (v * SUPER for v in label.bars)
        x = x0
        while x < x1:
            bar, gap = rng.integers(1, 4, 2) * SUPER * 2
            draw.rectangle([x, y0, min(x + bar, x1) - 1, y1], fill=INK)
            x += bar + gap
    rgb = np.asarray(sheet, np.float32)
    # Ink is never flat and paper has a grain.
    grain = cv2.GaussianBlur(rng.normal(0, 6, rgb.shape[:2]).astype(np.float32), (0, 0), 1.2 * SUPER)
    rgb = np.clip(rgb + grain[..., None], 0, 255)
    return np.dstack([rgb, np.full(rgb.shape[:2], 255, np.float32)]).astype(np.uint8)


def pose(size: tuple, centre: tuple, pitch: float, yaw: float, roll: float, scale: float = 1.0) -> np.ndarray:
    """Where a pinhole camera sees a sheet: homography from sheet to picture, both in final pixels; degrees."""
    a, b, c = (math.radians(v) for v in (pitch, yaw, roll))
    rx = np.array([[1, 0, 0], [0, math.cos(a), -math.sin(a)], [0, math.sin(a), math.cos(a)]])
    ry = np.array([[math.cos(b), 0, math.sin(b)], [0, 1, 0], [-math.sin(b), 0, math.cos(b)]])
    rz = np.array([[math.cos(c), -math.sin(c), 0], [math.sin(c), math.cos(c), 0], [0, 0, 1]])
    turn = rx @ ry @ rz
    w, h = size
    flat = np.float32([[0, 0], [w, 0], [w, h], [0, h]])
    seen = []
    for x, y in flat:
        p = turn @ np.array([x - w / 2, y - h / 2, 0.0]) * scale + np.array([0, 0, FOCAL])
        seen.append([centre[0] + FOCAL * p[0] / p[2], centre[1] + FOCAL * p[1] / p[2]])
    return cv2.getPerspectiveTransform(flat, np.float32(seen))


def lay(scene: np.ndarray, sheet: np.ndarray, place: np.ndarray) -> None:
    """Puts an RGBA sheet into the scene; both are `SUPER` times their final size."""
    zoom = np.diag([SUPER, SUPER, 1.0])
    full = zoom @ place @ np.linalg.inv(zoom)
    seen = cv2.warpPerspective(sheet, full, (scene.shape[1], scene.shape[0]), flags=cv2.INTER_AREA)
    alpha = seen[..., 3:].astype(np.float32) / 255
    scene[:] = scene * (1 - alpha) + seen[..., :3] * alpha


def shade(scene: np.ndarray, outline: np.ndarray, depth: float, blur: float, shift: tuple) -> None:
    """Darkens the scene where a sheet with this outline (final pixels) keeps the light off."""
    # A shadow is soft: an eighth of the resolution shows the same and takes a hundredth of the time.
    coarse = 8 if blur >= 8 else 1
    height, width = scene.shape[:2]
    mask = np.zeros((height // coarse, width // coarse), np.float32)
    cv2.fillPoly(mask, [np.int32((outline + shift) * SUPER / coarse)], 1.0)
    mask = cv2.resize(cv2.GaussianBlur(mask, (0, 0), blur * SUPER / coarse), (width, height))
    scene *= 1 - depth * mask[..., None]


def outline(place: np.ndarray, size: tuple) -> np.ndarray:
    w, h = size
    return cv2.perspectiveTransform(np.float32([[[0, 0], [w, 0], [w, h], [0, h]]]), place)[0]


def room(rng: np.random.Generator, edge: float) -> np.ndarray:
    """A wall and a wooden table that meet at row `edge`, out of focus as things behind the label are."""
    w, h = WIDTH * SUPER, HEIGHT * SUPER
    split = int(edge * SUPER)
    scene = np.empty((h, w, 3), np.float32)
    scene[:split] = (176, 178, 172)
    grain = cv2.resize(rng.normal(0, 1, (h // 6, 40)).astype(np.float32), (w, h), interpolation=cv2.INTER_CUBIC)
    fine = cv2.resize(rng.normal(0, 1, (h // 2, 90)).astype(np.float32), (w, h), interpolation=cv2.INTER_LINEAR)
    wood = np.float32([148, 108, 72]) * (1 + 0.09 * grain[..., None] + 0.03 * fine[..., None])
    scene[split:] = wood[split:]
    for plank in range(split, h, 130 * SUPER):
        cv2.line(scene, (0, plank), (w, plank + 8 * SUPER), (84, 60, 40), 2 * SUPER)
    return cv2.GaussianBlur(scene, (0, 0), 2.2 * SUPER)


def photograph(scene: np.ndarray, rng: np.random.Generator, *, blur: float, noise: float) -> np.ndarray:
    """Soft uneven light, a lens that is a little out of focus, a sensor that is a little noisy."""
    h, w = scene.shape[:2]
    y, x = np.mgrid[0:h:8, 0:w:8].astype(np.float32)
    lamp = np.exp(-(((x / w - 0.3) / 0.85) ** 2) - ((y / h - 0.25) / 0.95) ** 2)
    light = cv2.resize(0.58 + 0.46 * lamp, (w, h))
    scene = cv2.GaussianBlur(scene * light[..., None], (0, 0), blur * SUPER)
    small = cv2.resize(scene, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    sensed = small + rng.normal(0, noise, small.shape[:2])[..., None] + rng.normal(0, noise / 2, small.shape)
    return np.clip(sensed, 0, 255).astype(np.uint8)


def save(path: Path, rgb: np.ndarray, quality: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(rgb).save(path, quality=quality, optimize=True)


SKIN, SKIN_DARK = (206, 152, 122), (160, 108, 84)


def hand(scene: np.ndarray, at: np.ndarray, front: bool) -> None:
    """A hand that holds the card at its lower right corner: palm and arm behind it, the thumb before it."""
    layer = np.zeros((*scene.shape[:2], 4), np.uint8)

    def limb(points: list, width: float, colour: tuple) -> None:
        track = np.int32([(at + p) * SUPER for p in points])
        for a, b in zip(track, track[1:]):
            cv2.line(layer, tuple(map(int, a)), tuple(map(int, b)), (*colour, 255), int(width * SUPER), cv2.LINE_AA)

    if front:
        limb([(64, 6), (20, -20), (-36, -34)], 50, SKIN_DARK)
        limb([(66, 2), (20, -23), (-35, -37)], 45, SKIN)
        limb([(-34, -41), (-48, -44)], 24, (226, 180, 156))
    else:
        limb([(20, -10), (60, 70), (92, 140)], 112, SKIN_DARK)
        limb([(112, 168), (240, 460)], 150, (70, 78, 92))
    layer = cv2.GaussianBlur(layer, (0, 0), 1.5 * SUPER)
    alpha = layer[..., 3:].astype(np.float32) / 255
    scene[:] = scene * (1 - alpha) + layer[..., :3] * (alpha > 0) * alpha
