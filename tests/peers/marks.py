"""Shows where a reading departs from the truth: as HTML, character by character, or as the words that are missing."""

import html

from scoring import align, plain, words


def reading_marked(truth, reading, case_sensitive=True):
    """The reading with <b> round what is wrong, <b class=added> round what is not in the truth and <s> round what was missed."""
    a, b = plain(truth), plain(reading)
    if not b:
        return "<span class=none>(nothing)</span>"
    # Character by character, as upper-casing a whole text can change how long it is.
    fold = (lambda text: list(text)) if case_sensitive else (lambda text: [c.upper() for c in text])
    keys = fold(a), fold(b)
    parts, right = [], True
    for i, j in align(*keys):
        if i is not None and j is not None and keys[0][i] == keys[1][j]:
            parts.append(html.escape(b[j]))
            continue
        right = False
        if j is None:
            parts.append(f"<s>{visible(a[i])}</s>")
        else:
            parts.append(f"<b{' class=added' if i is None else ''}>{visible(b[j])}</b>")
    return "".join(parts) + (' <span class="ok">✓</span>' if right else "")


def visible(char):
    return "␣" if char == " " else html.escape(char)


def missed_words(truth, reading):
    """The words of the truth that were not read, in no particular order but the same each time."""
    return sorted((words(truth) - words(reading)).elements())
