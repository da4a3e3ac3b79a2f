#!/usr/bin/env python3
"""Makes the table of faults from what the guests left.

usage: report.py REPORT.md OUT...

Each OUT is the directory of a guest, with faults.tsv (columns: see guest/faults/trial.sh), told.txt (each event, with the time
in ms), and for each receiver that a row names what it received: heard.txt and so on, serial.raw. Prints the table, writes it
to REPORT.md, and exits with 1 when a fault was not recovered from, when a receiver lacks an event that was told while the
row lasted, when none was told, or when there is no row at all.
"""

import json
import re
import sys
from pathlib import Path

# Goal for the longest recovery, in ms. Missed, it is said; it is no failure, since an emulated core is slow and shared.
GOAL = 2000
# A line on the serial line is looked for this far beyond the last one found: texts come again after sixteen.
WINDOW = 8


def stamped(path):
    """The events of a file of lines `MS JSON`, in order."""
    events = []
    if path.exists():
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            ms, _, text = line.partition(" ")
            if ms.isdigit() and text.startswith("{"):
                events.append((int(ms), text))
    return events


def goes_out(event):
    """Whether the serial line is told of it."""
    return event.get("type") == "line" and event.get("event") in ("appeared", "updated")


class Receiver:
    """Which of the events told a receiver lacks, each with the time it was told."""

    def __init__(self, name, out, told):
        self.lacks = self.serial(out, told) if name == "serial" else self.socket(name, out, told)

    @staticmethod
    def socket(name, out, told):
        got = {text for _, text in stamped(out / f"{name}.txt")}
        return [(ms, text) for ms, text in told if text not in got]

    @staticmethod
    def serial(out, told):
        path = out / "serial.raw"
        raw = path.read_bytes() if path.exists() else b""
        lines = re.split(r"[\r\n]+", raw.decode("utf-8", "replace"))
        # Padding, what frames a line, and half a frame before the one that was sent anew.
        lines = [re.sub(r"[\x00-\x1f~]", "", line) for line in lines]
        lines = [line for line in lines if line]
        lacks, at = [], 0
        for ms, text in told:
            event = json.loads(text)
            if not goes_out(event):
                continue
            found = next((i for i in range(at, min(at + WINDOW, len(lines))) if lines[i].endswith(event["text"])), None)
            if found is None:
                lacks.append((ms, text))
            else:
                at = found + 1
        return lacks


def rows_of(out):
    """The rows of a guest, each a dict, with the events lost."""
    path = out / "faults.tsv"
    told, receivers, rows = stamped(out / "told.txt"), {}, []
    for line in path.read_text().splitlines() if path.exists() else []:
        fault, begun, ended, trials, recovered, taken, heard, bad, names, remark = line.split("\t")
        lost, remarks = 0, [] if remark == "-" else [remark]
        events = sum(int(begun) <= ms <= int(ended) for ms, _ in told)
        for name in names.split() if names != "-" else []:
            if name not in receivers:
                receivers[name] = Receiver(name, out, told)
            lacks = [text for ms, text in receivers[name].lacks if int(begun) <= ms <= int(ended)]
            if lacks:
                remarks.append(f"{name} lacks {len(lacks)}")
                print(f"{fault}: {name} lacks {lacks[0][:160]}", file=sys.stderr)
            lost = max(lost, len(lacks))
        rows.append(
            {
                "fault": fault,
                "trials": int(trials),
                "recovered": int(recovered),
                "taken": int(taken) if taken != "-" else None,
                "heard": int(heard) if heard != "-" else None,
                "bad": bad,
                "events": events if names != "-" else None,
                "lost": lost,
                "remark": "; ".join(remarks),
            }
        )
    return rows


def table(rows):
    head = ("fault", "times", "recovered", "longest to a picture", "to its text", "frames lost", "events", "events lost", "remark")
    cells = [head]
    for row in rows:
        taken, heard = ("-" if row[key] is None else f"{row[key] / 1000:.1f} s" for key in ("taken", "heard"))
        events = "-" if row["events"] is None else str(row["events"])
        lost = "-" if row["events"] is None else str(row["lost"])
        counts = str(row["trials"]), str(row["recovered"])
        cells.append((row["fault"], *counts, taken, heard, row["bad"], events, lost, row["remark"]))
    widths = [max(len(line[i]) for line in cells) for i in range(len(head))]
    cells.insert(1, tuple("-" * w for w in widths))
    return ["| " + " | ".join(cell.ljust(w) for cell, w in zip(line, widths)) + " |" for line in cells]


def main():
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    rows = [row for out in sys.argv[2:] for row in rows_of(Path(out))]
    lines = table(rows)
    timed = [row["taken"] for row in rows if row["taken"] is not None]
    late = sum(ms > GOAL for ms in timed)
    lines += [
        "",
        "The times count from the end of the fault (the camera plugged in again, the switch released), the longest of all "
        "trials: to the moment at which the picture was taken that was read next, with what the kernel and udev need to find "
        "the camera; and to the event with its text at a client of the socket, with the reading on an emulated core. "
        "Frames lost are those that glyphd took and found damaged; events lost are those that were told and did not come to a "
        "receiver that was to have them.",
        "",
        f"{sum(r['recovered'] for r in rows)} of {sum(r['trials'] for r in rows)} trials recovered, "
        f"{sum(r['lost'] for r in rows)} of {sum(r['events'] or 0 for r in rows)} events lost, "
        f"longest recovery (to a picture) {max(timed, default=0) / 1000:.1f} s; {late} of {len(timed)} rows are beyond the "
        f"goal of {GOAL / 1000:.0f} s.",
    ]
    text = "\n".join(lines)
    print(text)
    Path(sys.argv[1]).write_text(text + "\n", encoding="utf-8")
    # Without an event nothing is shown.
    failed = [r["fault"] for r in rows if r["recovered"] < r["trials"] or not r["trials"] or r["lost"] or r["events"] == 0]
    for fault in failed:
        print(f"not survived: {fault}", file=sys.stderr)
    if not rows:
        print("no fault was tried", file=sys.stderr)
    return 1 if failed or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
