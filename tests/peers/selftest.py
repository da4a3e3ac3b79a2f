#!/usr/bin/env python3
"""The comparison's own tests: scoring, alignment, folders, marks and the page, by cases made by hand. Needs Python alone."""

import json
import random
import re
import subprocess
import sys
import tempfile
import unittest
from html.parser import HTMLParser
from pathlib import Path

import labelled
import readers
import report
from marks import missed_words, reading_marked
from scoring import Score, align, confusions, letters_and_digits, of_folder, plain, words

HERE = Path(__file__).resolve().parent
# The smallest PNG: one grey pixel.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c636000000002000148afa4710000000049454e44ae426082"
)


def slow_distance(a, b):
    """Levenshtein as its definition says."""
    if not a or not b:
        return len(a) + len(b)
    return min(slow_distance(a[1:], b[1:]) + (a[0] != b[0]), slow_distance(a[1:], b) + 1, slow_distance(a, b[1:]) + 1)


class Scoring(unittest.TestCase):
    def test_white_space_form_and_case(self):
        self.assertEqual(plain(" a \n\t b "), "a b")
        self.assertEqual(plain("e\u0301"), "é")
        self.assertEqual(plain("Lot é", case_sensitive=False), "LOT É")
        self.assertEqual(letters_and_digits("L-4 127_Äé!"), "l4127äé")
        self.assertEqual(words("Best-before best_BY 12"), {"best": 2, "before": 1, "by": 1, "12": 1})

    def test_a_set_by_hand(self):
        score = Score()
        for truth, reading in [("12.50", "12,50"), ("three words here", "three words"), ("A b", "a  B"), ("---", "--")]:
            score.add(truth, reading)
        self.assertEqual((score.pairs, score.exact), (4, 0))
        self.assertEqual((score.alnum, score.with_letters), (2, 3))
        self.assertEqual((score.edits, score.chars), (1 + 5 + 2 + 1, 5 + 16 + 3 + 3))
        self.assertAlmostEqual(score.cer, 9 / 27)
        self.assertAlmostEqual(score.recall, 6 / 7)
        self.assertAlmostEqual(score.f1, 12 / 13)

    def test_case_aside(self):
        score = Score()
        score.add("BEST BEFORE", "best before", case_sensitive=False)
        self.assertEqual((score.exact, score.edits), (1, 0))

    def test_nothing(self):
        self.assertEqual([Score().cer, Score().exact_share, Score().alnum_share, Score().recall, Score().f1], [0] * 5)

    def test_confusions(self):
        self.assertEqual(confusions("EXP 10", "EXP 1O"), [("0", "O")])
        self.assertEqual(confusions("BEST BY", "BESTBY."), [(" ", ""), ("", ".")])
        self.assertEqual(confusions("kitten", "sitting"), [("k", "s"), ("e", "i"), ("", "g")])
        self.assertEqual(confusions("Ab", "aB", case_sensitive=False), [])

    def test_alignments_are_shortest_and_in_order(self):
        chance = random.Random(1)
        for _ in range(300):
            a, b = ("".join(chance.choices("ab ", k=chance.randrange(7))) for _ in range(2))
            pairs = align(a, b)
            self.assertEqual([i for i, _ in pairs if i is not None], list(range(len(a))))
            self.assertEqual([j for _, j in pairs if j is not None], list(range(len(b))))
            cost = sum(i is None or j is None or a[i] != b[j] for i, j in pairs)
            self.assertEqual(cost, slow_distance(a, b), (a, b))


class Folders(unittest.TestCase):
    def folder(self, labels, meta=None, files=("a.png", "b.png")):
        path = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (path / "labels.tsv").write_text(labels, encoding="utf-8")
        for file in files:
            (path / file).write_bytes(PIXEL)
        if meta:
            (path / "meta.json").write_text(json.dumps(meta), encoding="utf-8")
        return path

    def test_lines_and_pages_tell_themselves(self):
        lines = labelled.load(self.folder("a.png\tone\nb.png\tt\\\\n\\tw\textra\n"))
        self.assertEqual((lines.truths, lines.pages, lines.case_sensitive), ({"a.png": "one", "b.png": "t\\n\tw"}, False, True))
        pages = labelled.load(self.folder("a.png\tone\\ntwo\n", {"case_sensitive": False}))
        self.assertEqual((pages.truths["a.png"], pages.pages, pages.case_sensitive), ("one\ntwo", True, False))
        self.assertTrue(labelled.load(self.folder("a.png\tone\n"), pages=True).pages)

    def test_what_is_wrong_is_said(self):
        for labels, said in [("a.png one\n", "row 1: no tab"), ("\n", "no rows"), ("a.png\tx\nc.png\ty\n", "c.png: no such picture")]:
            with self.assertRaisesRegex(ValueError, said):
                labelled.load(self.folder(labels))
        with self.assertRaisesRegex(ValueError, "labels.tsv"):
            labelled.load("/nowhere")

    def test_a_missing_reading_is_an_empty_one(self):
        folder = labelled.load(self.folder("a.png\tab\nb.png\tcd\n"))
        self.assertEqual(of_folder(folder, {"a.png": "ab"}).cer, 0.5)


class Processes(unittest.TestCase):
    def test_output_time_and_memory(self):
        out, cpu, peak = readers.process([sys.executable, "-c", "import sys; print(sys.stdin.read().split())"], 60, ["a", "b"])
        self.assertEqual(out.strip(), "['a', 'b']")
        self.assertGreater(cpu, 0)
        self.assertGreater(peak, 1)

    def test_failures_are_said(self):
        with self.assertRaisesRegex(readers.Failed, "ended with 3: no"):
            readers.process([sys.executable, "-c", "import sys; print('no', file=sys.stderr); sys.exit(3)"], 60)
        with self.assertRaisesRegex(readers.Failed, "not done in 0.2 s"):
            readers.process([sys.executable, "-c", "import time; time.sleep(60)"], 0.2)
        with self.assertRaisesRegex(readers.Failed, "no such command"):
            readers.Glyphd("/nowhere/glyphd").version()

    def test_the_sample_is_spread_over_the_set(self):
        self.assertEqual(readers.sample([1, 2, 3]), [1, 2, 3])
        self.assertEqual(readers.sample(list(range(1500))), list(range(0, 1500, 10)))


class Marks(unittest.TestCase):
    def test_each_sort(self):
        self.assertEqual(reading_marked("10", "1O"), "1<b>O</b>")
        self.assertEqual(reading_marked("a bcd", "abcd<"), "a<s>␣</s>bcd<b class=added>&lt;</b>")
        self.assertEqual(reading_marked("Ab", "aB", case_sensitive=False), 'aB <span class="ok">✓</span>')
        self.assertIn("nothing", reading_marked("x", " "))
        self.assertEqual(missed_words("one two two", "Two"), ["one", "two"])


class Tags(HTMLParser):
    """Keeps what is open, so that a page that does not close its elements is found."""

    def __init__(self):
        super().__init__()
        self.open, self.wrong = [], []

    def handle_starttag(self, tag, attributes):
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


class Page(Folders):
    def test_the_page_stands_alone(self):
        lines = labelled.load(self.folder("a.png\tab <c>\nb.png\tcd\n"))
        pages = labelled.load(self.folder("a.png\tone\\ntwo & three\n", {"note": "a <note>"}))
        reading = lambda *texts: {"texts": dict(zip(("a.png", "b.png"), texts)), "cpu_ms": 1.5, "peak_mib": 50}
        sections = [
            (lines, {"glyphd": reading("ab (c>", ""), "Tesseract": reading("ab <c>", "cd")}),
            (pages, {"glyphd": reading("one")}),
        ]
        page = report.page(sections, {"glyphd": "1", "Tesseract": "5"}, "some <machine>")
        tags = Tags()
        tags.feed(page)
        self.assertEqual((tags.open, tags.wrong), ([], []))
        self.assertEqual([url for url in re.findall(r'(?:src|href)="([^"]*)"', page) if not url.startswith(("data:", "#"))], [])
        self.assertNotIn("<c>", page)
        self.assertNotIn("<note>", page)
        for part in ["ab <b>(</b>c&gt;", "<kbd>&lt;</kbd> as <kbd>(</kbd>", "2 of 3 missed", "three two", "100.0", "(nothing)"]:
            self.assertIn(part, page)
        for target in re.findall(r'href="#([^"]*)"', page):
            self.assertIn(f'id="{target}"', page)


class CommandLine(Folders):
    def run_it(self, *args):
        return subprocess.run([sys.executable, str(HERE / "compare.py"), *map(str, args)], capture_output=True, text=True)

    def test_exit_codes(self):
        folder = self.folder("a.png\tx\n")
        out = folder / "out.html"
        for args, code, said in [
            ([], 64, "DIR"),
            (["/nowhere"], 65, "labels.tsv"),
            ([folder, "--only", "glyphd", "--glyphd", "/nowhere/glyphd", "--report", out], 70, "left out"),
        ]:
            done = self.run_it(*args)
            self.assertEqual(done.returncode, code, done)
            self.assertIn(said, done.stderr)
            self.assertNotIn("Traceback", done.stderr)

    def test_an_earlier_run_is_taken_up(self):
        folder = self.folder("a.png\tx\n", files=("a.png",))
        read = {"glyphd": {"texts": {"a.png": "x"}, "cpu_ms": 2.0, "peak_mib": 40.0}}
        earlier = folder / "earlier.json"
        earlier.write_text(json.dumps({"versions": {"glyphd": "1"}, "machine": "m", "folders": {str(folder.resolve()): read}}))
        done = self.run_it(folder, "--from", earlier, "--report", folder / "out.html")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"glyphd +100.0 +0.0 +100.0 +2.0 +40")
        self.assertIn("100.0", (folder / "out.html").read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
