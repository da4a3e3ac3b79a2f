# shellcheck shell=dash
# Sourced by the jobs that run in the guests: time, waiting, the camera and the serial line that are plugged in, and who
# listens to glyphd. Whatever is received is written down with the time it came, in milliseconds since the guest started:
#   told.txt    what glyphd wrote to standard output, each event: the measure for all others
#   heard.txt   what a client of the socket got
# and without the time:
#   serial.raw  what came out of the far end of the serial line
OUT=/mnt/out
LOGS=/tmp/logs
SOCKET=/run/glyphd.sock
CAMERA=/dev/v4l/by-id/usb-Lab_Lab_UVC_Camera_SN0000-video-index0
GADGET=/sys/kernel/config/usb_gadget/serial
mkdir -p $LOGS

# NOW in ms since the guest started; without a process of its own, so that it costs nothing to ask.
tick() {
    read -r NOW _ </proc/uptime
    NOW=${NOW%.*}${NOW#*.}0
}
note() {
    tick
    echo "[$((NOW / 1000)).$((NOW / 100 % 10))] $*"
}
die() {
    note "FAILED: $*"
    tail -n 20 $OUT/glyphd.log 2>/dev/null
    dmesg >$OUT/dmesg.txt
    exit 1
}
# wait_for SECONDS WHAT COMMAND... : until the command succeeds
wait_for() {
    tick
    end=$((NOW + $1 * 1000)) what=$2
    shift 2
    until "$@"; do
        tick
        [ $NOW -lt $end ] || die "waited in vain for $what"
        sleep 0.1
    done
}

load() { for module; do modprobe "$module" || die "no module $module"; done; }

# A USB serial gadget, ttyGS0, that is plugged into this same machine, where it is ttyACM0.
make_serial() {
    load dummy_hcd libcomposite cdc_acm
    mount -t configfs configfs /sys/kernel/config 2>/dev/null
    mkdir $GADGET
    echo 0x1d6b >$GADGET/idVendor
    echo 0x0104 >$GADGET/idProduct
    mkdir -p $GADGET/strings/0x409 $GADGET/configs/c.1 $GADGET/functions/acm.0
    echo Lab >$GADGET/strings/0x409/manufacturer
    echo "Lab Serial" >$GADGET/strings/0x409/product
    echo 1 >$GADGET/strings/0x409/serialnumber
    ln -s $GADGET/functions/acm.0 $GADGET/configs/c.1
    plug_serial
    stty -F /dev/ttyACM0 raw -echo
}
plug_serial() {
    echo dummy_udc.0 >$GADGET/UDC
    wait_for 10 "the serial line" test -c /dev/ttyACM0 -a -c /dev/ttyGS0
    stty -F /dev/ttyGS0 raw -echo
}
unplug_serial() { echo "" >$GADGET/UDC; }

# plug [OPTIONS of fakeuvc] : the camera is on USB when this returns, but the kernel has yet to find it.
plug() {
    /tmp/fakeuvc --size 640x480 --faults /tmp/faults "$@" /tmp/view.jpg >>$OUT/fakeuvc.log 2>&1 &
    FAKEUVC=$!
}
unplug() {
    kill $FAKEUVC 2>/dev/null
    # It may have been stopped, as a camera that hangs.
    kill -CONT $FAKEUVC 2>/dev/null
    wait $FAKEUVC 2>/dev/null || true
}
# faulty [FAULT...] : what is wrong with the camera from now on, see fakeuvc; nothing: it is whole again.
faulty() {
    for fault; do echo "$fault"; done >/tmp/faults.new
    mv /tmp/faults.new /tmp/faults
}

# The host presses the machine's button, see boot.sh; NOW is when it was asked to.
push_button() {
    PUSHES=$((${PUSHES:-$(pushed)} + 1))
    tick
    asked=$NOW
    echo push >>$OUT/push
    wait_for 5 "the host to press the button" is_pushed
    NOW=$asked
}
pushed() { cat $OUT/pushed 2>/dev/null | wc -l; }
is_pushed() { [ "$(pushed)" -ge "$PUSHES" ]; }

# Standard input to FILE, each line with the time it came.
receive() {
    while IFS= read -r line; do
        tick
        echo "$NOW $line"
    done >>"$1"
}
# listen NAME : a client of the socket, until glyphd ends
listen() { /tmp/glyphd listen --json $SOCKET 2>>$OUT/listen.log | receive "$LOGS/$1.txt"; }
# The far end of the serial line, opened again whenever the line was gone.
far_end() {
    while :; do
        cat /dev/ttyGS0 >>$LOGS/serial.raw 2>/dev/null
        sleep 0.1
    done
}
# The far end takes nothing from now on (STOP), or all again (CONT).
far_end_is() { kill "-$1" $(pidof cat); }

running() { kill -0 $GLYPHD 2>/dev/null; }
listening() { running || die "glyphd has ended"; test -S $SOCKET; }
# start_glyphd CONFIG : with its log in glyphd.log; a listener on its socket as soon as there is one
start_glyphd() {
    note "glyphd with $1"
    rm -f $SOCKET
    mkfifo /tmp/told 2>/dev/null
    receive $LOGS/told.txt </tmp/told &
    /tmp/glyphd run --config "$1" >/tmp/told 2>>$OUT/glyphd.log &
    GLYPHD=$!
    wait_for 60 "glyphd's socket" listening
    listen heard &
}
stop_glyphd() {
    tick
    before=$NOW
    kill -TERM $GLYPHD 2>/dev/null
    wait $GLYPHD
    code=$?
    tick
    note "glyphd ended with exit code $code, $((NOW - before)) ms after SIGTERM"
    [ $code = 0 ]
}
