#!/bin/sh
# Runs in the guest: a camera that Linux's own uvcvideo drives, a USB serial line, and glyphd between them.
# What comes out is left in /mnt/out: serial.txt (the far end of the serial line), events.jsonl (`glyphd listen`),
# and the logs. `camera-only` in /mnt/mode stops after the camera and the serial line are proven.
OUT=/mnt/out
SOCKET=/run/glyphd.sock
# Seconds for the label's lines to come: a reading takes about 10 s on an emulated core, and a line is told after three.
LABEL_LIMIT=${LABEL_LIMIT:-150}
BETTER=30

now() { cut -d' ' -f1 /proc/uptime; }
note() { echo "[$(now)] $*"; }
die() {
    note "FAILED: $*"
    tail -n 20 $OUT/glyphd.log 2>/dev/null
    dmesg | tail -n 20 >$OUT/dmesg.txt
    exit 1
}
# wait_for SECONDS WHAT COMMAND... : until the command succeeds
wait_for() {
    tries=$(($1 * 5)) what=$2
    shift 2
    until "$@"; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || die "waited in vain for $what"
        sleep 0.2
    done
}

note "serial line: a USB gadget, ttyGS0, that is plugged into this same machine, ttyACM0"
for module in dummy_hcd libcomposite cdc_acm; do modprobe $module || die "no module $module"; done
mount -t configfs configfs /sys/kernel/config
gadget=/sys/kernel/config/usb_gadget/serial
mkdir $gadget
echo 0x1d6b >$gadget/idVendor
echo 0x0104 >$gadget/idProduct
mkdir -p $gadget/strings/0x409 $gadget/configs/c.1 $gadget/functions/acm.0
echo "Lab Serial" >$gadget/strings/0x409/product
ln -s $gadget/functions/acm.0 $gadget/configs/c.1
echo dummy_udc.0 >$gadget/UDC
wait_for 10 "the serial line" test -c /dev/ttyACM0 -a -c /dev/ttyGS0
stty -F /dev/ttyGS0 raw -echo
stty -F /dev/ttyACM0 raw -echo
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
for module in vhci_hcd uvcvideo; do modprobe $module || die "no module $module"; done
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
daemon=$!
running() { kill -0 $daemon 2>/dev/null; }
ready() { running || die "glyphd has ended"; test -S $SOCKET; }
wait_for 60 "glyphd's socket" ready
/tmp/glyphd listen --json $SOCKET >$OUT/events.jsonl 2>$OUT/listen.log &
# The empty table is on view: what is said now does not come from the label.
sleep 5
wc -l <$OUT/serial.txt >$OUT/serial-before.txt
wc -l <$OUT/events.jsonl >$OUT/events-before.txt

mv /tmp/label.jpg /tmp/view.jpg
note "label on view"
shown=$(now)
printed=$(wc -l </mnt/label.txt)
exact() {
    while read -r line; do
        grep -qF "$line" $OUT/serial.txt && grep -qF "$line" $OUT/events.jsonl || return 1
    done </mnt/label.txt
}
# All lines exactly; or as many as are printed, and BETTER seconds for better readings. compare.py judges.
since() { [ "$(now | cut -d. -f1)" -gt $((${1%.*} + $2)) ]; }
until since "$shown" "$LABEL_LIMIT"; do
    running || die "glyphd has ended while the label was on view"
    # Cheap first: looking costs glyphd time, on a machine as slow as this.
    if [ "$(wc -l <$OUT/serial.txt)" -ge "$printed" ]; then
        [ -s $OUT/counted.txt ] || now >$OUT/counted.txt
        if exact || since "$(cat $OUT/counted.txt)" "$BETTER"; then break; fi
    fi
    sleep 1
done
echo "$shown $(now)" >$OUT/times.txt
note "$(wc -l <$OUT/serial.txt) lines came on the serial line, $printed are printed"

# Held on view a little longer: nothing may be said twice.
sleep 5
grep -h -e VmHWM -e Threads /proc/$daemon/status >$OUT/daemon.txt
cut -d' ' -f14,15 /proc/$daemon/stat >>$OUT/daemon.txt
kill -TERM $daemon
wait $daemon
code=$?
note "glyphd ended with exit code $code"
[ $code = 0 ] || exit 1
