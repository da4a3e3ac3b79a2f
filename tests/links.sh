#!/bin/sh
# Whether a C compiler does its work here: a program is compiled, assembled and linked with the C library. Says nothing.
#   tests/links.sh COMPILER
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '#include <stdio.h>\nint main(void) { return puts("works") < 0; }\n' >"$work/works.c"
"$1" -o "$work/works" "$work/works.c" >/dev/null 2>&1
