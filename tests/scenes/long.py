#!/usr/bin/env python3
"""Draws the long scenes: 30 s each at 15 frames a second, as a webcam sees them, with what is true in every frame.

Gives OUT/NAME/0000.jpg and so on (1280x720, grey), OUT/NAME/truth.jsonl, a line for each frame (see truth.py), and
OUT/NAME/scene.json: what the scene shows, its rate, and which of its labels are pages. Made up and drawn as all the
pictures here; the same seed and the same versions of the packages give the same frames.

    apt-get install python3-opencv python3-numpy python3-pil \\
        fonts-dejavu-extra fonts-liberation fonts-lato fonts-roboto-unhinted
    python3 tests/scenes/long.py [--out target/scenes] [NAME ...]
"""

import argparse
import json
import time
import zlib
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import cv2
import numpy as np

from camera import FPS, Camera
from scripts import SCENES
from truth import frame_truth

FRAMES = 450
QUALITY = 85
PROCESSES = 2


def draw(name: str, out: Path, seed: int, frames: int) -> str:
    """One scene; gives how long it took, in words."""
    start = time.monotonic()
    cv2.setNumThreads(1)
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    camera = Camera(rng, edge=rng.uniform(380, 480))
    scene = SCENES[name](rng)
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.jpg"):
        old.unlink()
    with open(folder / "truth.jsonl", "w") as truth:
        for number in range(frames):
            t = number / FPS
            shot = scene.shot(t)
            picture = camera.shoot(scene.view, t, **shot)
            cv2.imwrite(str(folder / f"{number:04d}.jpg"), picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
            truth.write(json.dumps(frame_truth(number, t, scene.view, shot, camera)) + "\n")
    about = {"name": name, "about": scene.__doc__, "fps": FPS, "pages": scene.pages}
    (folder / "scene.json").write_text(json.dumps(about) + "\n")
    return f"{name}: {frames} frames in {time.monotonic() - start:.0f} s"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(SCENES) + " (default: all)")
    parser.add_argument("--out", type=Path, default=Path("target/scenes"))
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--frames", type=int, default=FRAMES)
    args = parser.parse_args()
    names = args.names or list(SCENES)
    if unknown := set(names) - set(SCENES):
        parser.error(f"no scene {', '.join(sorted(unknown))}; there are {', '.join(SCENES)}")
    with ProcessPoolExecutor(PROCESSES) as pool:
        for said in pool.map(draw, names, *([v] * len(names) for v in (args.out, args.seed, args.frames))):
            print(said, flush=True)


if __name__ == "__main__":
    main()
