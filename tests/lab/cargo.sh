#!/bin/bash
# cargo for aarch64 with the private compiler: `cargo.sh build --release ...`, in the directory it is called from.
# Programs it runs (`cargo.sh test`) go through qemu's user emulation; QEMU_CPU chooses the core.
. "$(dirname "$0")/env.sh"

export RUSTC=$LAB/rust/rustc
export CARGO_BUILD_TARGET=$TARGET
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="qemu-aarch64-static -L /usr/aarch64-linux-gnu"
# A compiler flag or wrapper of the host's would go to the wrong target.
unset RUSTFLAGS RUSTC_WRAPPER
exec cargo "$@"
