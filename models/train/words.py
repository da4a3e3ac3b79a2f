"""The words that the reader leans on, as a filter that knows them and holds none: `../latin/words.filter` (docs/decoder.md has its form).

    words.py ../latin/words.filter

They come from Debian's lists (wordlists.py) and from what packs say (corpus.py); CARD.md has the lists and their licences.
"""

import argparse
import math
import re
import struct
from array import array
from pathlib import Path

from wordlists import DICT, KNOWN, SPELLING, spelling_list

VERSION = 1
SEED_TRIES = 100
M64 = (1 << 64) - 1


def hashed(word):
    """FNV-1a of 32 bits over the characters."""
    h = 0x811C9DC5
    for c in word:
        h = ((h ^ ord(c)) * 0x01000193) & 0xFFFFFFFF
    return h


def mixed(n):
    n = ((n ^ (n >> 33)) * 0xFF51AFD7ED558CCD) & M64
    n = ((n ^ (n >> 33)) * 0xC4CEB9FE1A85EC53) & M64
    return n ^ (n >> 33)


def places(m, segment, first):
    a = (m * first) >> 64
    return a, (a + segment) ^ ((m >> 18) & (segment - 1)), (a + 2 * segment) ^ (m & (segment - 1))


def filter_of(numbers):
    """The file: a binary fuse filter of 8 bits (Graf and Lemire, "Binary Fuse Filters", 2022) of some numbers, each once."""
    n = len(numbers)
    segment = 1 << int(math.log(n) / math.log(3.33) + 2.25)
    capacity = n * max(1.125, 0.875 + 0.25 * math.log(1e6) / math.log(n))
    segments = max(1, math.ceil(capacity / segment) - 2)
    first, size = segment * segments, segment * (segments + 2)
    for seed in range(SEED_TRIES):
        keys = [mixed(number | seed << 32) for number in numbers]
        # Of each place: how many keys have it, and all of them together; the last one left alone there can be set.
        count, together = array("i", bytes(4 * size)), [0] * size
        for m in keys:
            for p in places(m, segment, first):
                count[p] += 1
                together[p] ^= m
        order = []
        alone = [p for p in range(size) if count[p] == 1]
        while alone:
            p = alone.pop()
            if count[p] != 1:
                continue
            m = together[p]
            order.append((m, p))
            for q in places(m, segment, first):
                count[q] -= 1
                together[q] ^= m
                if count[q] == 1:
                    alone.append(q)
        if len(order) == n:
            break
    else:
        raise SystemExit("words: no seed fits: are some numbers there twice?")
    prints = bytearray(size)
    for m, p in reversed(order):
        value = (m ^ (m >> 32)) & 255
        for q in places(m, segment, first):
            if q != p:
                value ^= prints[q]
        prints[p] = value
    return b"GLYPHWRD" + struct.pack("<4I", VERSION, seed, segment, segments) + bytes(prints)


# How long the words are that are taken of each list. Long words are many, mostly forms and compounds of others, and a list
# that lacks some does no harm: a word costs the same however far it is from one that is known.
LONGEST = {
    "american-english-large": 17, "british-english": 17, "spanish": 13, "italian": 13, "ngerman": 11, "french": 11, "dutch": 8, "swedish": 11,
    "portuguese": 8, "danish": 9, "cs_CZ": 9, "sk_SK": 7, "hu_HU": 12, "ro_RO": 9, "hr_HR": 12, "sl_SI": 7, "lt_LT": 10, "lv_LV": 10, "et_EE": 7,
    "is_IS": 7, "tr_TR": 8, "polish": 7,
}
# What packs say and few lists have.
PACKS = (
    "fructose glucose dextrose sucrose lactose glycerin glycerine glycerol lecithin emulsifier thickener preservative sweetener tocopherol niacin riboflavin "
    "fruktose glukosesirup emulgator verdickungsmittel konservierungsstoff säuerungsmittel süßungsmittel speisesalz aroma molkenpulver "
    "sirop émulsifiant lécithine épaississant conservateur édulcorant glycérine arômes poudre lactosérum "
    "fruttosio glucosio saccarosio lattosio destrosio sciroppo emulsionante lecitina addensante conservante dolcificante glicerina aromi siero "
    "fructosa glucosa sacarosa jarabe emulgente espesante conservador edulcorante glicerina aromas suero tortilla tortillas "
    "frutose glicose sacarose xarope emulsionante espessante conservante adoçante glicerina aromas soro "
    "fructosestroop emulgator verdikkingsmiddel conserveermiddel zoetstof weipoeder fruktoza glukoza syrop emulgator lecytyna zagęstnik konserwant "
    "fruktóza glukóza sirup emulgátor lecitin zahušťovadlo konzervant fruktos glukos sirap emulgeringsmedel förtjockningsmedel konserveringsmedel "
    "fruktoosi glukoosi siirappi emulgointiaine säilöntäaine ainekset suola sokeri vehnä maito rasva proteiini ravintoarvo parasta ennen"
)
# Shorter runs of letters are words in some language nearly always.
SHORTEST = 3
HERE = Path(__file__).parent


def runs(text):
    """The runs of letters of a text, in small letters."""
    return [run for run in re.findall(r"[^\W\d_]+", text.lower()) if len(run) >= SHORTEST and KNOWN.issuperset(run)]


def all_words():
    """What packs say, from the texts of the corpus, and the words of all lists."""
    words = {run for name in ("corpus.py", "structure.py", "wordlists.py") for run in runs((HERE / name).read_text("utf8"))} | set(runs(PACKS))
    for name, longest in LONGEST.items():
        lines = spelling_list(name, KNOWN) if name in SPELLING else (DICT / name).read_text("utf8", "ignore").splitlines()
        if not lines:
            raise SystemExit(f"the list {name} is missing: run models/train/setup.sh")
        before = len(words)
        words.update(run for line in lines for run in runs(line) if len(run) <= longest)
        print(f"{name}: {len(words) - before} words more")
    return words


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    file = parser.parse_args().file
    found = all_words()
    data = filter_of(sorted({hashed(word) for word in found}))
    file.write_bytes(data)
    print(f"{file}: {len(found)} words, {len(data)} bytes")
