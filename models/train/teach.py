"""Teaches the reader your own labels: goes on from its weights with your pictures of lines, and makes a model folder for `--model`.

    python teach.py FOLDER OUT [--start checkpoints/w384.pt] [--minutes 10]

FOLDER holds pictures of single lines and `labels.tsv`, a row FILE<TAB>TEXT for each; a few hundred rows are a good start, and the pictures should
be cut out as the finder cuts (see the strips of `glyphd read --explain`). Every fifth line is held back: what is said at the end was measured on
those. Between your lines the net sees as many rendered ones, so that it does not forget other print; these need the fonts of setup.sh.
"""

import argparse
import random
import shutil
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import torch

import augment
import shards
from charset import CHARSET
from quantise import quantise
from render import HEIGHT, canonical
from train import Trainer, evaluate

HELD_BACK = 5  # every so many lines
FEWEST = 20  # lines; of fewer nothing is learnt, and the held-back part says nothing
RATE = 2e-4  # below the rate of training: what the net knows is to stay
STEP_LINES = 64  # lines an update: a few hundred lines are seen in tens of updates
RENDERED_SHARDS = 4  # of the rendered lines, taken in turn
KEPT = ("finder.onnx", "text.ngram", "CARD.md")  # of the built-in model


def strip(path):
    """The picture as the reader sees it, or None when it cannot be opened."""
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if picture is None or min(picture.shape) < 4:
        return None
    width = max(8, round(picture.shape[1] * HEIGHT / picture.shape[0]))
    shrinks = picture.shape[0] > HEIGHT
    return canonical(cv2.resize(picture, (width, HEIGHT), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR))


def labelled(folder):
    """(pictures, texts) of the rows that can be used; says which cannot, and why."""
    labels, pictures, texts = folder / "labels.tsv", [], []
    try:
        rows = labels.read_text("utf8").splitlines()
    except (OSError, UnicodeDecodeError) as e:
        sys.exit(f"teach: {labels}: {e}: expected a row FILE<TAB>TEXT for each picture")
    for number, row in enumerate(rows, 1):
        where = f"teach: {labels}:{number}: left out:"
        file, tab, text = row.partition("\t")
        text, unknown = text.strip(), sorted(set(text.strip()) - set(CHARSET))
        if not tab or not text:
            print(f"{where} no text (expected FILE<TAB>TEXT)")
        elif "\\n" in text:
            print(f"{where} several lines: cut the picture into its lines")
        elif unknown:
            print(f"{where} the reader has no {' '.join(unknown)}")
        elif (picture := strip(folder / file)) is None:
            print(f"{where} {file} is no picture")
        elif picture.shape[1] < 4 * len(text):
            print(f"{where} {file} is too narrow for {len(text)} characters: is it cut to the line?")
        else:
            pictures.append(picture)
            texts.append(text)
    if len(texts) < FEWEST:
        sys.exit(f"teach: {labels}: {len(texts)} usable rows: at least {FEWEST} are needed")
    return pictures, texts


def split(pictures, texts):
    """((pictures, texts) to learn, those held back)"""
    order = random.Random(0).sample(range(len(texts)), len(texts))
    held, learnt = order[::HELD_BACK], [i for k, i in enumerate(order) if k % HELD_BACK]
    return [([pictures[i] for i in part], [texts[i] for i in part]) for part in (learnt, held)]


def main():
    here = Path(__file__).resolve().parent
    arguments = argparse.ArgumentParser()
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--start", type=Path, default=here / "checkpoints/w384.pt")
    arguments.add_argument("--run", type=Path, default=here / "runs/teach", help="rendered lines are kept here")
    arguments.add_argument("--minutes", type=float, default=10)
    a = arguments.parse_args()
    if not a.start.exists():
        sys.exit(f"teach: {a.start}: no such checkpoint")
    learnt, held = split(*labelled(a.folder))
    device = "cuda" if torch.cuda.is_available() else "cpu"
    (a.run / "last.pt").unlink(missing_ok=True)
    with shards.Ahead(a.run, 1) as ahead:
        other = [part[: shards.LINES // 4] for part in shards.load(a.run, ahead.wait(shards.VALIDATION))]
        trainer = Trainer(a.run, torch.load(a.start, map_location=device)["shape"], a.start, RATE, device, STEP_LINES)
        before = evaluate(trainer.net, *held, device), evaluate(trainer.net, *other, device)
        began, turn = time.monotonic(), 0
        done = lambda: (time.monotonic() - began) / 60 / a.minutes
        while done() < 1:
            rng, noise = random.Random(turn), np.random.default_rng(turn)
            pictures, texts = shards.load(a.run, ahead.wait(turn % RENDERED_SHARDS))
            chosen = rng.sample(range(len(texts)), min(len(texts), len(learnt[0])))
            mine = [augment.another(rng, noise, picture) if turn else picture for picture in learnt[0]]
            trainer.shard([*mine, *(pictures[i] for i in chosen)], [*learnt[1], *(texts[i] for i in chosen)], rng, done)
            turn += 1
        trainer.save()
        after = evaluate(trainer.net, *held, device), evaluate(trainer.net, *other, device)
    for name, was, now, lines in (("your lines, held back", before[0], after[0], held), ("rendered lines", before[1], after[1], other)):
        print(f"{name} ({len(lines[1])}): CER {100 * was[0]:.2f} -> {100 * now[0]:.2f} %, read without error {100 * was[1]:.1f} -> {100 * now[1]:.1f} %")
    if after[0][0] >= before[0][0]:
        print("teach: nothing was gained: more lines, or others, are needed")
    a.out.mkdir(parents=True, exist_ok=True)
    for name in (*KEPT, "model.toml"):
        shutil.copy(here.parent / "latin" / name, a.out / name)
    quantise(a.run, a.out, *shards.load(a.run, shards.VALIDATION))
    print(f"teach: {a.out} is ready after {turn} turns: glyphd read --model {a.out}, or `[read] model` in the configuration")


if __name__ == "__main__":
    main()
