#!/bin/sh
# Makes src/videodev2.rs anew from the kernel's header of this machine. Only for when glyphd needs more of it: add the name below.
# Needs bindgen (cargo install bindgen-cli), libclang-dev, and the headers for 32-bit and 64-bit ARM (libc6-dev-armhf-cross,
# libc6-dev-arm64-cross). The header must come out the same for each of the machines, else one file cannot serve all.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What crate v4l and src/capture/v4l2 name.
TYPES='v4l2_(audio|audioout|buffer|capability|captureparm|control|crop|cropcap|edid|enc_idx|encoder_cmd|exportbuffer'
TYPES="$TYPES|ext_control|ext_controls|fmtdesc|format|fract|framebuffer|frequency|frmivalenum|frmsizeenum|input|jpegcompression"
TYPES="$TYPES|modulator|output|outputparm|pix_format|query_ext_ctrl|queryctrl|querymenu|requestbuffers|sliced_vbi_cap|standard"
TYPES="$TYPES|std_id|streamparm|tuner|buf_type|ctrl_type|exposure_auto_type|field|frmivaltypes|frmsizetypes|memory)"
TYPES="$TYPES|time_t"
VARS='V4L2_(BUF_FLAG|CAP|CTRL_FLAG)_.*'
VARS="$VARS|V4L2_CID_(ANALOGUE_GAIN|AUTOGAIN|AUTO_EXPOSURE_BIAS|AUTO_WHITE_BALANCE|BACKLIGHT_COMPENSATION|BRIGHTNESS|CONTRAST"
VARS="$VARS|DIGITAL_GAIN|EXPOSURE_ABSOLUTE|EXPOSURE_AUTO|EXPOSURE_AUTO_PRIORITY|EXPOSURE_METERING|FOCUS_ABSOLUTE|FOCUS_AUTO|GAIN"
VARS="$VARS|GAMMA|HFLIP|ISO_SENSITIVITY|ISO_SENSITIVITY_AUTO|PAN_ABSOLUTE|POWER_LINE_FREQUENCY|SATURATION|SHARPNESS|TILT_ABSOLUTE"
VARS="$VARS|VFLIP|WHITE_BALANCE_TEMPERATURE|WIDE_DYNAMIC_RANGE|ZOOM_ABSOLUTE)"

# Parameters of codecs, which the kernel adds to from version to version; of them only the place of a pointer counts.
OPAQUE='v4l2_ctrl_.*_.*'

echo '#include <linux/videodev2.h>' >"$work/wrapper.h"
for target in x86_64-linux-gnu aarch64-linux-gnu arm-linux-gnueabihf; do
    place=
    [ "$target" = x86_64-linux-gnu ] || place="--sysroot=/usr/$target -I/usr/$target/include"
    # shellcheck disable=SC2086
    bindgen "$work/wrapper.h" --use-core --no-layout-tests --no-doc-comments --opaque-type "$OPAQUE" \
        --allowlist-type "$TYPES" --allowlist-var "$VARS" --output "$work/$target.rs" -- --target="$target" $place
    cmp "$work/x86_64-linux-gnu.rs" "$work/$target.rs"
done
mv "$work/x86_64-linux-gnu.rs" src/videodev2.rs
