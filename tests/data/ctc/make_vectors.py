#!/usr/bin/env python3
"""Makes vectors.bin: inputs for the CTC decoder, and what a published decoder reads in them.

    pip install fast-ctc-decode==0.3.7 numpy
    python3 tests/data/ctc/make_vectors.py            # writes vectors.bin beside this file
    python3 tests/data/ctc/make_vectors.py --time     # times the published decoder on it

The published decoder runs with a beam of 8 and without a cut. Class 0 is the blank.

vectors.bin, all numbers little-endian; u8 kind, u16 steps, u16 classes, then by kind

- 0, line-like: for each step u8 count, then as often u8 class, u16 weight. All other classes of
  the step have the weight 0. The weights are what a recogniser could give: text of 3 to 4 steps a
  character, blanks between, a rival here and there that is almost as likely, and some noise.
- 1, random: u32 seed, u8 squarings. The weights come from the generator in `random_rows`.

and after that in both u16 length and as many u16 classes: the reading. Until the end of the file.
"""

import argparse
import pathlib
import struct
import time

import numpy as np
from fast_ctc_decode import beam_search, viterbi_search

BEAM = 8
HERE = pathlib.Path(__file__).resolve().parent
# Common words with double letters among them; which class stands for which letter is of no
# account to a decoder.
WORDS = (
    "best before lot net weight keep cool and dry store in fridge total amount cash invoice "
    "address street batch bottle coffee butter sugar process address miss little call 2026 100 "
    "11 22 1000 kg ml www http book see letter summer glass grass tree three apple small"
).split()


def random_rows(seed, squarings, steps, classes):
    """Weights from a linear congruential generator: the same in any language, bit by bit."""
    state = seed
    values = np.empty(steps * classes, dtype=np.float32)
    for at in range(len(values)):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        values[at] = np.float32(state >> 8) / np.float32(1 << 24)
    for _ in range(squarings):
        values = values * values
    return values.reshape(steps, classes)


def line_rows(rng, steps, classes, hardness):
    """u16 weights as a recogniser could give them, most of them 0."""
    logits = rng.normal(-7.0, 2.0, (steps, classes))
    logits[:, 0] = rng.normal(8.0, 0.7, steps)
    at = int(rng.integers(0, 3))
    while at < steps - 2:
        for letter in str(rng.choice(WORDS)) + " ":
            width = int(rng.integers(3, 5))
            if at + width > steps:
                break
            peak = at + width // 2
            label = 1 + ord(letter) % (classes - 1)
            rival = 1 + int(rng.integers(0, classes - 1))
            strength = rng.normal(13.0 - 4.0 * hardness, 1.0 + 2.0 * hardness)
            for step, share in ((peak - 1, 0.55), (peak, 1.0), (peak + 1, 0.45)):
                if 0 <= step < steps:
                    high = strength * share + rng.normal(0.0, 0.5)
                    logits[step, label] = max(logits[step, label], high)
                    if rng.random() < 0.15 + 0.5 * hardness:
                        near = high - rng.exponential(2.0 - hardness)
                        logits[step, rival] = max(logits[step, rival], near)
            at += width
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    weights = np.round(weights * 65535.0).astype(np.uint16)
    weights[weights < 3] = 0
    return weights


def alphabet(classes):
    return [chr(0x4E00 + at) for at in range(classes)]


def read(rows):
    text, _ = beam_search(rows, alphabet(rows.shape[1]), beam_size=BEAM, beam_cut_threshold=0.0)
    return [ord(letter) - 0x4E00 for letter in text]


def cases():
    rng = np.random.default_rng(20261122)
    for number in range(64):
        steps, classes = (80, 210) if number % 16 else (400, 210)
        weights = line_rows(rng, steps, classes, hardness=(number % 4) / 3.0)
        yield 0, weights.astype(np.float32), weights
    for number in range(60):
        steps = (20, 80, 80, 400)[number % 4]
        classes = (5, 40, 210)[number % 3]
        squarings = number % 6
        seed = 977 * number + 1
        yield 1, random_rows(seed, squarings, steps, classes), (seed, squarings)


def write():
    out = bytearray()
    for kind, rows, how in cases():
        out += struct.pack("<BHH", kind, *rows.shape)
        if kind == 0:
            for row in how:
                classes = np.flatnonzero(row)
                out += struct.pack("<B", len(classes))
                for label in classes:
                    out += struct.pack("<BH", label, row[label])
        else:
            out += struct.pack("<IB", *how)
        reading = read(rows)
        out += struct.pack(f"<H{len(reading)}H", len(reading), *reading)
    (HERE / "vectors.bin").write_bytes(out)
    print(len(out), "bytes")


def measure():
    """Median time of a line-like case of 80 steps and 210 classes, and of one of 400 steps."""
    lines = [rows for kind, rows, _ in cases() if kind == 0]
    for steps in (80, 400):
        for cut in (0.0, 1e-4):
            times, greedy = [], []
            for _ in range(20):
                for rows in lines:
                    if len(rows) != steps:
                        continue
                    rows = rows / rows.sum(axis=1, keepdims=True)
                    letters = tuple(alphabet(rows.shape[1]))
                    start = time.perf_counter()
                    try:
                        beam_search(rows, letters, beam_size=BEAM, beam_cut_threshold=cut)
                    except RuntimeError:
                        pass
                    times.append(time.perf_counter() - start)
                    start = time.perf_counter()
                    viterbi_search(rows, letters)
                    greedy.append(time.perf_counter() - start)
            print(
                f"fast-ctc-decode {steps} steps x 210 classes: beam {BEAM}, cut {cut:g}: "
                f"{np.median(times) * 1e6:.0f} us (greedy: {np.median(greedy) * 1e6:.0f} us)"
            )


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--time", action="store_true", help="time the published decoder instead")
    if options.parse_args().time:
        measure()
    else:
        write()
