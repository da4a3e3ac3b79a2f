#!/bin/bash
# Host packages for the ARM build and the guest, through apt (Debian bookworm, root).
. "$(dirname "$0")/env.sh"

[ "$(uname -m)" = x86_64 ] || fail "is written for an x86_64 host; on ARM itself, cargo build does"
# command or file that shows the package is there, and the package
NEEDS="
/usr/bin/qemu-system-aarch64      qemu-system-arm
/usr/bin/qemu-aarch64-static      qemu-user-static
/usr/bin/cpio                     cpio
/usr/sbin/depmod                  kmod
/usr/sbin/mke2fs                  e2fsprogs
/usr/bin/python3                  python3
/usr/bin/gcc                      gcc
/usr/include/stdio.h              libc6-dev
/usr/bin/aarch64-linux-gnu-gcc    gcc-aarch64-linux-gnu
/usr/aarch64-linux-gnu/include/stdio.h  libc6-dev-arm64-cross
/usr/lib/llvm-14/lib/libclang.so.1      libclang-14-dev
"
mapfile -t missing < <(echo "$NEEDS" | while read -r file package; do [ -z "$file" ] || [ -e "$file" ] || echo "$package"; done)
[ ${#missing[@]} -gt 0 ] || exit 0
[ "$(id -u)" = 0 ] || fail "needs these packages, and root to install them: ${missing[*]}"
say "installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
# One broken foreign list must not stop the others; what is then truly missing, install says.
apt-get -o DPkg::Lock::Timeout=600 update -qq >"$LAB/apt-update.log" 2>&1 || true
quietly apt-install apt-get -o DPkg::Lock::Timeout=600 install -y --no-install-recommends "${missing[@]}"
