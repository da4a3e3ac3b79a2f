"""Trains the reader on rendered lines; goes on from RUN/last.pt when it is there.

    python train.py RUN --lines 528000 [--shards 104] [--seed 1] [--batch 64] [--threads 1] [--start CHECKPOINT] [--peak 1.5e-3]

--start begins with the weights of another run, whose shape may have fewer convolutions. Shards are read in order the first time (waiting
for the renderer where it is behind), in a seeded order after that.
The learning rate rises over WARM_UP lines and falls along a cosine to the last line.
"""

import argparse
import json
import math
import os
import random
import time
from pathlib import Path

import numpy as np
import torch
from rapidfuzz.distance import Levenshtein
from torch import nn

import shards
from charset import CLASSES, ENCODE, greedy
from net import SHAPES, Reader, grow
from render import HEIGHT

PEAK_RATE = 1.5e-3
WARM_UP = 20_000  # lines
WIDTH_STEP = 32  # px; batches are padded to a multiple of it


def batches(pictures, texts, size, rng):
    """Lines of like width together; padded on the right with each line's own last column, as the program pads its buckets."""
    order = sorted(range(len(texts)), key=lambda i: pictures[i].shape[1] + (rng.random() * 30 if rng else 0))
    groups = [order[i : i + size] for i in range(0, len(order), size)]
    if rng:
        rng.shuffle(groups)
    for group in groups:
        widest = max(pictures[i].shape[1] for i in group) + (rng.choice([0, 0, 32, 64]) if rng else 0)
        width = -(-widest // WIDTH_STEP) * WIDTH_STEP
        x = np.empty((len(group), 1, HEIGHT, width), np.uint8)
        for k, i in enumerate(group):
            picture = pictures[i]
            x[k, 0, :, : picture.shape[1]] = picture
            x[k, 0, :, picture.shape[1] :] = int(np.median(picture[:, -1]))
        yield torch.from_numpy(x).float() / 127.5 - 1, [texts[i] for i in group]


def evaluate(net, pictures, texts, device):
    net.eval()
    wrong = total = exact = 0
    with torch.no_grad():
        for x, truth in batches(pictures, texts, 64, None):
            for read, true in zip(greedy(net(x.to(device)).argmax(2).tolist()), truth):
                wrong += Levenshtein.distance(read, true)
                total += len(true)
                exact += read == true
    net.train()
    return wrong / total, exact / len(texts)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("run", type=Path)
    arguments.add_argument("--lines", type=int, default=1_500_000)
    arguments.add_argument("--shards", type=int, default=160)
    arguments.add_argument("--shape", default="folded-6", choices=SHAPES)
    arguments.add_argument("--start", type=Path)
    arguments.add_argument("--peak", type=float, default=PEAK_RATE)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--batch", type=int, default=64)
    arguments.add_argument("--threads", type=int, default=os.cpu_count())
    a = arguments.parse_args()
    torch.set_num_threads(a.threads)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(a.seed)
    net = Reader(CLASSES, a.shape).to(device)
    net.convolutions.to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(net.parameters(), PEAK_RATE, weight_decay=1e-4)
    loss_of = nn.CTCLoss(zero_infinity=True)
    seen = turn = before = 0
    last = a.run / "last.pt"
    if last.exists():
        state = torch.load(last, map_location=device)
        net.load_state_dict(state["net"])
        optimiser.load_state_dict(state["optimiser"])
        seen, turn, before = state["seen"], state["turn"], state.get("before", 0)
        print(f"going on at {seen} lines", flush=True)
    while not shards.path(a.run, shards.VALIDATION).exists():
        time.sleep(1)
    held_pictures, held_texts = shards.load(a.run, shards.VALIDATION)
    if a.start and not last.exists():
        sample = next(batches(held_pictures[-256:], held_texts[-256:], 256, None))[0]
        earlier = torch.load(a.start, map_location=device)
        grow(net, earlier["net"], sample.to(device))
        before = earlier["seen"] + earlier.get("before", 0)
        print("begins with CER %.4f, exact %.4f" % evaluate(net, held_pictures[:1000], held_texts[:1000], device), flush=True)
    start, start_seen = time.time(), seen
    while seen < a.lines:
        epoch, position = divmod(turn, a.shards)
        rng = random.Random(f"{a.seed}/{turn}")
        order = list(range(a.shards))
        if epoch:
            random.Random(f"{a.seed}/{epoch}").shuffle(order)
        while not shards.path(a.run, order[position]).exists():
            time.sleep(1)
        losses = []
        for x, texts in batches(*shards.load(a.run, order[position]), a.batch, rng):
            rate = a.peak * min(1, seen / WARM_UP + 0.02) * (0.5 + 0.5 * math.cos(math.pi * min(1, seen / a.lines)) + 0.005)
            for group in optimiser.param_groups:
                group["lr"] = rate
            x = x.to(device).contiguous(memory_format=torch.channels_last)
            with torch.autocast(device, dtype=torch.bfloat16):
                features = net.convolutions(x)
            features = features.float().squeeze(2).transpose(1, 2)
            scores = net.out(net.gru(features)[0]).log_softmax(2).transpose(0, 1)
            targets = torch.tensor([ENCODE[c] for t in texts for c in t])
            lengths = torch.tensor([len(t) for t in texts])
            loss = loss_of(scores, targets, torch.full((len(texts),), scores.shape[0]), lengths)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 5.0)
            optimiser.step()
            seen += len(texts)
            losses.append(loss.item())
        turn += 1
        if turn % 4 == 0 or seen >= a.lines:
            cer, exact = evaluate(net, held_pictures[:1000], held_texts[:1000], device)
            row = {"lines": seen, "loss": round(float(np.mean(losses)), 4), "cer": round(cer, 4), "exact": round(exact, 4),
                   "lines_per_s": round((seen - start_seen) / (time.time() - start))}
            print(json.dumps(row), flush=True)
            with open(a.run / "curve.jsonl", "a") as curve:
                curve.write(json.dumps(row) + "\n")
            part = last.with_suffix(".part")
            torch.save({"net": net.state_dict(), "shape": a.shape, "optimiser": optimiser.state_dict(), "seen": seen, "turn": turn, "before": before}, part)
            part.rename(last)


if __name__ == "__main__":
    main()
