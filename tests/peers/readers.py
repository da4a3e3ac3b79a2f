"""The systems that are compared, each run as a process of its own with one thread.

A reader takes a folder's pictures and gives a `Reading`: the texts, what a picture costs, and the most memory the process had. Loading is
left out of the cost. A line's cost is that of reading it once more, as in a daemon that has seen such lines before: up to AGAIN lines are
read twice, and the difference counts. A page's cost is that of its first reading, since reading pages twice takes long.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from json import loads
from pathlib import Path

import labelled

# Lines whose second reading is timed.
AGAIN = 150
HERE = Path(__file__).resolve().parent
ONE_THREAD = {name: "1" for name in ("OMP_THREAD_LIMIT", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}


class Failed(Exception):
    """A system that cannot be used, or that ended badly: one line for the table."""


@dataclass
class Reading:
    texts: dict  # file name -> text
    cpu_ms: float  # user and system time of one picture
    peak_mib: float  # resident memory of the process


def process(command, limit, paths=()):
    """Runs `command` with `paths` as its input lines. Gives its output, processor seconds and peak memory in MiB."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, tempfile.TemporaryFile() as lines:
        lines.write("".join(f"{path}\n" for path in paths).encode())
        lines.seek(0)
        child = subprocess.Popen(command, stdin=lines, stdout=out, stderr=err, env=os.environ | ONE_THREAD)
        late = threading.Event()

        def stop():
            late.set()
            child.send_signal(signal.SIGKILL)

        timer = threading.Timer(limit, stop)
        timer.start()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)  # it has been waited for
        timer.cancel()
        if late.is_set():
            raise Failed(f"not done in {limit} s")
        err.seek(0)
        if child.returncode:
            said = err.read().decode(errors="replace").strip().splitlines()
            raise Failed(f"ended with {child.returncode}" + (f": {said[-1]}" if said else ""))
        out.seek(0)
        return out.read().decode(errors="replace"), used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def sample(paths):
    """Up to AGAIN of the paths, spread over all."""
    count = min(AGAIN, len(paths))
    return [paths[i * len(paths) // count] for i in range(count)]


class Command:
    """A reader that is a command which takes pictures and prints their texts."""

    def read(self, folder, limit):
        paths = [str(folder.path / file) for file in folder.truths]
        texts, cpu, peak = self.run(paths, folder.pages, limit)
        if folder.pages:
            with tempfile.NamedTemporaryFile(suffix=".pgm") as blank:
                blank.write(b"P5 64 64 255\n" + b"\xff" * 64 * 64)
                blank.flush()
                _, load, _ = self.run([blank.name], True, limit)
            cost = (cpu - load) / len(paths)
        else:
            some = sample(paths)
            _, once, _ = self.run(some, False, limit)
            _, twice, _ = self.run(some + some, False, limit)
            cost = (twice - once) / len(some)
        return Reading(dict(zip(folder.truths, texts)), max(0.0, cost * 1e3), peak)


class Glyphd(Command):
    name = "glyphd"

    def __init__(self, path):
        self.path = path

    def version(self):
        if not shutil.which(self.path):
            raise Failed(f"{self.path}: no such command (cargo build --release)")
        return process([self.path, "--version"], 60)[0].split()[-1]

    def run(self, paths, pages, limit):
        out, cpu, peak = process([self.path, "read", "--format", "tsv", *([] if pages else ["--line"]), *paths], limit)
        texts = [text for _, text in labelled.rows(out)]
        if len(texts) != len(paths):
            raise Failed(f"{len(texts)} texts for {len(paths)} pictures")
        return texts, cpu, peak


class Tesseract(Command):
    name = "Tesseract"

    def version(self):
        if not shutil.which("tesseract"):
            raise Failed("not installed (Debian: tesseract-ocr)")
        return process(["tesseract", "--version"], 60)[0].split()[1]

    def run(self, paths, pages, limit):
        # Given a list, it reads all in one go: 3 finds the text of a page, 7 takes the picture for one line.
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as files:
            files.write("".join(f"{path}\n" for path in paths))
            files.flush()
            out, cpu, peak = process(["tesseract", files.name, "-", "--psm", "3" if pages else "7"], limit)
        texts = out.removesuffix("\f").split("\f") if out.count("\f") == len(paths) else out.split("\f")
        if len(texts) != len(paths):
            raise Failed(f"{len(texts)} texts for {len(paths)} pictures")
        return texts, cpu, peak


class PpOcr:
    def __init__(self, size):
        self.size = size
        self.name = f"PP-OCRv6 {size}"

    def version(self):
        try:
            return process([sys.executable, str(HERE / "ppocr.py"), self.size, "check"], 120)[0].strip()
        except Failed:
            raise Failed("not installed (make peers installs it)") from None

    def read(self, folder, limit):
        paths = [str((folder.path / file).resolve()) for file in folder.truths]
        again = 0 if folder.pages else len(sample(paths))
        with tempfile.NamedTemporaryFile(suffix=".json") as out:
            mode = "pages" if folder.pages else "lines"
            _, _, peak = process([sys.executable, str(HERE / "ppocr.py"), self.size, mode, str(again), out.name], limit, paths)
            told = loads(Path(out.name).read_text(encoding="utf-8"))
        cost = told["again_s"] / again if again else told["cpu_s"] / len(paths)
        return Reading(dict(zip(folder.truths, told["texts"])), cost * 1e3, peak)


def all_readers(glyphd):
    """glyphd first: it is the one that the rest is compared with."""
    return [Glyphd(glyphd), Tesseract(), PpOcr("tiny"), PpOcr("small")]
