#!/usr/bin/env python3
"""Puts a few frames of each long scene side by side: docs/img/scenes.jpg.

    python3 tests/scenes/sheet.py target/scenes docs/img/scenes.jpg
"""

import sys
from pathlib import Path

import cv2
import numpy as np

# Three frames that tell what happens.
FRAMES = {
    "held": (30, 80, 260), "dim": (22, 120, 300), "refocus": (8, 45, 132), "occlusion": (20, 99, 218),
    "twin": (60, 94, 160), "light": (75, 345, 406), "bottle": (15, 68, 190), "turned": (30, 99, 225),
    "near-far": (30, 150, 285), "static": (0, 225, 449),
}
SIZE = (272, 153)
QUALITY = 72


def main() -> None:
    scenes, out = Path(sys.argv[1]), sys.argv[2]
    blocks = []
    for name, numbers in FRAMES.items():
        frames = []
        for number in numbers:
            picture = cv2.imread(str(scenes / name / f"{number:04d}.jpg"), cv2.IMREAD_GRAYSCALE)
            small = cv2.resize(picture, SIZE, interpolation=cv2.INTER_AREA)
            frames.append(np.pad(small, 1, constant_values=255))
        title = np.full((20, frames[0].shape[1] * len(frames)), 255, np.uint8)
        cv2.putText(title, name, (3, 15), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 0, 1, cv2.LINE_AA)
        blocks.append(np.vstack([title, np.hstack(frames)]))
    cv2.imwrite(out, np.vstack(blocks), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])


if __name__ == "__main__":
    main()
