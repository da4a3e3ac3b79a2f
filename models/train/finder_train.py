"""Trains the finder on rendered scenes; goes on from RUN/finder.pt when it is there.

    python finder_train.py RUN --crops 200000 [--seed 1] [--batch 16] [--threads 1]

Takes whichever shards are there, one after another at random; each scene gives crops of other size, turn and tone every time.
What ships is the running mean of the weights (`mean` in the checkpoint).
"""

import argparse
import copy
import json
import math
import os
import random
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, smooth_l1_loss

import finder_scenes as scenes
from finder_net import FACTOR, KERNEL, STRIDE, UNIT, Finder, unfold

cv2.setNumThreads(1)
CROP = 352  # px
PER_SCENE = 3  # crops from a scene that was decoded
PEAK_RATE = 3e-3
WARM_UP = 4_000  # crops
MEAN = 0.998  # share of the running mean that each step keeps
# Heights of lines in px: below TINY they are not asked for; from LARGE they are sought in a smaller copy of the picture.
TINY, LARGE, TOO_LARGE = 5.5, 84, 110
KERNEL_FROM, KERNEL_TO = 0.29, 0.71  # of a line's height, from its top
OUTSIDE = 9  # an outline where the scene has ended
BEYOND = [[[a, b], [c, b], [c, d], [a, d]] for a, b, c, d in ((-9, -9, 0, 9), (1, -9, 9, 9), (-9, -9, 9, 0), (-9, 1, 9, 9))]
INSET = 0.12  # of a line's height, at both ends


def bands(points):
    """The polygons of a line's outline: all of it, with the gaps above and below, and its middle."""
    half = len(points) // 2
    above, below = points[:half], points[half:]
    across = below - above
    height = float(np.hypot(across[:, 0], across[:, 1]).mean())

    def band(top, bottom):
        return np.concatenate([above + across * top, (above + across * bottom)[::-1]])

    middle = band(KERNEL_FROM, KERNEL_TO)
    along = above[-1] - above[0]
    length = math.hypot(*along)
    step = along * (min(INSET * height, 0.3 * length) / max(length, 1e-3))
    middle[[0, -1]] += step
    middle[[half - 1, half]] -= step
    return band(0, 1), band(-0.15, 1.15), middle


def fill(canvas, polygon, value, scale):
    """Fills a polygon given in pixels of the crop on a map that is `scale` times as large; centres of pixels count."""
    polygon = np.clip((polygon * scale - 0.5) * 16, -30000, 30000)
    cv2.fillPoly(canvas, [np.round(polygon).astype(np.int32)], value, cv2.LINE_8, 4)


def truth(outlines, size):
    """Maps of a crop: (middles of lines, weight) at half size and (height and axis; where) at an eighth."""
    middle, weight = np.zeros((size // 2, size // 2), np.uint8), np.full((size // 2, size // 2), 2, np.uint8)
    cells = np.zeros((size // STRIDE, size // STRIDE), np.int16)  # numbers of rows of `values`
    values = [(0.0,) * 3]
    for kind, points in outlines:
        low, high = points.min(0), points.max(0)
        if high.min() < -2 or low.max() > size + 2:
            continue
        if kind in (scenes.PANEL, OUTSIDE):
            for canvas, value, scale in ((middle, 0, 0.5), (weight, 2 if kind == scenes.PANEL else 0, 0.5), (cells, 0, 1 / STRIDE)):
                fill(canvas, points, value, scale)
            continue
        half = len(points) // 2
        height = float(np.linalg.norm(points[half:] - points[:half], axis=1).mean())
        if height > TOO_LARGE:
            continue
        whole, around, inner = bands(points)
        if kind == scenes.BLUR or height < TINY or height > LARGE:
            fill(weight, whole, 0, 0.5)
            continue
        fill(weight, around, 4, 0.5)  # the gap between lines is what keeps them apart
        fill(middle, inner, 1, 0.5)
        for i in range(half - 1):
            x, y = points[i + 1] - points[i] + points[half + i + 1] - points[half + i]
            length = math.hypot(x, y) or 1.0
            c, s = x / length, y / length
            values.append((math.log2(height / UNIT), c * c - s * s, 2 * c * s))
            fill(cells, points[[i, i + 1, half + i + 1, half + i]], len(values) - 1, 1 / STRIDE)
    field = np.array(values, np.float32)[cells].transpose(2, 0, 1) * FACTOR
    return middle, weight, field, (cells > 0).astype(np.uint8)


def crops(scene, r, n, training=True):
    """Crops of a scene: (picture, *truth)."""
    jpeg, outlines = scene
    picture = cv2.imdecode(jpeg, cv2.IMREAD_GRAYSCALE)
    for _ in range(PER_SCENE if training else 1):
        scale = math.exp(r.uniform(math.log(0.55), math.log(1.5))) if training else 1.0
        if training and r.random() < 0.06:
            scale = r.uniform(0.25, 0.55)
        turn = math.radians(r.gauss(0, 3)) if training else 0.0
        if training and r.random() < 0.25:
            turn += r.choice([math.pi / 2, math.pi, -math.pi / 2])
        small = picture
        if scale < 0.75:
            small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        k = scale * picture.shape[0] / small.shape[0]
        c, s = math.cos(turn) * scale, math.sin(turn) * scale
        # Somewhere that has text more often than not.
        lines = [p for kind, p in outlines if kind == scenes.LINE]
        if training and lines and r.random() < 0.7:
            centre = r.choice(lines).mean(0) + n.normal(0, 0.25 * CROP / scale, 2)
        else:
            centre = n.uniform(0.2, 0.8, 2) * scenes.SIDE if training else np.array([scenes.SIDE / 2] * 2)
        margin = min(CROP / 2 / scale, scenes.SIDE / 2)
        centre = np.clip(centre, margin, scenes.SIDE - margin)
        m = np.array([[c, -s, 0], [s, c, 0]])
        m[:, 2] = CROP / 2 - m[:, :2] @ centre
        # Pixel centres: point (x, y) of the picture is at x - 0.5 of OpenCV's pixels.
        inner = m.copy()
        inner[:, :2] /= scale / k
        inner[:, 2] += inner[:, :2] @ [0.5, 0.5] - 0.5
        out = cv2.warpAffine(small, inner, (CROP, CROP), flags=cv2.INTER_LINEAR, borderMode=r.choice([cv2.BORDER_REPLICATE, cv2.BORDER_CONSTANT]), borderValue=r.randint(0, 255))
        beyond = [(OUTSIDE, scenes.SIDE * np.array(q)) for q in BEYOND]
        moved = [(kind, (points @ m[:, :2].T + m[:, 2]).astype(np.float32)) for kind, points in [*outlines, *beyond]]
        if training:
            out = out.astype(np.float32)
            if r.random() < 0.5:
                out = 255 - out
            if r.random() < 0.5:
                out = out * r.uniform(0.4, 1.2) + r.uniform(-30, 40)
            if r.random() < 0.25:
                out = out + n.normal(0, r.uniform(1, 14), out.shape).astype(np.float32)
            out = np.clip(out, 0, 255).astype(np.uint8)
        yield out, *truth(moved, CROP)


def batch_of(rows, device):
    pictures, middles, weights, fields, wheres = (np.stack(column) for column in zip(*rows))
    x = torch.from_numpy(pictures)[:, None].float() / 127.5 - 1
    maps = [torch.from_numpy(m).float().to(device) for m in (middles, weights, fields, wheres)]
    return x.to(device).contiguous(memory_format=torch.channels_last), *maps


def losses(out, middle, weight, field, where):
    logits = unfold(out[:, :KERNEL])[:, 0]
    weight = weight / 2
    cross = (binary_cross_entropy_with_logits(logits, middle, reduction="none") * weight * (1 + middle)).mean()
    p, seen = logits.sigmoid(), (weight > 0).float()
    dice = 1 - (2 * (p * middle * seen).sum() + 1) / ((p * seen).sum() + (middle * seen).sum() + 1)
    count = where.sum() + 1
    regress = (smooth_l1_loss(out[:, KERNEL:], field, reduction="none") * where[:, None]).sum() / count
    return 3 * cross + dice + 0.15 * regress, cross, dice, regress


def evaluate(net, held, device):
    net.eval()
    total = np.zeros(3)
    with torch.no_grad():
        for i in range(0, len(held), 16):
            x, *maps = batch_of(held[i : i + 16], device)
            total += [v.item() for v in losses(net(x), *maps)[1:]]
    net.train()
    return total / math.ceil(len(held) / 16)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("run", type=Path)
    arguments.add_argument("--crops", type=int, default=200_000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--batch", type=int, default=16)
    arguments.add_argument("--threads", type=int, default=os.cpu_count())
    a = arguments.parse_args()
    torch.set_num_threads(a.threads)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(a.seed)
    net = Finder().to(device, memory_format=torch.channels_last)
    mean = copy.deepcopy(net)
    optimiser = torch.optim.AdamW(net.parameters(), PEAK_RATE, weight_decay=1e-4)
    seen, last = 0, a.run / "finder.pt"
    if last.exists():
        state = torch.load(last, map_location=device)
        net.load_state_dict(state["net"])
        mean.load_state_dict(state["mean"])
        optimiser.load_state_dict(state["optimiser"])
        seen = state["seen"]
        print(f"going on at {seen} crops", flush=True)
    while not scenes.path(a.run, scenes.VALIDATION).exists():
        time.sleep(1)
    r, n = random.Random(0), np.random.default_rng(0)
    held = [row for scene in scenes.load(a.run, scenes.VALIDATION) for row in crops(scene, r, n, training=False)]
    r, n = random.Random(f"{a.seed}/{seen}"), np.random.default_rng([a.seed, seen])
    start, start_seen, told = time.time(), seen, time.time()
    sums, count = np.zeros(3), 0
    while seen < a.crops:
        there = sorted(int(p.stem) for p in (a.run / "scenes").glob("?????.npz") if int(p.stem) != scenes.VALIDATION)
        if not there:
            time.sleep(1)
            continue
        # A few shards mixed, so that the crops of one scene seldom meet in a batch.
        shards = [scene for number in r.sample(there, min(3, len(there))) for scene in scenes.load(a.run, number)]
        r.shuffle(shards)
        rows = []
        for scene in shards:
            rows += crops(scene, r, n)
            if len(rows) < 4 * a.batch:
                continue
            r.shuffle(rows)
            for i in range(0, len(rows) - a.batch + 1, a.batch):
                rate = PEAK_RATE * min(1, seen / WARM_UP + 0.02) * (0.5 + 0.5 * math.cos(math.pi * min(1, seen / a.crops)) + 0.003)
                for group in optimiser.param_groups:
                    group["lr"] = rate
                x, *maps = batch_of(rows[i : i + a.batch], device)
                with torch.autocast(device, dtype=torch.bfloat16):
                    out = net(x)
                loss, *parts = losses(out.float(), *maps)
                optimiser.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(net.parameters(), 5.0)
                optimiser.step()
                seen += a.batch
                keep = min(MEAN, seen / a.batch / (seen / a.batch + 20))
                with torch.no_grad():
                    for m, v in zip(mean.state_dict().values(), net.state_dict().values()):
                        if v.dtype.is_floating_point:
                            m.lerp_(v, 1 - keep)
                sums, count = sums + [p.item() for p in parts], count + 1
            rows = []
            if time.time() - told > 60 or seen >= a.crops:
                held_losses = evaluate(mean, held, device)
                names = ("cross", "dice", "field")
                row = {"crops": seen, **{k: round(float(v), 4) for k, v in zip(names, sums / count)},
                       **{f"held_{k}": round(float(v), 4) for k, v in zip(names, held_losses)},
                       "crops_per_s": round((seen - start_seen) / (time.time() - start), 1)}
                print(json.dumps(row), flush=True)
                with open(a.run / "finder.jsonl", "a") as curve:
                    curve.write(json.dumps(row) + "\n")
                part = last.with_suffix(".part")
                torch.save({"net": net.state_dict(), "mean": mean.state_dict(), "optimiser": optimiser.state_dict(), "seen": seen}, part)
                part.rename(last)
                told, sums, count = time.time(), np.zeros(3), 0
            if seen >= a.crops:
                break


if __name__ == "__main__":
    main()
