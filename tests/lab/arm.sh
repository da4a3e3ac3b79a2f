#!/bin/bash
# glyphd for aarch64: built, and shown to be what a Pi needs. With --test the library's tests run as well, under qemu's user
# emulation, as a Pi 5 (int8 dot product) and as a Pi 3 (without); that takes an hour on two cores.
. "$(dirname "$0")/env.sh"
# One at a time: two would pull the toolchain from under each other.
exec 9>"$LAB/lock"
flock 9

"$HERE/host.sh"
"$HERE/toolchain.sh"
cd "$ROOT"
say "building for $TARGET"
"$HERE/cargo.sh" build --release --locked --bin glyphd
"$HERE/inspect.sh" "$TARGET_DIR/$TARGET/release/glyphd"
[ "${1:-}" = --test ] || exit 0
for core in cortex-a76 cortex-a53; do
    say "the library's tests on $core"
    QEMU_CPU=$core "$HERE/cargo.sh" test --release --locked --lib -- "${@:2}"
done
