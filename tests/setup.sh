#!/bin/sh
# Installs what the build needs beside Rust: a C compiler (tract's kernels) and libclang (the camera bindings).
# For Debian and its kin; elsewhere it says what is missing. Does nothing when all is there.
set -eu

missing=
command -v cargo >/dev/null || { echo "setup: cargo is missing: install Rust (rustup.rs), then try again" >&2; exit 69; }
command -v cc >/dev/null || missing="$missing gcc libc6-dev"
[ -e /usr/include/linux/videodev2.h ] || missing="$missing linux-libc-dev"
ls /usr/lib/llvm-*/lib/libclang*.so* /usr/lib/*/libclang*.so* >/dev/null 2>&1 || missing="$missing libclang-dev"
[ -n "$missing" ] || exit 0

command -v apt-get >/dev/null || { echo "setup: install these by hand, this is no Debian:$missing" >&2; exit 69; }
root=
[ "$(id -u)" = 0 ] || root=sudo
echo "setup: installing$missing"
$root apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq --no-install-recommends $missing >/dev/null
