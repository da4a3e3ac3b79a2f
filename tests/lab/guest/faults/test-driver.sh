# shellcheck shell=dash
# Faults of vivid, the kernel's test driver, which fails on request. What is fed to its video output comes out of its
# camera. The output shares the switches of the faults, so nothing is fed while one of them is pressed: the camera is
# white then. glyphd is one process from the first to the last.
VIVID=/dev/v4l/by-path/platform-vivid.0-video-index0
DRIVER=/sys/bus/platform/drivers/vivid

# node_of vid-cap or vid-out : the node of the camera or of the output
node_of() { basename "$(dirname "$(grep -l "$1" /sys/class/video4linux/*/name)")"; }
# press CONTROL=VALUE... : sets them on the camera
press() {
    camera=/dev/$(node_of vid-cap)
    for control; do v4l2-ctl -d "$camera" -c "$control" >/dev/null 2>&1 || note "  vivid refused $control"; done
}
white() {
    # Noise comes once nothing is fed to a loop, and noise takes a minute to look through.
    press loop_video=0
    [ -n "$FEEDER" ] || return
    kill $FEEDER 2>/dev/null
    wait $FEEDER 2>/dev/null
    FEEDER=
}
fed() { grep -q '>' /tmp/feeder.log; }
# Before the test driver's camera.
show() {
    white
    gunzip -c "$1" >/tmp/view.grey
    : >/tmp/feeder.log
    v4l2-ctl -d "/dev/$(node_of vid-out)" --set-fmt-video-out=width=720,height=576,pixelformat=GREY,field=interlaced \
        --stream-out-mmap --stream-from=/tmp/view.grey --stream-loop >/tmp/feeder.log 2>&1 &
    FEEDER=$!
    wait_for 10 "vivid's output" fed
    press loop_video=1
}
# No text of its own, and white.
set_up() {
    press osd_text_mode=2 test_pattern=6
    wait_for 10 "vivid" test -e $VIVID
}

# pressed CONTROL... : each once, then the next line
pressed() {
    white
    press "$@"
    sleep 1
    show_next
    recovers
}
# The flag is on one picture each time, and glyphd does not look at each: several.
flagged() {
    white
    for _ in 1 2 3 4 5 6 7 8 9 10; do press inject_v4l2_buf_flag_error=1; done
    show_next
    recovers
}
drops() {
    white
    press percentage_of_dropped_buffers="$1"
    sleep 5
    press percentage_of_dropped_buffers=0
    show_next
    recovers
}
drops_half() {
    show_next
    recovers
}
# The driver lets go of the device and takes it again, often under another number.
rebind() {
    white
    echo vivid.0 >$DRIVER/unbind
    wait_for 10 "vivid to be gone" test ! -e $VIVID
    pause 500 1000
    # Held until the driver's own text is off: glyphd is quicker, and an emulated core reads half a minute on it.
    kill -STOP $GLYPHD
    echo vivid.0 >$DRIVER/bind
    set_up
    kill -CONT $GLYPHD
    show_next
    recovers
}
# The next numbers or stamps wrap soon after the stream is started, and labels are read before, while and after.
wraps() {
    white
    press "$1" inject_fatal_streaming_error=1
    repeat 2 next_is_read
    press "${1%=*}=0"
}
next_is_read() {
    show_next
    recovers
    pause 500 1000
}

FEEDER=
# One camera (0x1) and one output (0x100), both S-Video: it has a loop, and its size needs no setting.
modprobe vivid n_devs=1 node_types=0x101 num_inputs=1 input_types=2 num_outputs=1 output_types=0 || die "no vivid"
set_up
set_codes grey.gz
show_next
start_glyphd /mnt/vivid.toml
begin "test driver: pictures with the error flag"
repeat 2 flagged
holds "bad pictures were counted" counted
finish
begin "test driver: a buffer is refused"
repeat 2 pressed inject_vidioc_qbuf_error=1
holds "glyphd warned of it" noticed
finish
begin "test driver: streaming breaks off"
repeat 2 pressed inject_fatal_streaming_error=1
holds "glyphd warned of it" noticed
finish
begin "test driver: streaming breaks off and is refused once"
repeat 2 pressed inject_vidioc_streamon_error=1 inject_fatal_streaming_error=1
holds "glyphd warned of it" noticed
finish
begin "test driver: all pictures dropped for 5 s"
repeat 2 drops 100
holds "glyphd warned of it" noticed
finish
press percentage_of_dropped_buffers=50
begin "test driver: half of the pictures dropped"
repeat 2 drops_half
finish
press percentage_of_dropped_buffers=0
begin "test driver: disconnected"
repeat 2 pressed disconnect=1
holds "glyphd warned of it" noticed
finish
begin "test driver: unbound and bound again"
repeat 3 rebind
holds "glyphd warned of it" noticed
finish
begin "test driver: numbers of pictures wrap"
wraps wrap_sequence_number=1
finish
begin "test driver: time stamps wrap"
wraps wrap_timestamp=1
finish
white
stop_glyphd || die "glyphd did not end well"
