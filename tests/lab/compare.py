#!/usr/bin/env python3
"""Compares what was before the camera with what came out of glyphd.

usage: compare.py EXPECTED.txt SERIAL.txt EVENTS.jsonl [--quiet]

EXPECTED has one printed line a line; SERIAL is what the far end of the serial line took; EVENTS is what
`glyphd listen --json` wrote. Prints a table and exits 0 only when each expected line came out on both (runs of spaces count as
one); 1 when one did not; 2 when a file cannot be used. A line has come out when it differs from what is printed by at most one
character in FORGIVEN: the lab proves the way from the lens to the line, not the reader's last half percent, so that a new model
need not read this one label without fault. Short lines such as a lot code must be exact, and digits always: a date that is
nearly right is wrong. The last line says how many came exactly.
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


# Characters a line for each one that may be misread.
FORGIVEN = 20


def distance(a, b):
    """Characters to put in, take out or change to come from one text to the other (Levenshtein)."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (x != y))
    return row[-1]


def digits(text):
    return [c for c in text if c.isdigit()]


def arrivals(line, came):
    """The texts that came and are this line, nearest first, each with its misread characters."""
    found = [(distance(line, text), text) for text in came if digits(text) == digits(line)]
    return sorted(pair for pair in found if pair[0] <= len(line) // FORGIVEN)


def said(line, came):
    """What to say of a line in the table."""
    found = arrivals(line, came)
    if not found:
        return nearest(line, came)
    wrong, text = found[0]
    if wrong:
        return f"yes, but for {wrong}: {text}"
    times = came.count(line)
    return "yes" if times == 1 else f"yes, {times} times"


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
        on_serial, on_socket = said(line, serial), said(line, socket)
        told = arrivals(line, socket)
        latency = next((ms for text, ms in readings if told and text == told[0][1]), None)
        missing += (not arrivals(line, serial)) + (not told)
        rows.append((line, on_serial, on_socket, "-" if latency is None else f"{latency:.0f} ms"))
    if not quiet:
        widths = [max(len(row[i]) for row in rows) for i in range(4)]
        rows.insert(1, tuple("-" * w for w in widths))
        for row in rows:
            print("  ".join(cell.ljust(w) for cell, w in zip(row, widths)).rstrip())
        others = sorted(t for t in set(serial + socket) if not any(arrivals(line, [t]) for line in expected))
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
        exact = sum((line in serial) + (line in socket) for line in expected)
        print(f"{found} of {2 * len(expected)} expected arrivals, {exact} of them without a misread character")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
