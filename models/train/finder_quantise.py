"""A trained checkpoint of the finder to the graph that ships, and its table in model.toml.

    python finder_quantise.py RUN OUT

As quantise.py does with the reader: each convolution becomes QLinearConv (QOperator, per tensor, u8 activations, s8 weights). Calibrated on
scenes of the validation shard's second half, checked on its first: `dice` is the share by which the map of middles misses the truth.
"""

import argparse
import hashlib
import json
import random
import re
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

import finder_scenes as scenes
from finder_net import CHANNELS, Finder
from finder_train import CROP, batch_of, crops, losses

MEAN = SCALE = 127.5


class Calibration(CalibrationDataReader):
    def __init__(self, rows):
        self.rows = iter([{"luma": batch_of([row], "cpu")[0].numpy()} for row in rows])

    def get_next(self):
        return next(self.rows, None)


def dice(graph, rows):
    session = onnxruntime.InferenceSession(str(graph), providers=["CPUExecutionProvider"])
    total = 0.0
    for row in rows:
        x, *maps = batch_of([row], "cpu")
        total += losses(torch.from_numpy(session.run(None, {"luma": x.numpy()})[0]), *maps)[2].item()
    return total / len(rows)


def table(toml, graph):
    """model.toml with the finder's table put in or put anew."""
    toml = re.sub(r"\n# The net that finds lines.*?(?=\n\[(?!finder)|\Z)", "", toml, flags=re.S)
    new = f"""
# The net that finds lines.
[finder]
graph = "finder.onnx"
sha256 = "{hashlib.sha256(graph).hexdigest()}"
mean = {MEAN}
scale = {SCALE}
maps = "lines-1"
"""
    head, mark, tail = toml.partition("\n[training]")
    return head.rstrip("\n") + "\n" + new + mark + tail


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("run", type=Path)
    arguments.add_argument("out", type=Path)
    a = arguments.parse_args()
    torch.set_num_threads(1)
    r, n = random.Random(0), np.random.default_rng(0)
    rows = [row for scene in scenes.load(a.run, scenes.VALIDATION) for row in crops(scene, r, n, training=False)]
    half = len(rows) // 2
    state = torch.load(a.run / "finder.pt", map_location="cpu")
    net = Finder()
    net.load_state_dict(state["mean"])
    net.eval()
    out = a.out / "finder.onnx"
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        torch.onnx.export(
            net, torch.zeros(1, 1, CROP, CROP), str(folder / "float.onnx"), input_names=["luma"], output_names=["maps"],
            dynamic_axes={"luma": {2: "height", 3: "width"}, "maps": {2: "rows", 3: "columns"}}, dynamo=False, opset_version=17,
        )
        quant_pre_process(str(folder / "float.onnx"), str(folder / "folded.onnx"), skip_symbolic_shape=True)
        quantize_static(
            str(folder / "folded.onnx"), str(out), Calibration(rows[half:]), quant_format=QuantFormat.QOperator, per_channel=False,
            activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, op_types_to_quantize=["Conv", "Relu"],
            calibrate_method=CalibrationMethod.MinMax,
        )
        before = dice(folder / "folded.onnx", rows[:half])
    after = dice(out, rows[:half])
    description = a.out / "model.toml"
    description.write_text(table(description.read_text("utf8"), out.read_bytes()), "utf8")
    ops = {}
    for node in onnx.load(out).graph.node:
        ops[node.op_type] = ops.get(node.op_type, 0) + 1
    print(json.dumps({"crops": state["seen"], "channels": CHANNELS, "dice_float": round(before, 4), "dice_int8": round(after, 4), "bytes": out.stat().st_size, "ops": ops}))


if __name__ == "__main__":
    main()
