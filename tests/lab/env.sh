# shellcheck shell=bash disable=SC2034
# Sourced by the scripts beside it: where things are, and how a step that was done is not done again.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$HERE/../.." && pwd)
mkdir -p "${LAB:=$ROOT/.lab}"
LAB=$(cd "$LAB" && pwd)
TARGET=aarch64-unknown-linux-gnu
TARGET_DIR=${CARGO_TARGET_DIR:-$ROOT/target}
export LAB

say() { printf '\033[1mlab:\033[0m %s\n' "$*" >&2; }
fail() {
    printf 'lab: %s\n' "$*" >&2
    exit 1
}

# step NAME FILE... : true when step NAME must be done, because it never was or one of FILEs changed since.
step() {
    local name=$1
    shift
    STAMP=$LAB/$name.done
    STAMP_NOW=$(sha256sum "$@" | cut -d' ' -f1)
    [ "$(cat "$STAMP" 2>/dev/null)" != "$STAMP_NOW" ]
}

# The step asked for last is done. Called only after all of it went well.
done_step() { echo "$STAMP_NOW" >"$STAMP"; }

# quietly LOG COMMAND... : runs it with its output in a log that is shown when it fails.
quietly() {
    local log=$LAB/$1.log
    shift
    "$@" >"$log" 2>&1 || {
        tail -n 30 "$log" >&2
        fail "'$*' failed; all of its output is in $log"
    }
}
