"""The weights of a run in half precision, without the optimisers, to be kept and gone on from (train.py --start).

    python checkpoint.py RUN OUT.pt [--average]
"""

import argparse
from pathlib import Path

import torch


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("run", type=Path)
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--average", action="store_true", help="the running average, which is better while the rate is high")
    a = arguments.parse_args()
    state = torch.load(a.run / "last.pt", map_location="cpu")
    weights = state["average" if a.average else "net"]
    weights = {name: value.half() if value.is_floating_point() else value for name, value in weights.items()}
    a.out.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"net": weights, "shape": state["shape"], "seen": state["seen"] + state["before"]}, a.out)


if __name__ == "__main__":
    main()
