"""How well readings agree with truths.

Takes pairs of texts; gives sums over a set: edits over characters (CER), pairs that agree wholly or in letters and digits, words in both as
bags. White space runs count as one space, texts are in Unicode's form C, and where case does not count both sides are upper-cased.
`glyphd eval` counts the same way.
"""

import collections
import re
import unicodedata
from dataclasses import dataclass


def plain(text, case_sensitive=True):
    text = " ".join(unicodedata.normalize("NFC", text).split())
    return text if case_sensitive else text.upper()


def letters_and_digits(text):
    return "".join(c for c in unicodedata.normalize("NFC", text).lower() if c.isalnum())


def words(text):
    """The bag of words: runs of letters and digits, case aside."""
    return collections.Counter(re.findall(r"[^\W_]+", unicodedata.normalize("NFC", text).lower()))


def align(a, b):
    """One of the shortest ways from `a` to `b` (Levenshtein) as pairs of indices; None for what has no partner."""
    head = 0
    while head < min(len(a), len(b)) and a[head] == b[head]:
        head += 1
    tail = 0
    while tail < min(len(a), len(b)) - head and a[-1 - tail] == b[-1 - tail]:
        tail += 1
    x, y = a[head : len(a) - tail], b[head : len(b) - tail]
    cost = [list(range(len(y) + 1))]
    for i, p in enumerate(x, 1):
        above, row = cost[-1], [i]
        for j, q in enumerate(y, 1):
            row.append(min(above[j - 1] + (p != q), above[j] + 1, row[-1] + 1))
        cost.append(row)
    i, j, middle = len(x), len(y), []
    while i or j:
        if i and j and cost[i][j] == cost[i - 1][j - 1] + (x[i - 1] != y[j - 1]):
            i, j = i - 1, j - 1
            middle.append((head + i, head + j))
        elif i and cost[i][j] == cost[i - 1][j] + 1:
            i -= 1
            middle.append((head + i, None))
        else:
            j -= 1
            middle.append((None, head + j))
    ends = [(len(a) - tail + k, len(b) - tail + k) for k in range(tail)]
    return [(k, k) for k in range(head)] + middle[::-1] + ends


def confusions(truth, reading, case_sensitive=True):
    """What was read for what, as (true, read) characters that differ: "" read for a missed one, "" true for an added one."""
    a, b = plain(truth, case_sensitive), plain(reading, case_sensitive)
    pairs = (("" if i is None else a[i], "" if j is None else b[j]) for i, j in align(a, b))
    return [(true, read) for true, read in pairs if true != read]


@dataclass
class Score:
    pairs: int = 0
    chars: int = 0
    edits: int = 0
    exact: int = 0
    with_letters: int = 0  # pairs whose truth has a letter or digit
    alnum: int = 0
    common: int = 0
    true_words: int = 0
    read_words: int = 0

    def add(self, truth, reading, case_sensitive=True, count_edits=True):
        """Counts one pair; without `count_edits`, as for pages, where order is not asked for, characters are not."""
        a, b = plain(truth, case_sensitive), plain(reading, case_sensitive)
        self.pairs += 1
        if count_edits:
            self.chars += len(a)
            self.edits += len(confusions(truth, reading, case_sensitive))
        self.exact += a == b
        letters = letters_and_digits(truth)
        self.with_letters += bool(letters)
        self.alnum += bool(letters) and letters == letters_and_digits(reading)
        true, read = words(truth), words(reading)
        self.common += sum((true & read).values())
        self.true_words += sum(true.values())
        self.read_words += sum(read.values())

    @property
    def cer(self):
        return self.edits / max(1, self.chars)

    @property
    def exact_share(self):
        return self.exact / max(1, self.pairs)

    @property
    def alnum_share(self):
        return self.alnum / max(1, self.with_letters)

    @property
    def recall(self):
        return self.common / max(1, self.true_words)

    @property
    def f1(self):
        return 2 * self.common / max(1, self.true_words + self.read_words)


def of_folder(folder, texts):
    """The score of a folder's readings (file name -> text); a file that has none counts as read as nothing."""
    score = Score()
    for file, truth in folder.truths.items():
        score.add(truth, texts.get(file, ""), folder.case_sensitive, count_edits=not folder.pages)
    return score
