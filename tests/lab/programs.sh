#!/bin/bash
# programs.sh SHARE [--camera-only] : builds what runs in the guests, for aarch64, and puts it into SHARE. GLYPHD=FILE takes a
# glyphd that was built elsewhere.
. "$(dirname "$0")/env.sh"
share=$1

"$HERE/host.sh"
"$HERE/toolchain.sh"
(cd "$HERE/fakeuvc" && CARGO_TARGET_DIR=$LAB/fakeuvc "$HERE/cargo.sh" build --release --locked --quiet)
install "$LAB/fakeuvc/$TARGET/release/fakeuvc" "$share/"
[ "${2:-}" != --camera-only ] || exit 0
if [ -n "${GLYPHD:-}" ]; then
    say "taking $GLYPHD, which was not built here"
    install "$GLYPHD" "$share/glyphd"
else
    say "building for $TARGET"
    (cd "$ROOT" && "$HERE/cargo.sh" build --release --locked --bin glyphd)
    install "$TARGET_DIR/$TARGET/release/glyphd" "$share/"
fi
