#!/bin/sh
# Installs what drawing the scenes needs: OpenCV, NumPy and Pillow for Python, and the fonts. For Debian and its kin;
# elsewhere it says what is missing. Does nothing when all is there.
set -eu
python=${PYTHON:-/usr/bin/python3}
fonts=/usr/share/fonts/truetype

missing=
"$python" -c 'import cv2, numpy, PIL' 2>/dev/null || missing="python3-opencv python3-numpy python3-pil"
[ -e $fonts/dejavu/DejaVuSans.ttf ] || missing="$missing fonts-dejavu-core"
[ -e $fonts/dejavu/DejaVuSansCondensed.ttf ] || missing="$missing fonts-dejavu-extra"
[ -e $fonts/liberation/LiberationSans-Regular.ttf ] || missing="$missing fonts-liberation"
[ -e $fonts/lato/Lato-Medium.ttf ] || missing="$missing fonts-lato"
[ -e $fonts/roboto/unhinted/RobotoTTF/Roboto-Regular.ttf ] || missing="$missing fonts-roboto-unhinted"
# shellcheck disable=SC2086
exec "$(dirname "$0")/../install.sh" scenes $missing
