#!/bin/sh
# Makes a virtual environment for Python, unless there is one that works: whose Python runs and can install packages.
#   tests/venv.sh WHO VENV
set -eu
who=$1
venv=$2
"$venv/bin/python" -m pip --version >/dev/null 2>&1 && exit 0
# Without ensurepip, Debian's Python makes a virtual environment that cannot install anything.
python3 -c 'import ensurepip, venv' 2>/dev/null || "$(dirname "$0")/install.sh" "$who" python3-venv
python3 -m venv --clear "$venv"
