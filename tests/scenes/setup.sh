#!/bin/sh
# Installs what drawing the scenes needs: OpenCV, NumPy and Pillow for Python, and the fonts. For Debian and its kin;
# elsewhere it says what is missing. Asks whether each works, not whether it is there; does nothing when all do.
set -eu
python=${PYTHON:-/usr/bin/python3}
fonts=/usr/share/fonts/truetype

# The packages whose work cannot be done here.
missing() {
    "$python" -c 'import cv2, numpy, PIL.ImageFont' 2>/dev/null || { echo python3-opencv python3-numpy python3-pil; return; }
    while read -r font package; do
        "$python" -c 'import sys, PIL.ImageFont; PIL.ImageFont.truetype(sys.argv[1], 20)' "$fonts/$font" 2>/dev/null || echo "$package"
    done <<FONTS
dejavu/DejaVuSans.ttf fonts-dejavu-core
dejavu/DejaVuSansCondensed.ttf fonts-dejavu-extra
liberation/LiberationSans-Regular.ttf fonts-liberation
lato/Lato-Medium.ttf fonts-lato
roboto/unhinted/RobotoTTF/Roboto-Regular.ttf fonts-roboto-unhinted
FONTS
}

packages=$(missing)
# Without Pillow no font can be tried: the fonts come second.
while [ -n "$packages" ]; do
    # shellcheck disable=SC2086
    "$(dirname "$0")/../install.sh" scenes $packages
    before=$packages
    packages=$(missing)
    [ "$packages" != "$before" ] || { echo "scenes: installed, but these still do not work with $python:" $packages >&2; exit 69; }
done
