#!/bin/bash
# inspect.sh BINARY : fails unless it is a 64-bit ARM program in which tract's int8 kernel with SDOT really is.
# tract's build script leaves that kernel out, and says nothing, when the assembler does not know the instruction;
# the program then runs, at a third of the speed on a Pi 5.
. "$(dirname "$0")/env.sh"
binary=$1

machine=$(aarch64-linux-gnu-readelf -h "$binary" | awk -F: '/Machine/ { gsub(/^ +/, "", $2); print $2 }')
[ "$machine" = AArch64 ] || fail "$binary is for '$machine', not for AArch64"

read -r address symbol < <(aarch64-linux-gnu-nm "$binary" |
    awk '$3 ~ /^arm64simd_mmm_i32_8x8_dot/ && !found++ { print $1, $3 }') ||
    fail "$binary has no kernel arm64simd_mmm_i32_8x8_dot: the assembler is too old for SDOT"
# The kernel's labels are symbols too, so objdump's --disassemble=SYMBOL would stop at the first of them.
KERNEL_BYTES=4096
count=$(aarch64-linux-gnu-objdump -d --start-address="0x$address" \
    --stop-address=$((0x$address + KERNEL_BYTES)) "$binary" | grep -c 'sdot[[:space:]]*v') || true
[ "$count" -gt 0 ] || fail "$symbol in $binary holds no SDOT instruction"
newest=$(aarch64-linux-gnu-objdump -T "$binary" | grep -o 'GLIBC_[0-9.]*' | sort -Vu | tail -n 1)
say "$binary: AArch64, $count SDOT instructions in $symbol, needs $newest, $(du -h "$binary" | cut -f1)"
