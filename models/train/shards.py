"""Rendered lines on disk: shards of LINES lines, each made from its own seed, so that any machine renders the same ones.

    python shards.py RUN FIRST LAST [--workers N]     renders RUN/lines/FIRST.npz to LAST-1.npz, skipping those that are there

`Ahead` renders them as they are needed.
"""

import argparse
import multiprocessing
import os
import random
from pathlib import Path

import numpy as np

import corpus
import foreign
import render
from typefaces import Typefaces, find_fonts

LINES = 4000
VALIDATION = 90000  # number of the shard that is never trained on
LONGEST = 80  # characters
COURTESY = 5  # added to the niceness of renderers, so that they take what the training leaves


def path(run, number):
    return Path(run) / "lines" / f"{number:05d}.npz"


def fonts(run):
    """The fonts of the reader's script, and those of others."""
    return Typefaces(find_fonts(Path(run) / "fonts.tsv"), foreign.find_fonts(Path(run) / "scripts.tsv"))


def make(job):
    run, number = job
    out = path(run, number)
    if out.exists():
        return number
    words = corpus.Corpus(random.Random(number))
    renderer = render.Renderer(fonts(run), number, words)
    pictures, texts, kinds = [], [], []
    while len(texts) < LINES:
        kind, drawn = None, None
        while drawn is None:  # a text that cannot be drawn gives way to another of its kind, so that the shares hold
            kind, text = words.pick(LONGEST, kind)
            drawn = renderer.line(text, kind) if text or kind == corpus.NOTHING else None
        pictures.append(drawn[0])
        texts.append(drawn[1])
        kinds.append(kind)
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_suffix(f".{os.getpid()}.part.npz")
    widths = np.array([p.shape[1] for p in pictures], np.int32)
    np.savez(part, luma=np.hstack(pictures), widths=widths, texts=np.array(texts), kinds=np.array(kinds))
    part.rename(out)
    return number


def load(run, number):
    """([picture: HEIGHT x width, uint8], [text])"""
    with np.load(path(run, number)) as shard:
        ends = np.cumsum(shard["widths"])
        luma = shard["luma"]
        return [luma[:, e - w : e] for e, w in zip(ends, shard["widths"])], [str(t) for t in shard["texts"]]


def kinds(run, number):
    """The kind of each line."""
    with np.load(path(run, number)) as shard:
        return [str(kind) for kind in shard["kinds"]]


class Ahead:
    """Renders shards beside whoever waits for them, two a worker ahead and no more. Used as a context, before any other thread begins."""

    def __init__(self, run, workers):
        self.run, self.asked, self.depth = run, {}, 2 * workers
        fonts(run)
        self.pool = multiprocessing.get_context("fork").Pool(workers, os.nice, (COURTESY,))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.pool.terminate()

    def wait(self, number):
        """Gives the number when its shard is there; those after it are under way then."""
        for n in [number] if number == VALIDATION else range(number, number + 1 + self.depth):
            if n not in self.asked:
                self.asked[n] = self.pool.apply_async(make, ((self.run, n),))
        return self.asked[number].get()


def render_all(make):
    """The command line of a renderer: RUN FIRST LAST [--workers N]. `make` takes (run, number) and gives the number."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("run")
    arguments.add_argument("first", type=int)
    arguments.add_argument("last", type=int)
    arguments.add_argument("--workers", type=int, default=os.cpu_count())
    a = arguments.parse_args()
    fonts(a.run)
    with multiprocessing.Pool(a.workers) as pool:
        for number in pool.imap(make, [(a.run, n) for n in [VALIDATION, *range(a.first, a.last)]]):
            print(f"shard {number}", flush=True)


if __name__ == "__main__":
    render_all(make)
