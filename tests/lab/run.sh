#!/bin/bash
# The whole way on an emulated arm64 machine: a picture of a label before a USB camera that Linux's own uvcvideo driver
# drives, glyphd built for aarch64, and its text out of a serial line and a socket. Sets itself up, ends by itself, and
# ends with 0 only when each line of the label came out on both. `run.sh --camera-only` leaves glyphd out;
# GLYPHD=FILE takes a program that was built elsewhere.
. "$(dirname "$0")/env.sh"
# One at a time: two would pull the toolchain from under each other.
exec 9>"$LAB/lock"
flock 9

mode=${1:-}
# Seconds the guest has, all told; it needs about 90.
LIMIT=${LAB_LIMIT:-420}

share=$LAB/share
rm -rf "$share"
mkdir -p "$share"
"$HERE/programs.sh" "$share" ${mode:+"$mode"}
"$HERE/guest.sh"
[ "$mode" != --camera-only ] || echo camera-only >"$share/mode"
install "$HERE/guest/job.sh" "$HERE/guest/lib.sh" "$share/"
cp "$HERE/label.jpg" "$HERE/label.txt" "$HERE/glyphd.toml" "$share/"
cp "$ROOT/tests/scenes/demo/000.jpg" "$share/empty.jpg"

say "booting the guest"
"$HERE/boot.sh" "$share" "$LIMIT" && job=0 || job=$?
cat "$share/console.log" "$share/out/job.log" 2>/dev/null || true
if [ "$mode" = --camera-only ]; then
    [ "$job" = 0 ] || fail "the job in the guest failed"
    exit 0
fi
[ -e "$share/out/events.jsonl" ] || fail "glyphd told nothing; see $share/out"

echo
compare() { python3 "$HERE/compare.py" "$1" "$share/out/serial.txt" "$share/out/events.jsonl" "${@:2}"; }
compare "$HERE/label.txt" && came=0 || came=$?
before="$(cat "$share/out/serial-before.txt" 2>/dev/null || echo "?")"
echo "lines on the serial line while the table was empty: $before"
if [ -s "$share/out/counted.txt" ]; then
    awk 'NR == 1 { shown = $1 } NR == 2 { printf "from the label coming into view to as many lines on the serial line: %.1f s\n", ($1 - shown) / 1000 }' \
        "$share/out/times.txt" "$share/out/counted.txt"
fi
echo "(times are those of an emulated machine, not of a device)"

# This must be able to fail: the label of another lot, before the same camera, is not what was read.
compare "$HERE/other.txt" --quiet && other=0 || other=$?
[ "$other" = 1 ] || fail "the text of another label was found too: the comparison shows nothing"
echo "the text of another label (tests/lab/other.txt) was not found, as it must be"
echo

[ "$job" = 0 ] || fail "the job in the guest failed: $(tail -n 1 "$share/out/job.log")"
[ "$came" = 0 ] || fail "not every line of the label came out on both"
say "passed"
