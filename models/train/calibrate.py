"""Makes the reader's confidence mean something: the share of a line's characters that are right.

    python calibrate.py RUN GLYPHD MODEL [PLOT.svg]

Takes the validation shard's last lines, which nothing was trained, chosen or quantised on, and reads them with the program GLYPHD
and the model folder MODEL. Fits right = logistic(slope * logit(raw) + offset) (Platt 1999), writes slope and offset into
MODEL/model.toml, and tells the expected calibration error (Guo et al. 2017, 10 bins) before and after, on the half not fitted on.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
from rapidfuzz.distance import Levenshtein

import shards

LINES = 2000
BINS = 10
LEAST = 1e-4  # confidences are kept this far from 0 and 1, where the logit has no end
EVERYTHING = "[read]\nmin-confidence = 0.0\nmin-figures = 0.0\n"


def readings(glyphd, model, pictures, texts):
    """(raw confidence, share of characters right) of each line in which something is read."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        config = folder / "config.toml"
        config.write_text(EVERYTHING)
        paths = [folder / f"{i:05d}.png" for i in range(len(pictures))]
        for path, picture in zip(paths, pictures):
            cv2.imwrite(str(path), picture)
        command = [glyphd, "read", "--line", "--format", "json", "--config", config, "--model", model, *paths]
        rows = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    pairs = []
    for row, true in zip(map(json.loads, rows), texts, strict=True):
        read = "".join(line["text"] for line in row["lines"])
        if read:  # silence has no confidence
            wrong = Levenshtein.distance(read, true)
            pairs.append((row["lines"][0]["confidence"], max(0.0, 1 - wrong / max(len(true), len(read)))))
    return np.array(pairs).T


def logit(p):
    p = np.clip(p, LEAST, 1 - LEAST)
    return np.log(p / (1 - p))


def mapped(raw, slope, offset):
    return 1 / (1 + np.exp(-(slope * logit(raw) + offset)))


def fit(raw, right, rounds=50):
    """Slope and offset of least cross-entropy, by Newton's method."""
    x = np.stack([logit(raw), np.ones_like(raw)])
    w = np.array([1.0, 0.0])
    for _ in range(rounds):
        p = 1 / (1 + np.exp(-(w @ x)))
        hessian = (x * (p * (1 - p))) @ x.T + 1e-6 * np.eye(2)
        w -= np.linalg.solve(hessian, x @ (p - right))
    return w


def bins(confidence, right):
    """(mean confidence, mean share right, lines) of each of the BINS bins that has lines."""
    at = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return [(confidence[at == b].mean(), right[at == b].mean(), int((at == b).sum())) for b in range(BINS) if (at == b).any()]


def error(confidence, right):
    return sum(abs(c - r) * n for c, r, n in bins(confidence, right)) / len(right)


def plot(path, before, after):
    """The reliability diagram: a point for each bin, its size by the lines in it; on the diagonal is right."""
    side, edge = 320, 40
    place = lambda c, r: (edge + c * side, edge + (1 - r) * side)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side + 2 * edge} {side + 2 * edge}" font-family="sans-serif" font-size="12">',
        f'<rect width="100%" height="100%" fill="#fff"/><rect x="{edge}" y="{edge}" width="{side}" height="{side}" fill="none" stroke="#888"/>',
        f'<path d="M{edge} {edge + side}L{edge + side} {edge}" stroke="#888" stroke-dasharray="4 4"/>',
        f'<text x="{edge + side / 2}" y="{side + 2 * edge - 10}" text-anchor="middle">confidence told</text>',
        f'<text transform="translate(14 {edge + side / 2}) rotate(-90)" text-anchor="middle">characters right</text>',
    ]
    for colour, name, rows, y in (("#d9822b", "raw", before, 20), ("#2166ac", "calibrated", after, 36)):
        points = [(*place(c, r), 2 + 8 * (n / sum(row[2] for row in rows)) ** 0.5) for c, r, n in rows]
        line = "L".join(f"{x:.1f} {y:.1f}" for x, y, _ in points)
        parts.append(f'<path d="M{line}" fill="none" stroke="{colour}"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size:.1f}" fill="{colour}"/>' for x, y, size in points]
        parts.append(f'<text x="{edge + 8}" y="{edge + y}" fill="{colour}">{name}</text>')
    Path(path).write_text("\n".join([*parts, "</svg>\n"]))


def main():
    run, glyphd, model = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    settings = model / "model.toml"
    text = re.sub(r"\n\[confidence\]\n(?:.+\n)+", "", settings.read_text("utf8")).rstrip("\n") + "\n"
    settings.write_text(text, "utf8")
    pictures, texts = shards.load(run, shards.VALIDATION)
    raw, right = readings(glyphd, model, pictures[-LINES:], texts[-LINES:])
    half = len(raw) // 2
    slope, offset = fit(raw[:half], right[:half])
    raw, right = raw[half:], right[half:]
    told = mapped(raw, slope, offset)
    settings.write_text(text + f"""
[confidence]
# A line's raw confidence c becomes logistic(slope * logit(c) + offset): the share of its characters expected to be right.
slope = {slope:.4f}
offset = {offset:.4f}
""", "utf8")
    for confidence, share, lines in bins(told, right):
        print(f"told {confidence:.2f}  right {share:.2f}  lines {lines}")
    print(json.dumps({"slope": round(slope, 4), "offset": round(offset, 4), "ece_raw": round(error(raw, right), 4), "ece": round(error(told, right), 4)}))
    if len(sys.argv) > 4:
        plot(sys.argv[4], bins(raw, right), bins(told, right))


if __name__ == "__main__":
    main()
