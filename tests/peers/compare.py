#!/usr/bin/env python3
"""Compares glyphd with other readers over labelled folders, and writes a page about it.

usage: compare.py [options] DIR...        (make peers installs the other readers and runs this)

Prints a table a folder; --report writes one HTML file without anything from outside, and beside it (ending .json) what each system
read, which --from takes up again: `--from old.json --only glyphd` reads with glyphd alone and compares with what the others read before.
Exit: 64 for a wrong command line, 65 for a folder that cannot be used, 70 when no system could be run, else 0.
"""

import argparse
import json
import platform
import sys
from dataclasses import asdict
from pathlib import Path

import labelled
import readers
import report
from scoring import of_folder


def arguments():
    parser = argparse.ArgumentParser(description="Compares glyphd with other readers over labelled folders (labels.tsv: FILE<TAB>TEXT).")
    parser.add_argument("folders", nargs="+", metavar="DIR")
    parser.add_argument("--glyphd", default="target/release/glyphd", metavar="FILE", help="the command to measure (default: %(default)s)")
    parser.add_argument("--only", action="append", metavar="NAME", help="run just the systems whose name has this in it; may be repeated")
    parser.add_argument("--from", dest="earlier", metavar="JSON", help="take readings of an earlier run for what is not run now")
    parser.add_argument("--report", default="peers.html", metavar="FILE", help="the page to write (default: %(default)s)")
    parser.add_argument("--limit", type=int, default=900, metavar="S", help="seconds for one system and folder (default: %(default)s)")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--lines", dest="pages", action="store_false", default=None, help="the pictures are lines, whatever the texts are")
    kind.add_argument("--pages", dest="pages", action="store_true", help="the pictures are pages, whatever the texts are")
    try:
        return parser.parse_args()
    except SystemExit as e:
        sys.exit(64 if e.code else 0)


def machine():
    """What the figures of cost belong to."""
    try:
        model = next(row.partition(":")[2].strip() for row in open("/proc/cpuinfo", encoding="utf-8") if row.startswith("model name"))
    except (OSError, StopIteration):
        model = "a processor without a name"
    return f"{model} ({platform.machine()})"


def usable(systems, only):
    """The systems to run with their versions; what cannot be run is told."""
    found = []
    for system in systems:
        if only and not any(part.lower() in system.name.lower() for part in only):
            continue
        try:
            found.append((system, system.version()))
        except readers.Failed as e:
            print(f"peers: {system.name} left out: {e}", file=sys.stderr)
    return found


def table(folder, systems):
    """The rows that are printed, one a system."""
    unit = "page" if folder.pages else "line"
    figures = ["recall %", "F1 %"] if folder.pages else ["alnum %", "CER %", "exact %"]
    yield f"\n{folder.name}: {len(folder.truths)} {unit}s{'' if folder.case_sensitive else ', case aside'}"
    yield f"  {'':<16}" + "".join(f"{head:>12}" for head in [*figures, f"CPU ms/{unit}", "peak MiB"])
    for name, reading in systems.items():
        s = of_folder(folder, reading["texts"])
        shares = [s.recall, s.f1] if folder.pages else [s.alnum_share, s.cer, s.exact_share]
        yield f"  {name:<16}" + "".join(f"{100 * x:>12.1f}" for x in shares) + f"{reading['cpu_ms']:>12.1f}{reading['peak_mib']:>12.0f}"


def main():
    args = arguments()
    try:
        folders = [labelled.load(path, args.pages) for path in args.folders]
        earlier = json.loads(Path(args.earlier).read_text(encoding="utf-8")) if args.earlier else {"versions": {}, "folders": {}}
    except (OSError, ValueError) as e:
        print(f"peers: {e}", file=sys.stderr)
        sys.exit(65)
    systems = usable(readers.all_readers(args.glyphd), args.only) if args.only or not args.earlier else []
    versions = earlier["versions"] | {system.name: version for system, version in systems}
    if not versions:
        print("peers: no system to compare", file=sys.stderr)
        sys.exit(70)
    order = [system.name for system in readers.all_readers(args.glyphd)]
    results = {}
    for folder in folders:
        key = str(folder.path.resolve())
        read = dict(earlier["folders"].get(key, {}))
        for system, _ in systems:
            try:
                read[system.name] = asdict(system.read(folder, args.limit))
            except readers.Failed as e:
                read.pop(system.name, None)
                print(f"peers: {folder.name}: {system.name} left out: {e}", file=sys.stderr)
        results[key] = {name: read[name] for name in order if name in read}
        print("\n".join(table(folder, results[key])), flush=True)
        # After each folder, since the next may take long.
        kept = {"versions": versions, "machine": machine(), "folders": earlier["folders"] | results}
        Path(args.report).with_suffix(".json").write_text(json.dumps(kept), encoding="utf-8")
    page = report.page([(folder, results[str(folder.path.resolve())]) for folder in folders], versions, kept["machine"])
    Path(args.report).write_text(page, encoding="utf-8")
    print(f"\nThe page is {args.report}.")


if __name__ == "__main__":
    main()
