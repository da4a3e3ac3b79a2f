#!/bin/sh
# Installs what the build needs beside Rust: a C compiler (tract's kernels) and libclang (the camera bindings). With the word
# "tests", also what the tests talk to: Speech Dispatcher with espeak-ng.
# For Debian and its kin; elsewhere it says what is missing. Does nothing when all is there.
set -eu

missing=
command -v cargo >/dev/null || { echo "setup: cargo is missing: install Rust (rustup.rs), then try again" >&2; exit 69; }
command -v cc >/dev/null || missing="$missing gcc libc6-dev"
[ -e /usr/include/linux/videodev2.h ] || missing="$missing linux-libc-dev"
ls /usr/lib/llvm-*/lib/libclang*.so* /usr/lib/*/libclang*.so* >/dev/null 2>&1 || missing="$missing libclang-dev"
if [ "${1:-}" = tests ]; then
	for package in speech-dispatcher espeak-ng; do
		command -v "$package" >/dev/null || missing="$missing $package"
	done
	# Speech Dispatcher's module for espeak-ng, wherever this Debian has it.
	ls /usr/lib*/speech-dispatcher-modules/ /usr/lib/*/speech-dispatcher-modules/ 2>/dev/null | grep -q '^sd_espeak-ng$' ||
		missing="$missing speech-dispatcher-espeak-ng"
fi
# shellcheck disable=SC2086
exec "$(dirname "$0")/install.sh" setup $missing
