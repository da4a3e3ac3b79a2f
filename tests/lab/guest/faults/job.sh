#!/bin/sh
# Runs in the guest: faults of camera and sinks, one after another, each until glyphd has read the next line of text.
# Leaves faults.tsv (see trial.sh), the logs, and what was told and received.
# shellcheck source=/dev/null
. /mnt/lib.sh
# shellcheck source=/dev/null
. /mnt/trial.sh
# Files of /mnt to run, in this order, and how long the last of them takes
. /mnt/settings

# In memory while it grows, as the directory shared with the host is slow.
trap 'cp $LOGS/* $OUT/' EXIT

# Cameras and ports get their stable names from udev, as on any Debian.
/lib/systemd/systemd-udevd --daemon --resolve-names=never >/dev/null 2>&1
udevadm trigger
cp /mnt/fakeuvc /mnt/glyphd /mnt/label.jpg /tmp/
mkdir /tmp/codes
cp /mnt/codes/* /tmp/codes/
: >/tmp/faults
: >$LOGS/heard.txt
load vhci_hcd uvcvideo
make_serial
far_end &
failed=
for part in $PARTS; do
    note "== $part"
    # shellcheck source=/dev/null
    (. "/mnt/$part.sh") || failed="$failed $part"
    # What a part that failed may have left behind.
    killall -9 glyphd fakeuvc v4l2-ctl 2>/dev/null
    sleep 1
done
[ -z "$failed" ] || note "FAILED: parts that broke off:$failed"
[ -z "$failed" ]
