"""Labelled folders: which pictures there are and what each says.

A folder has labels.tsv, a row a picture: FILE<TAB>TEXT, with line breaks, tabs and backslashes in the text as \\n, \\t and \\\\. A
meta.json beside it may say {"case_sensitive": false} where the truth does not tell capitals from small letters, and {"note": "..."} for
the report. A folder whose texts all fit on one line holds lines, any other pages.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Folder:
    path: Path
    truths: dict  # file name -> text
    pages: bool
    case_sensitive: bool
    note: str

    @property
    def name(self):
        """The last two parts of the path: enough to tell `lines/x` from `pages/x`."""
        return "/".join(self.path.resolve().parts[-2:])


def unescape(text):
    return re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t"}.get(m[1], m[1]), text)


def rows(text):
    """The rows of a labels.tsv, or of anything else in its form, as (file, text)."""
    for number, row in enumerate(text.split("\n"), 1):
        if row.strip("\r"):
            file, tab, rest = row.rstrip("\r").partition("\t")
            if not tab:
                raise ValueError(f"row {number}: no tab: expected FILE<TAB>TEXT")
            yield file, unescape(rest.split("\t")[0])


def load(path, pages=None):
    """The folder at `path`; `pages` overrules what the texts look like. ValueError says what is wrong with it."""
    path = Path(path)
    labels = path / "labels.tsv"
    try:
        truths = dict(rows(labels.read_text(encoding="utf-8")))
        meta = path / "meta.json"
        meta = json.loads(meta.read_text(encoding="utf-8")) if meta.is_file() else {}
    except (OSError, ValueError) as e:
        raise ValueError(f"{labels}: {e}") from e
    if not truths:
        raise ValueError(f"{labels}: no rows in it")
    gone = [file for file in truths if not (path / file).is_file()]
    if gone:
        raise ValueError(f"{labels}: {gone[0]}: no such picture beside it" + (f", and {len(gone) - 1} more" if gone[1:] else ""))
    if pages is None:
        pages = any("\n" in text for text in truths.values())
    return Folder(path, truths, pages, meta.get("case_sensitive", True), meta.get("note", ""))
