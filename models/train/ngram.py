"""A character n-gram model of label text: lines of corpus.py in, one small file out (`../latin/text.ngram`; docs/decoder.md has its form).

    ngram.py ../latin/text.ngram --lines 2000000 --size 640000

Letters are folded to small ones and digits to one sign, as neither says much about what comes next; whether a letter is a capital
is a question of its own, answered by a table over the kinds of the characters before it. Estimated by Witten-Bell interpolation,
written as a back-off model. Pruned until the file fits: an n-gram stays for as many nats as the lines lose without it.
"""

import argparse
import random
import struct

import numpy as np

from charset import CHARSET
from corpus import Corpus
from foreign import read_of

VERSION = 1
ORDER = 6
# Nats are kept in steps of this.
STEP = 1 / 16
# Symbol of the start and the end of a line; the symbol of every digit is that of "0".
EDGE = 0
# Kinds of characters: those before a letter say whether it is a capital.
START, SMALL, CAPITAL, DIGIT, SPACE, OTHER = range(6)
KINDS = 6
# Kinds looked at before a letter, and the case of the last letter before it (none, small, capital).
KINDS_BEFORE = 3
CASES = 3


def kind(c):
    if c in "0123456789":
        return DIGIT
    if c == " ":
        return SPACE
    if c != c.lower() and c.lower() in CHARSET:
        return CAPITAL
    if c != c.upper() and c.upper() in CHARSET:
        return SMALL
    return OTHER


FOLDED = {c: "0" if kind(c) == DIGIT else c.lower() if kind(c) == CAPITAL else c for c in CHARSET}
SYMBOLS = sorted(set(FOLDED.values()))
SYMBOL = {c: 1 + SYMBOLS.index(f) for c, f in FOLDED.items()}
KIND = {c: kind(c) for c in CHARSET}
V = 1 + len(SYMBOLS)
assert V < 256


def lines(count, seed):
    """Symbols of all lines, an edge before, between and after them; and how often each (context, is a capital) was seen."""
    corpus = Corpus(random.Random(seed))
    table = str.maketrans({c: chr(s) for c, s in SYMBOL.items()})
    kinds = str.maketrans({c: chr(k) for c, k in KIND.items()})
    texts = list(filter(None, (read_of(corpus.pick(80)[1]) for _ in range(count))))
    whole = "\n".join(texts)
    symbols = "\0" + whole.translate(table | {ord("\n"): "\0"}) + "\0"
    shape = "\0" + whole.translate(kinds | {ord("\n"): chr(START)}) + "\0"
    return np.frombuffer(symbols.encode("latin-1"), np.uint8), np.frombuffer(shape.encode("latin-1"), np.uint8)


def case_table(kinds):
    """P(capital) by the last letter's case and the kinds before, as a byte: KINDS^3 rows of each case. As many as 255ths."""
    seen = np.zeros((CASES, KINDS, KINDS, KINDS, 2), np.int64)
    before = (START, START, START)
    last = 0
    for k in kinds.tolist():
        if k == START:
            before, last = (START, START, START), 0
            continue
        if k in (SMALL, CAPITAL):
            seen[(last, *before, int(k == CAPITAL))] += 1
            last = 2 if k == CAPITAL else 1
        before = (*before[1:], k)
    capital = (seen[..., 1] + 0.4) / (seen.sum(-1) + 1)
    return np.clip(np.round(capital * 255), 1, 254).astype(np.uint8).ravel()


def counts(symbols, order):
    """For each length, the n-grams (first symbol in the highest byte) in order and how often each was seen."""
    found = []
    # No n-gram reaches over the edge between two lines.
    inside = symbols != EDGE
    for n in range(1, order + 1):
        size = len(symbols) - n + 1
        keys = np.zeros(size, np.int64)
        whole = np.ones(size, bool)
        for i in range(n):
            keys = (keys << 8) | symbols[i : i + size]
            if 0 < i < n - 1:
                whole &= inside[i : i + size]
        keys, seen = np.unique(keys[whole], return_counts=True)
        found.append((keys, seen))
    return found


def at(keys, wanted):
    """Where `wanted` stands in the sorted `keys`, and whether it is there."""
    i = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return i, keys[i] == wanted


def low(keys, n):
    """The n-grams without their first symbol."""
    return keys & ((1 << (8 * (n - 1))) - 1)


def estimate(found):
    """ln P of each n-gram by Witten-Bell interpolation, and ln of the weight that its context gives to shorter ones."""
    logs, weights = [], []
    for n, (keys, seen) in enumerate(found, 1):
        if n == 1:
            p = np.full(V, 0.5)
            p[keys] += seen
            p = np.log(p / p.sum())
            found[0] = (np.arange(V), np.maximum(1, np.bincount(keys, seen, V)).astype(np.int64))
            logs.append(p)
            weights.append(np.zeros(V))
            continue
        _, first, group = np.unique(keys >> 8, return_index=True, return_inverse=True)
        total = np.bincount(group, seen)[group]
        kinds = np.bincount(group)[group]
        i, there = at(found[n - 2][0], low(keys, n))
        assert there.all()
        logs.append(np.log((seen + kinds * np.exp(logs[-1][i])) / (total + kinds)))
        weights.append(np.log(kinds / (total + kinds)))
    return logs, weights


def prune(found, logs, weights, limit):
    """Which n-grams of each length stay when each must be worth `limit` nats of the lines."""
    kept = [np.ones(V, bool)]
    for n in range(2, len(found) + 1):
        keys, seen = found[n - 1]
        i, _ = at(found[n - 2][0], low(keys, n))
        kept.append((seen >= 3) & (seen * (logs[n - 1] - weights[n - 1] - logs[n - 2][i]) > limit))
    for n in range(len(found), 2, -1):
        i, _ = at(found[n - 2][0], np.unique(found[n - 1][0][kept[n - 1]] >> 8))
        kept[n - 2][i] = True
    return kept


def backed_off(model, n, keys):
    """ln P of n-grams in the pruned model (a list of keys, ln P, ln of the back-off weight) of at most n symbols."""
    have, logs, _ = model[n - 1]
    i, there = at(have, keys)
    if there.all():
        return logs[i]
    out = np.where(there, logs[i], 0.0)
    rest = ~there
    contexts, _, backs = model[n - 2]
    j, known = at(contexts, keys[rest] >> 8)
    out[rest] = np.where(known, backs[j], 0.0) + backed_off(model, n - 1, low(keys[rest], n))
    return out


def pruned(found, logs, kept):
    """The n-grams that stay, in order: keys, ln P, and the weight with which each as a context hands on to the shorter one."""
    model = [[k[s], np.round(p[s] / STEP) * STEP, np.zeros(s.sum())] for (k, _), p, s in zip(found, logs, kept)]
    for n in range(2, len(model) + 1):
        keys, p, _ = model[n - 1]
        contexts, group = np.unique(keys >> 8, return_inverse=True)
        left = 1 - np.bincount(group, np.exp(p))
        free = 1 - np.bincount(group, np.exp(backed_off(model, n - 1, low(keys, n))))
        back = np.log(np.maximum(left, 1e-3) / np.maximum(free, 1e-3))
        i, there = at(model[n - 2][0], contexts)
        assert there.all()
        model[n - 2][2][i] = np.clip(np.round(back / STEP) * STEP, -128 * STEP, 127 * STEP)
    return model


def written(model, case):
    """The file: see docs/decoder.md."""
    out = [b"GLYPHNGR", struct.pack("<HBBI", VERSION, len(model), V, len(CHARSET))]
    for c in sorted(CHARSET):
        share = round(np.log(10) / STEP) if KIND[c] == DIGIT else 0
        out.append(struct.pack("<IBBB", ord(c), SYMBOL[c], KIND[c], share))
    out.append(case.tobytes())
    out.append(struct.pack(f"<{len(model)}I", *(len(keys) for keys, _, _ in model)))
    for n, (keys, p, back) in enumerate(model, 1):
        out.append((keys & 255).astype(np.uint8).tobytes())
        out.append(np.clip(np.round(-p / STEP), 0, 255).astype(np.uint8).tobytes())
        if n < len(model):
            out.append(np.round(back / STEP).astype(np.int8).tobytes())
            children = np.bincount(at(keys, model[n][0] >> 8)[0], minlength=len(keys))
            assert children.max() < 256
            out.append(children.astype(np.uint8).tobytes())
    return b"".join(out)


def main():
    args = argparse.ArgumentParser()
    args.add_argument("out")
    args.add_argument("--lines", type=int, default=2_000_000)
    args.add_argument("--size", type=int, default=640_000, help="bytes at most")
    args.add_argument("--order", type=int, default=ORDER)
    args.add_argument("--seed", type=int, default=1)
    args = args.parse_args()
    symbols, kinds = lines(args.lines, args.seed)
    print(f"{args.lines} lines, {len(symbols)} characters", flush=True)
    case = case_table(kinds[: 4_000_000])
    found = counts(symbols, args.order)
    logs, weights = estimate(found)
    # The limit at which the file just fits, by halving on a scale of ratios.
    least, most = 0.0, 12.0
    for _ in range(14):
        middle = (least + most) / 2
        kept = prune(found, logs, weights, np.exp(middle))
        size = sum(int(k.sum()) * (4 if n < args.order else 2) for n, k in enumerate(kept, 1))
        least, most = (least, middle) if size < args.size - 4096 else (middle, most)
    model = pruned(found, logs, prune(found, logs, weights, np.exp(most)))
    data = written(model, case)
    with open(args.out, "wb") as file:
        file.write(data)
    other, _ = lines(20_000, args.seed + 1)
    print(f"{args.out}: {len(data)} bytes, n-grams {[len(k) for k, _, _ in model]}, limit {np.exp(most):.1f} nats; "
          f"{-score(model, other) / np.log(2):.3f} bits a character of lines not seen, case and which digit aside", flush=True)


def score(model, symbols):
    """Mean ln P of symbols, edges at the ends of lines among them."""
    order = len(model)
    total = count = 0
    for n in range(2, order + 1):
        size = len(symbols) - n + 1
        keys = np.zeros(size, np.int64)
        whole = np.ones(size, bool)
        for i in range(n):
            keys = (keys << 8) | symbols[i : i + size]
            if 0 < i < n - 1:
                whole &= symbols[i : i + size] != EDGE
        # Shorter ones count only where the line has begun less than the order before.
        whole &= (symbols[:size] == EDGE) | (n == order)
        whole &= keys & 255 != keys >> (8 * (n - 1)) if n == 2 else True
        total += backed_off(model, n, keys[whole]).sum()
        count += whole.sum()
    return total / count


if __name__ == "__main__":
    main()
