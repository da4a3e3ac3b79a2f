#!/bin/bash
# Host packages for the ARM build and the guest, through apt (Debian bookworm, root).
. "$(dirname "$0")/env.sh"

[ "$(uname -m)" = x86_64 ] || fail "is written for an x86_64 host; on ARM itself, cargo build does"
# What must do its work here, and the packages that bring it.
needs() {
    qemu-system-aarch64 --version >/dev/null 2>&1 || echo qemu-system-arm
    qemu-aarch64-static --version >/dev/null 2>&1 || echo qemu-user-static
    cpio --version >/dev/null 2>&1 || echo cpio
    depmod --version >/dev/null 2>&1 || echo kmod
    mke2fs -V >/dev/null 2>&1 || echo e2fsprogs
    python3 -c 'import json, statistics' 2>/dev/null || echo python3
    "$HERE/../links.sh" cc || echo gcc libc6-dev
    "$HERE/../links.sh" aarch64-linux-gnu-gcc || echo gcc-aarch64-linux-gnu libc6-dev-arm64-cross
    aarch64-linux-gnu-objdump --version >/dev/null 2>&1 || echo binutils-aarch64-linux-gnu
}
# Where Debian keeps depmod and mke2fs, which are not for everyone.
PATH=$PATH:/usr/sbin:/sbin
missing=$(needs)
[ -n "$missing" ] || exit 0
# shellcheck disable=SC2086
"$HERE/../install.sh" lab $missing
missing=$(needs)
[ -z "$missing" ] || fail "installed, but these still do not work: $missing"
