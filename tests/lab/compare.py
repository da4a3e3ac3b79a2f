#!/usr/bin/env python3
"""Compares what was before the camera with what came out of glyphd.

usage: compare.py EXPECTED.txt SERIAL.txt EVENTS.jsonl [--quiet]

EXPECTED has one printed line a line; SERIAL is what the far end of the serial line took; EVENTS is what
`glyphd listen --json` wrote. Prints a table and exits 0 only when each expected line came out on both, character by
character (runs of spaces count as one); 1 when one did not; 2 when a file cannot be used.
"""

import difflib
import json
import re
import statistics
import sys
import unicodedata


def plain(text):
    """The text without what the serial line frames it with, in one form of Unicode, one space for many."""
    text = "".join(" " if unicodedata.category(c) == "Cc" else c for c in text)
    return " ".join(unicodedata.normalize("NFC", text).split())


def lines_of_serial(path):
    raw = open(path, "rb").read().decode("utf-8", "replace")
    return [line for line in map(plain, re.split(r"[\r\n\x02\x03]+", raw)) if line]


def readings_of(path):
    """Each text that the socket told, with the latency of the event that told it first, in ms."""
    readings, latencies = [], []
    with open(path, encoding="utf-8") as events:
        for number, line in enumerate(events, 1):
            if not line.strip():
                continue
            try:
                event = json.loads(line)
            except ValueError as fault:
                raise SystemExit(f"{path}:{number}: not JSON: {fault}") from None
            if event.get("type") == "line" and event.get("event") in ("appeared", "updated"):
                readings.append((plain(event["text"]), event.get("latency_ms")))
                if isinstance(event.get("latency_ms"), (int, float)):
                    latencies.append(event["latency_ms"])
    return readings, latencies


def nearest(line, came):
    found = difflib.get_close_matches(line, came, n=1, cutoff=0.5)
    return f"no, nearest: {found[0]}" if found else "no"


def main():
    args = [a for a in sys.argv[1:] if a != "--quiet"]
    quiet = "--quiet" in sys.argv
    if len(args) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        expected = [plain(line) for line in open(args[0], encoding="utf-8") if line.strip()]
        serial = lines_of_serial(args[1])
        readings, latencies = readings_of(args[2])
    except OSError as fault:
        print(f"compare.py: {fault}", file=sys.stderr)
        return 2
    if not expected:
        print(f"compare.py: {args[0]}: no line is expected, so nothing can be shown", file=sys.stderr)
        return 2

    socket = [text for text, _ in readings]
    missing = 0
    rows = [("what went in", "out of the serial line", "out of the socket", "latency")]
    for line in expected:
        times = serial.count(line)
        on_serial = {0: nearest(line, serial), 1: "yes"}.get(times, f"yes, {times} times")
        latency = next((ms for text, ms in readings if text == line), None)
        on_socket = "yes" if line in socket else nearest(line, socket)
        missing += (times == 0) + (line not in socket)
        rows.append((line, on_serial, on_socket, "-" if latency is None else f"{latency:.0f} ms"))
    if not quiet:
        widths = [max(len(row[i]) for row in rows) for i in range(4)]
        rows.insert(1, tuple("-" * w for w in widths))
        for row in rows:
            print("  ".join(cell.ljust(w) for cell, w in zip(row, widths)).rstrip())
        others = sorted(set(serial + socket) - set(expected))
        if others:
            print("\nalso told, but not printed like this on the label:")
            for text in others:
                print(f"  {text}   (serial {serial.count(text)}, socket {socket.count(text)})")
        if latencies:
            print(
                f"\nlatency from the frame to the event, {len(latencies)} events: "
                f"least {min(latencies):.0f} ms, middle {statistics.median(latencies):.0f} ms, "
                f"most {max(latencies):.0f} ms"
            )
        found = 2 * len(expected) - missing
        print(f"{found} of {2 * len(expected)} expected arrivals")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
