"""Rendered lines on disk: shards of LINES lines, each made from its own seed, so that any machine renders the same ones.

    python shards.py RUN FIRST LAST [--workers N]     renders RUN/lines/FIRST.npz to LAST-1.npz, skipping those that are there
"""

import argparse
import os
import random
from multiprocessing import Pool
from pathlib import Path

import numpy as np

import corpus
import render

LINES = 4000
VALIDATION = 90000  # number of the shard that is never trained on
LONGEST = 80  # characters


def path(run, number):
    return Path(run) / "lines" / f"{number:05d}.npz"


def make(job):
    run, number = job
    out = path(run, number)
    if out.exists():
        return number
    fonts = render.find_fonts(Path(run) / "fonts.tsv")
    words = corpus.Corpus(random.Random(number))
    renderer = render.Renderer(fonts, number, words)
    pictures, texts = [], []
    while len(texts) < LINES:
        kind, drawn = None, None
        while drawn is None:  # a text that cannot be drawn gives way to another of its kind, so that the shares hold
            kind, text = words.pick(LONGEST, kind)
            drawn = renderer.line(text, kind) if text else None
        pictures.append(drawn[0])
        texts.append(drawn[1])
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_suffix(f".{os.getpid()}.part.npz")
    widths = np.array([p.shape[1] for p in pictures], np.int32)
    np.savez(part, luma=np.hstack(pictures), widths=widths, texts=np.array(texts))
    part.rename(out)
    return number


def load(run, number):
    """([picture: HEIGHT x width, uint8], [text])"""
    with np.load(path(run, number)) as shard:
        ends = np.cumsum(shard["widths"])
        luma = shard["luma"]
        return [luma[:, e - w : e] for e, w in zip(ends, shard["widths"])], [str(t) for t in shard["texts"]]


def render_all(make):
    """The command line of a renderer: RUN FIRST LAST [--workers N]. `make` takes (run, number) and gives the number."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("run")
    arguments.add_argument("first", type=int)
    arguments.add_argument("last", type=int)
    arguments.add_argument("--workers", type=int, default=os.cpu_count())
    a = arguments.parse_args()
    render.find_fonts(Path(a.run) / "fonts.tsv")
    with Pool(a.workers) as pool:
        for number in pool.imap(make, [(a.run, n) for n in [VALIDATION, *range(a.first, a.last)]]):
            print(f"shard {number}", flush=True)


if __name__ == "__main__":
    render_all(make)
