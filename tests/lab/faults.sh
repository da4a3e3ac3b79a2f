#!/bin/bash
# Shows that glyphd survives every fault of cameras and sinks: provokes each of them in emulated arm64 machines, checks
# that the next line of text is read after each, counts what was lost, and prints a table, which is also left in
# report.md. Sets itself up, ends by itself, and ends with 0 only when each fault was recovered from and no event that had
# been accepted was lost. `faults.sh PART...` does only these parts; PARTS below has them all.
. "$(dirname "$0")/env.sh"
# One at a time, and not beside run.sh.
exec 9>"$LAB/lock"
flock 9

PARTS="usb-camera start gpio once kiosk test-driver sinks soak systemd"
parts=${*:-$PARTS}
# Seconds of the soak. A year of frames does not fit in a test; what grows shows in minutes.
SOAK_SECONDS=${SOAK_SECONDS:-90}
# Seconds each guest has, all told: the first needs about 900 and the soak, the one with systemd about 170.
LIMIT=${LAB_LIMIT:-1500}
SYSTEMD_LIMIT=${SYSTEMD_LIMIT:-420}

# EACH: how often each fault is tried, instead of as often as it says there. PATIENCE: ms until the next line must be read.
tries=("EACH=${EACH:-}" "PATIENCE=${PATIENCE:-20000}")

share=$LAB/share-faults
rm -rf "$share"
mkdir -p "$share"
"$HERE/programs.sh" "$share"
"$HERE/guest.sh"
failed=

small=$(for part in $parts; do [ "$part" = systemd ] || echo "$part"; done | xargs)
if [ -n "$small" ]; then
    cp "$HERE"/guest/lib.sh "$HERE"/guest/faults/* "$share/"
    cp -r "$HERE/codes" "$HERE/label.jpg" "$ROOT/config/kiosk.toml" "$share/"
    cp "$ROOT/tests/scenes/demo/000.jpg" "$share/empty.jpg"
    printf '%s\n' "PARTS='$small'" "SOAK_SECONDS=$SOAK_SECONDS" "${tries[@]}" >"$share/settings"
    say "booting the guest for $small"
    "$HERE/boot.sh" "$share" "$LIMIT" || failed="the guest for $small: $(tail -n 1 "$share/out/job.log" 2>/dev/null)"
    cat "$share/out/job.log" 2>/dev/null || true
fi
outs=()
[ -z "$small" ] || outs+=("$share/out")
if [ "$small" != "$(echo "$parts" | xargs)" ]; then
    "$HERE/rootfs.sh"
    service=$LAB/share-systemd
    rm -rf "$service"
    mkdir -p "$service"
    cp "$share/glyphd" "$share/fakeuvc" "$HERE"/guest/lib.sh "$HERE"/guest/faults/trial.sh "$HERE"/guest/systemd/* "$service/"
    cp "$ROOT/systemd/glyphd.service" "$service/"
    cp "$ROOT/config/glyphd.toml" "$service/shipped.toml"
    cp -r "$HERE/codes" "$HERE/label.jpg" "$service/"
    printf '%s\n' "${tries[@]}" >"$service/settings"
    say "booting the guest with systemd"
    "$HERE/boot.sh" "$service" "$SYSTEMD_LIMIT" --systemd ||
        failed="${failed:+$failed; }the guest with systemd: $(tail -n 1 "$service/out/job.log" 2>/dev/null)"
    cat "$service/out/job.log" 2>/dev/null || true
    outs+=("$service/out")
fi
python3 "$HERE/report.py" "$LAB/report.md" "${outs[@]}" || failed="${failed:-see the table}"
[ -z "$failed" ] || fail "faults that were not survived: $failed"
say "passed; the table is in $LAB/report.md"
