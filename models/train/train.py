"""Trains the reader on lines that it has rendered beside it; goes on from RUN/last.pt when it is there.

    python train.py RUN [--lines 1500000] [--minutes M] [--start CHECKPOINT] [--shape w384] [--peak 5e-4] [--renderers 1] [--threads 1]

--start begins with the weights of another run, whose shape may be smaller; the statistics of the norms stay as they are then, and are folded
into the weights. Without it the net learns from nothing, norms and all.

Shard after shard is rendered a little ahead of the training. Each is seen VIEWS times, AGAIN shards apart, the later times augmented. The rate
rises over WARM_UP lines, stays, and falls to zero over the last FALL of the lines; with --minutes, of the lines that can be seen in them.
RUN/last.pt holds the net, its running average (better while the rate is high), the optimisers and the place in the shards; SIGTERM ends the run
with that saved.
"""

import argparse
import copy
import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import numpy as np
import torch
from rapidfuzz.distance import Levenshtein
from torch import nn
from torch.nn import functional

import augment
import shards
from charset import CLASSES, ENCODE, greedy
from muon import optimisers
from net import SHAPES, Reader, grow, load
from render import HEIGHT

PEAK_RATE = 5e-4  # for a net that goes on; three times that from nothing
WARM_UP = 5_000  # lines
FALL = 0.3
VIEWS, AGAIN = 2, 3
STEP_LINES = 256  # lines an update: Muon's products are a sixth of the work at 100
PIXELS = 64 * 320  # px of width in one pass; larger passes are no faster
WIDTH_STEP = 32  # px; as the program's buckets
AVERAGE = 0.995  # weight of the past in the running average, an update; less at first
STEPS_A_CHARACTER = 8  # a line's loss is shared by its characters, at least one in so many steps: lines without text must not outweigh all others
CHECKED_LINES = 1000
CHECK_EVERY = 6  # turns


def batches(pictures, texts, rng):
    """Lines that share a width in steps of WIDTH_STEP, padded on the right with each line's own last column, as the program does it."""
    buckets = {}
    for i in range(len(texts)):
        buckets.setdefault(-(-pictures[i].shape[1] // WIDTH_STEP) * WIDTH_STEP, []).append(i)
    groups = [(width, lines[k :: -(-len(lines) * width // PIXELS)]) for width, lines in buckets.items() for k in range(-(-len(lines) * width // PIXELS))]
    if rng:
        rng.shuffle(groups)
    for width, group in groups:
        x = np.empty((len(group), 1, HEIGHT, width), np.uint8)
        for k, i in enumerate(group):
            picture = pictures[i]
            x[k, 0, :, : picture.shape[1]] = picture
            x[k, 0, :, picture.shape[1] :] = int(np.median(picture[:, -1]))
        yield torch.from_numpy(x).float() / 127.5 - 1, [texts[i] for i in group]


def evaluate(net, pictures, texts, device):
    """(CER, share of lines read without error)"""
    net.eval()
    wrong = total = exact = 0
    with torch.inference_mode():
        for x, truth in batches(pictures, texts, None):
            for read, true in zip(greedy(net.along(net.frozen(x.to(device))).argmax(2).tolist()), truth):
                wrong += Levenshtein.distance(read, true)
                total += len(true)
                exact += read == true
    net.train()
    return wrong / total, exact / len(texts)


def loss_of(scores, texts):
    """The mean over the lines of the CTC loss a character."""
    steps = scores.shape[1]
    targets = torch.tensor([ENCODE[c] for t in texts for c in t])
    lengths = torch.tensor([len(t) for t in texts])
    each = functional.ctc_loss(scores.log_softmax(2).transpose(0, 1), targets, torch.full_like(lengths, steps), lengths, reduction="none", zero_infinity=True)
    return (each / lengths.clamp_min(steps / STEPS_A_CHARACTER).to(each)).sum()


def fast_type(device):
    """bfloat16 where the processor multiplies it faster than float32."""
    quick = device == "cuda" or "avx512_bf16" in Path("/proc/cpuinfo").read_text()
    return torch.bfloat16 if quick else torch.float32


def view(turn):
    """(shard, which view of it) of a turn; shards below zero are left out."""
    number, later = divmod(turn, VIEWS)
    return number - later * AGAIN, later


class Trainer:
    """The net, its average and optimisers, and how far they are. `seen` and `turn` count this run, `before` the lines of those it came
    from; `pending` lines have added to the gradients since the last update."""

    def __init__(self, run, shape, start, peak, device, step_lines=STEP_LINES):
        self.last, self.device, self.peak, self.step_lines = run / "last.pt", device, peak, step_lines
        self.type = fast_type(device)
        self.seen = self.turn = self.before = self.pending = 0
        state = torch.load(self.last, map_location=device) if self.last.exists() else {}
        self.shape, self.frozen = state.get("shape", shape), state.get("frozen", start is not None)
        self.net = Reader(CLASSES, self.shape).to(device)
        if start and not state:
            self.begin(torch.load(start, map_location=device))
        self.average = copy.deepcopy(self.net)
        self.optimisers = optimisers(self.net)
        if state:
            self.seen, self.turn, self.before = state["seen"], state["turn"], state["before"]
            self.net.load_state_dict(state["net"])
            self.average.load_state_dict(state["average"])
            for optimiser, kept in zip(self.optimisers, state["optimisers"]):
                optimiser.load_state_dict(kept)

    def begin(self, state):
        self.before = state["seen"] + state.get("before", 0)
        grow(self.net, load(state).to(self.device), torch.rand(64, 1, HEIGHT, 320, device=self.device) * 2 - 1)

    def save(self):
        part = self.last.with_suffix(".part")
        kept = {name: getattr(self, name) for name in ("shape", "frozen", "seen", "turn", "before")}
        torch.save({"net": self.net.state_dict(), "average": self.average.state_dict(), "optimisers": [o.state_dict() for o in self.optimisers], **kept}, part)
        part.rename(self.last)

    def backward(self, x, texts):
        x = x.to(self.device)
        if self.frozen:
            features = self.net.frozen(x, self.type)
        else:
            with torch.autocast(self.device, self.type, enabled=self.type != torch.float32):
                features = self.net.convolutions(x)
        loss = loss_of(self.net.along(features), texts)
        (loss / self.step_lines).backward()
        return loss.item()

    def update(self, done):
        rate = self.peak * min(1, self.seen / WARM_UP + 0.02) * min(1, (1 - done) / FALL)
        nn.utils.clip_grad_norm_(self.net.parameters(), 5.0)
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = rate
            optimiser.step()
            optimiser.zero_grad()
        updates = self.seen / self.step_lines
        past = min(AVERAGE, (1 + updates) / (10 + updates))
        with torch.no_grad():
            for mine, new in zip(self.average.state_dict().values(), self.net.state_dict().values()):
                mine.lerp_(new, 1 - past) if mine.is_floating_point() else mine.copy_(new)

    def shard(self, pictures, texts, rng, done):
        """Trains on a shard's lines; `done` tells how much of the run is behind. Gives the mean loss of a line."""
        loss, begun = 0.0, self.seen
        for x, some in batches(pictures, texts, rng):
            loss += self.backward(x, some)
            self.seen += len(some)
            self.pending += len(some)
            if self.pending >= self.step_lines:
                self.update(done())
                self.pending = 0
            if done() >= 1:
                break
        return loss / (self.seen - begun)

    def check(self, held, **more):
        row = {"lines": self.seen, **more}
        for name, net in (("", self.net), ("_average", self.average))[: 2 if self.seen else 1]:
            cer, exact = evaluate(net, *held, self.device)
            row |= {"cer" + name: round(cer, 4), "exact" + name: round(exact, 4)}
        print(json.dumps(row), flush=True)
        with open(self.last.parent / "curve.jsonl", "a") as curve:
            curve.write(json.dumps(row) + "\n")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("run", type=Path)
    arguments.add_argument("--lines", type=int, default=1_500_000)
    arguments.add_argument("--minutes", type=float, default=float("inf"))
    arguments.add_argument("--shape", default="w384", choices=SHAPES)
    arguments.add_argument("--start", type=Path)
    arguments.add_argument("--peak", type=float)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--threads", type=int, default=os.cpu_count())
    arguments.add_argument("--renderers", type=int, default=1)
    a = arguments.parse_args()
    with shards.Ahead(a.run, a.renderers) as ahead:
        torch.set_num_threads(a.threads)
        torch.manual_seed(a.seed)
        device = "cuda" if torch.cuda.is_available() else "cpu"
        trainer = Trainer(a.run, a.shape, a.start, a.peak or PEAK_RATE * (1 if a.start else 3), device)
        held = [part[:CHECKED_LINES] for part in shards.load(a.run, ahead.wait(shards.VALIDATION))]
        if not trainer.seen:
            trainer.check(held)
        began, began_at, loss = time.monotonic(), trainer.seen, None
        signal.signal(signal.SIGTERM, lambda *_: sys.exit())

        def done():
            spent, seen = (time.monotonic() - began) / 60, trainer.seen - began_at
            if spent >= a.minutes:
                return 1
            within = seen * a.minutes / spent if seen else float("inf")
            return trainer.seen / min(a.lines, began_at + within)

        try:
            while done() < 1:
                number, later = view(trainer.turn)
                if number >= 0:
                    rng, noise = random.Random(f"{a.seed}/{trainer.turn}"), np.random.default_rng((a.seed, trainer.turn))
                    pictures, texts = shards.load(a.run, ahead.wait(number))
                    if later:
                        pictures = [augment.another(rng, noise, picture) for picture in pictures]
                    loss = trainer.shard(pictures, texts, rng, done)
                trainer.turn += 1
                trainer.save()
                if loss is not None and (trainer.turn % CHECK_EVERY == 0 or done() >= 1):
                    speed = (trainer.seen - began_at) / (time.monotonic() - began)
                    trainer.check(held, loss=round(loss, 4), lines_per_s=round(speed))
        except SystemExit:  # the shard begins again when the run goes on
            trainer.save()
            raise


if __name__ == "__main__":
    main()
