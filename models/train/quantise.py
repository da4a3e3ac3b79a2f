"""A trained checkpoint to the model folder that ships: int8 graph, character list, model.toml.

    python quantise.py RUN OUT

The convolutions become QLinearConv (QOperator format: tract runs QDQ graphs in float), per tensor, u8 activations and s8 weights, chained
without a dequantisation between them; the GRU and the last layer stay float. Calibrated on lines of the validation shard's second half,
checked on its first.
"""

import argparse
import hashlib
import json
import re
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from rapidfuzz.distance import Levenshtein

import shards
from charset import CHARSET, greedy
from net import load
from render import HEIGHT

CALIBRATION_LINES = 400
CHECKED_LINES = 1000
KEPT = [r"\n# The net that finds lines\.\n(?:.+\n)+", r"\n\[confidence\]\n(?:.+\n)+"]  # parts of model.toml that others write
QUANTISED = ["Conv", "Relu", "Squeeze", "Transpose", "Reshape"]


def padded(picture):
    """1 x 1 x 32 x W with W a multiple of 32, as the program hands lines over."""
    width = -(-picture.shape[1] // 32) * 32
    x = np.full((HEIGHT, width), int(np.median(picture[:, -1])), np.uint8)
    x[:, : picture.shape[1]] = picture
    return (x.astype(np.float32) / 127.5 - 1)[None, None]


class Calibration(CalibrationDataReader):
    def __init__(self, pictures):
        self.rows = iter([{"luma": padded(p)} for p in pictures])

    def get_next(self):
        return next(self.rows, None)


def cer(graph, pictures, texts):
    session = onnxruntime.InferenceSession(str(graph), providers=["CPUExecutionProvider"])
    wrong = total = 0
    for picture, true in zip(pictures, texts):
        best = session.run(None, {"luma": padded(picture)})[0].argmax(2).tolist()
        wrong += Levenshtein.distance(greedy(best)[0], true)
        total += len(true)
    return 100 * wrong / total


def export(run, out):
    state = torch.load(run / "last.pt", map_location="cpu")
    net = load(state)
    torch.onnx.export(
        net, torch.zeros(1, 1, HEIGHT, 320), str(out), input_names=["luma"], output_names=["scores"],
        dynamic_axes={"luma": {3: "width"}, "scores": {1: "steps"}}, dynamo=False, opset_version=17,
    )
    return state["seen"] + state.get("before", 0)


def quantise(run, out, pictures, texts):
    """Writes the model folder `out` from RUN/last.pt; gives CER of the float net and the int8 graph on the first half of the lines, in percent."""
    half = len(texts) // 2
    checked = min(half, CHECKED_LINES)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        seen = export(run, folder / "float.onnx")
        quant_pre_process(str(folder / "float.onnx"), str(folder / "folded.onnx"), skip_symbolic_shape=True)
        quantize_static(
            str(folder / "folded.onnx"), str(out / "reader.onnx"), Calibration(pictures[half : half + CALIBRATION_LINES]),
            quant_format=QuantFormat.QOperator, per_channel=False, activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8,
            op_types_to_quantize=QUANTISED, calibrate_method=CalibrationMethod.MinMax,
        )
        before = cer(folder / "folded.onnx", pictures[:checked], texts[:checked])
    after = cer(out / "reader.onnx", pictures[:checked], texts[:checked])
    graph = (out / "reader.onnx").read_bytes()
    (out / "charset.txt").write_text("".join(c + "\n" for c in CHARSET), "utf8")
    description = out / "model.toml"
    before_it = description.read_text("utf8") if description.exists() else ""
    kept = [part[0] for part in map(lambda p: re.search(p, before_it), KEPT) if part]
    description.write_text(f"""# The built-in reader of Latin text. CARD.md tells what it was trained on and what it scores.
format = 1
name = "latin"
kind = "reader"
licence = "MIT OR Apache-2.0"
graph = "reader.onnx"
sha256 = "{hashlib.sha256(graph).hexdigest()}"
charset = "charset.txt"
# The class that stands for no character; the charset's first character is the next class that is not blank.
blank = 0

[input]
# Rows of the strip, in pixels.
height = {HEIGHT}
channels = 1
# A pixel v of 0 to 255 goes in as (v - mean) / scale.
mean = 127.5
scale = 127.5
# The strip's contrast is stretched and made dark on light first.
canonical = true

[output]
# Scores before softmax ("logits") or after it ("probabilities"), steps x classes.
kind = "logits"
{"".join(kept)}
[training]
lines = {seen}
cer-float = {before:.2f}
cer-int8 = {after:.2f}
""", "utf8")
    return before, after


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("run", type=Path)
    arguments.add_argument("out", type=Path)
    a = arguments.parse_args()
    before, after = quantise(a.run, a.out, *shards.load(a.run, shards.VALIDATION))
    graph = a.out / "reader.onnx"
    ops = Counter(node.op_type for node in onnx.load(graph).graph.node)
    print(json.dumps({"cer_float": round(before, 2), "cer_int8": round(after, 2), "bytes": graph.stat().st_size, "ops": ops}))


if __name__ == "__main__":
    main()
