#!/bin/sh
# Runs in the guest: a camera that Linux's own uvcvideo drives, a USB serial line, and glyphd between them.
# What comes out is left in /mnt/out: serial.txt (the far end of the serial line), events.jsonl (`glyphd listen`),
# and the logs. `camera-only` in /mnt/mode stops after the camera and the serial line are proven.
# shellcheck source=/dev/null
. /mnt/lib.sh
# Seconds for the label's lines to come: a reading takes about 10 s on an emulated core, and a line is told after three.
LABEL_LIMIT=${LABEL_LIMIT:-150}
BETTER=30
trap 'dmesg >$OUT/dmesg.txt' EXIT

note "serial line: a USB gadget, ttyGS0, that is plugged into this same machine, ttyACM0"
make_serial
: >$OUT/probe.txt
cat /dev/ttyGS0 >>$OUT/probe.txt &
reader=$!
# Said again and again: what comes before the reader has opened its end is dropped.
through() { echo "is it through?" >/dev/ttyACM0; grep -q "is it through?" $OUT/probe.txt; }
wait_for 10 "text through the serial line" through
kill $reader
note "serial line works"

note "camera: fakeuvc, plugged into vhci_hcd"
cp /mnt/fakeuvc /mnt/empty.jpg /mnt/label.jpg /tmp/
cp /tmp/empty.jpg /tmp/view.jpg
load vhci_hcd uvcvideo
/tmp/fakeuvc /tmp/view.jpg >$OUT/fakeuvc.log 2>&1 &
wait_for 15 "the camera" test -c /dev/video0
driver=$(basename "$(readlink -f /sys/class/video4linux/video0/device/driver)")
[ "$driver" = uvcvideo ] || die "the camera's driver is '$driver', not uvcvideo"
v4l2-ctl -d /dev/video0 --info >$OUT/camera.txt
v4l2-ctl -d /dev/video0 --list-formats-ext >>$OUT/camera.txt
timeout 20 v4l2-ctl -d /dev/video0 --set-fmt-video=width=1280,height=720,pixelformat=MJPG \
    --stream-mmap --stream-count=1 --stream-to=/tmp/seen.jpg >/dev/null 2>&1
cmp /tmp/seen.jpg /tmp/empty.jpg || die "the camera does not show the picture it was given"
note "camera works: driver uvcvideo, MJPG 1280x720, frames as they were given"
[ "$(cat /mnt/mode 2>/dev/null)" != camera-only ] || exit 0

note "glyphd"
cat /dev/ttyGS0 >$OUT/serial.txt &
cp /mnt/glyphd /tmp/
/tmp/glyphd run --config /mnt/glyphd.toml >$OUT/glyphd.out 2>$OUT/glyphd.log &
GLYPHD=$!
wait_for 60 "glyphd's socket" listening
/tmp/glyphd listen --json $SOCKET >$OUT/events.jsonl 2>$OUT/listen.log &
# The empty table is on view: what is said now does not come from the label.
sleep 5
wc -l <$OUT/serial.txt >$OUT/serial-before.txt
wc -l <$OUT/events.jsonl >$OUT/events-before.txt

mv /tmp/label.jpg /tmp/view.jpg
note "label on view"
tick
shown=$NOW
printed=$(wc -l </mnt/label.txt)
exact() {
    while read -r line; do
        grep -qF "$line" $OUT/serial.txt && grep -qF "$line" $OUT/events.jsonl || return 1
    done </mnt/label.txt
}
# All lines exactly; or as many as are printed, and BETTER seconds for better readings. compare.py judges.
# since MS SECONDS : whether so much time has passed since then
since() {
    tick
    [ $NOW -gt $(($1 + $2 * 1000)) ]
}
until since "$shown" "$LABEL_LIMIT"; do
    running || die "glyphd has ended while the label was on view"
    # Cheap first: looking costs glyphd time, on a machine as slow as this.
    if [ "$(wc -l <$OUT/serial.txt)" -ge "$printed" ]; then
        [ -s $OUT/counted.txt ] || { tick && echo $NOW >$OUT/counted.txt; }
        if exact || since "$(cat $OUT/counted.txt)" "$BETTER"; then break; fi
    fi
    sleep 1
done
tick
echo "$shown $NOW" >$OUT/times.txt
note "$(wc -l <$OUT/serial.txt) lines came on the serial line, $printed are printed"

# Held on view a little longer: nothing may be said twice.
sleep 5
grep -h -e VmHWM -e Threads /proc/$GLYPHD/status >$OUT/daemon.txt
cut -d' ' -f14,15 /proc/$GLYPHD/stat >>$OUT/daemon.txt
stop_glyphd
