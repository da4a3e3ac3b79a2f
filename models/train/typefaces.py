"""The fonts that the lines are set in: which of the installed ones do, and faces of them at a size."""

import logging
import random
import subprocess
from functools import lru_cache
from pathlib import Path

import numpy as np
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont

import foreign
import installed
from charset import ASCII, CHARSET, READ_AS

logging.getLogger("fontTools").setLevel(logging.ERROR)
# Not text, or text that nobody could read.
UNFIT = "symbol dingbat emoji barcode math dseg lastresort blank icon braille signwriting ornament swash hearts stars wager binary binx futhark klingon guiada pautada ellen elleboli alfa-beta initial fraktur gotic solidemirage opensymbol".split()
DISPLAY_HEADING = "# Display, hand-like, stencil"
# Names of monospaced type, which keeps its shape when it is drawn as a few dots.
EVEN = "mono code courier hack ocr inconsolata agave hermit fantasque spleen proggy 3270 typewriter".split()
# Condensed and engineering sans, as plates are stamped in.
PLATES = "roadgeek opendin din overpass osifont bebas yanone national routed dosis liberationsansnarrow cond narrow oswald league plate".split()
TOLD = "ABCDEFGHKLMNPQRSTUVWXYZabdefghkmnpqrtyz2345679"
LEAST_TOLD = 0.33  # share of these that must be nearest to themselves
MISSING = "\uffff"  # no character
PER_FAMILY = 6  # fonts of one family at most, so that the large families do not drown the rest


def display_files():
    """The font files of the packages that fonts.txt lists as display type."""
    listed = (Path(__file__).parent / "fonts.txt").read_text().split(DISPLAY_HEADING)[1].split()
    return set(subprocess.run(["dpkg", "-L", *listed], capture_output=True, text=True).stdout.splitlines())


def has_glyphs(face, cmap):
    """The characters that the font really draws: some map signs that they lack to nothing, or to the box for what is missing."""
    missing = bytes(face.getmask(MISSING))
    pictures = {c: bytes(face.getmask(c)) for c in (*CHARSET, *READ_AS) if ord(c) in cmap}
    return frozenset(c for c, picture in pictures.items() if c == " " or any(picture) and picture != missing) | {" "}


def find_fonts(cache: Path):
    """The fonts to use: [path, covered characters, has its own small letters, is display type]. Kept in `cache`: it takes a while."""
    if cache.exists():
        rows = [line.split("\t") for line in cache.read_text("utf8").splitlines()]
        return [(path, frozenset(covered), cased == "1", display == "1") for path, cased, display, covered in rows]
    display = display_files()
    paths = [p for p in installed.fonts() if not any(u in Path(p).name.lower() for u in UNFIT)]
    random.Random(0).shuffle(paths)
    families, fonts = {}, []
    for path in paths:
        try:
            cmap = TTFont(path, lazy=True, fontNumber=0).getBestCmap()
            face = ImageFont.truetype(path, 32)
            covered = has_glyphs(face, cmap)
            pictures = {c: np.asarray(ink(face, c)) for c in "aegnAEGN0" if c in covered}
        except Exception:  # a font that FreeType or fontTools will not take is simply not used
            continue
        if sum(c in covered for c in ASCII) < 85 or len(pictures) < 9 or min(p.size for p in pictures.values()) < 16:
            continue
        family = Path(path).stem.split("-")[0][:12]
        families[family] = families.get(family, 0) + 1
        if families[family] > PER_FAMILY:
            continue
        same = sum(pictures[a].shape == pictures[b].shape and np.abs(pictures[a].astype(int) - pictures[b]).mean() < 8 for a, b in ("aA", "eE", "gG", "nN"))
        fonts.append((path, covered, same < 3, str(Path(path).resolve()) in display or path in display))
    fonts = recognisable(sorted(fonts))
    cache.parent.mkdir(parents=True, exist_ok=True)
    cache.write_text("\n".join(f"{p}\t{int(cased)}\t{int(display)}\t{''.join(sorted(c))}" for p, c, cased, display in fonts), "utf8")
    return fonts


def shapes(path):
    """Each of the letters and figures as a small picture of unit norm, one a row."""
    face = ImageFont.truetype(path, 24)
    rows = [np.asarray(ink(face, c).resize((12, 12), Image.Resampling.BOX), np.float32).ravel() for c in TOLD]
    rows = np.array([row - row.mean() for row in rows])
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1)


def recognisable(fonts):
    """The fonts less the display fonts whose letters are mostly nearer to another letter of the average plain font: nobody could read them."""
    average = np.mean([shapes(f[0]) for f in fonts if not f[3] and set(TOLD) <= f[1]], 0)
    kept = []
    for font in fonts:
        if font[3]:
            nearest = (shapes(font[0]) @ average.T).argmax(1)
            told = np.mean([TOLD[k].lower() == c.lower() for c, k in zip(TOLD, nearest)])
            if told < LEAST_TOLD:
                continue
        kept.append(font)
    return kept


def ink(face, text):
    """The text alone on black, cut to its box, as a Pillow picture."""
    x0, y0, x1, y1 = face.getbbox(text)
    picture = Image.new("L", (max(1, x1 - x0), max(1, y1 - y0)), 0)
    ImageDraw.Draw(picture).text((-x0, -y0), text, fill=255, font=face)
    return picture


@lru_cache(maxsize=3000)
def font(path, size):
    return ImageFont.truetype(path, size)


class Typefaces:
    """Chooses fonts by use from a list of `find_fonts`, and for other scripts from one of `foreign.find_fonts`."""

    def __init__(self, fonts, foreign_fonts=()):
        self.foreign = foreign_fonts
        self.plain = [f for f in fonts if not f[3]]
        self.display = [f for f in fonts if f[3]] or self.plain
        self.even = self.named(EVEN)
        self.plates = self.named(PLATES)

    def named(self, names):
        return [f for f in self.plain if any(n in Path(f[0]).name.lower() for n in names)] or self.plain

    def choose(self, r, text, pool):
        """A font of `pool`, or one of the script if the text is of another, that has the characters, and the text as that font
        writes it; None if none is found soon."""
        if foreign.strange(text):
            path = foreign.choose(r, self.foreign, text)
            return path and (path, text)
        for _ in range(6):
            path, covered, cased, _ = r.choice(pool)
            if set(text) <= covered:
                written = text if cased else text.upper()
                if set(written) <= covered:
                    return path, written
        return None
