# shellcheck shell=dash
# Faults of a USB camera that Linux's own uvcvideo driver drives. glyphd is one process from the first to the last.

setup() {
    set_codes jpg
    : >/tmp/faults
    next_code && show "$PICTURE"
    plug
    wait_for 15 "the camera" test -e $CAMERA
    start_glyphd /mnt/usb.toml
    sleep 1
    begin "gives another format than asked"
    show_next
    recovers
    # 1280x720 is asked for in usb.toml.
    holds "the log says what the camera gives" grep -q "640x480" $OUT/glyphd.log
    finish
    begin "none, for comparison"
    repeat 5 some_faulty
    finish
}

replug() {
    unplug
    pause 200 1000
    show_next
    tick
    plug
    recovers $NOW
}
at_random() {
    pause 0 1500
    replug
}
# The old node is still open somewhere when the camera comes back: its number is taken.
other_number() {
    before=$(readlink -f $CAMERA)
    exec 9<>"$before"
    replug
    now=$(readlink -f $CAMERA)
    holds "the number is another one" test "$now" != "$before"
    exec 9>&-
}
# Another camera, of the same make, is plugged in first and takes the number.
other_camera() {
    unplug
    cp /tmp/codes/LOT_A43690.jpg /tmp/other.jpg
    /tmp/fakeuvc --size 640x480 --port 1 /tmp/other.jpg >>$OUT/fakeuvc.log 2>&1 &
    other=$!
    wait_for 10 "the other camera" test -e ${CAMERA%SN0000*}SN0001-video-index0
    show_next
    tick
    plug
    recovers $NOW
    kill $other
    wait $other 2>/dev/null
}
stalls() {
    faulty stall
    sleep 5
    show_next
    faulty
    recovers
}
hangs() {
    kill -STOP $FAKEUVC
    sleep 6
    show_next
    kill -CONT $FAKEUVC
    recovers
}
# Every picture is faulty for 3 s, then none.
all_faulty() {
    faulty "$1 1"
    sleep 3
    show_next
    faulty
    recovers
}
# Some are: what is shown is read all the same.
some_faulty() {
    show_next
    recovers
}
other_size() {
    show /tmp/label.jpg
    sleep 3
    show_next
    recovers
}

setup

begin "unplugged and plugged in again"
repeat 30 replug
holds "glyphd warned of it" noticed
finish
begin "unplugged at a random moment of streaming"
repeat 20 at_random
holds "glyphd warned of it" noticed
finish
begin "comes back under another number"
repeat 3 other_number
holds "glyphd warned of it" noticed
finish
begin "comes back after another camera took its number"
repeat 2 other_camera
holds "glyphd warned of it" noticed
finish

begin "no pictures for 5 s"
repeat 3 stalls
holds "glyphd warned of it" noticed
finish
begin "does not answer for 6 s"
repeat 2 hangs
holds "glyphd warned of it" noticed
finish

# The driver drops pictures with the error bit, unless told to hand them on before the camera is plugged in.
echo 1 >/sys/module/uvcvideo/parameters/nodrop
begin "plugged in again, with a driver that drops nothing"
replug
finish
begin "error bit on every picture for 3 s"
repeat 2 all_faulty flag-every
holds "bad pictures were counted" counted
finish
faulty "flag-every 3"
begin "error bit on every third picture"
repeat 4 some_faulty
holds "bad pictures were counted" counted
finish
begin "every picture cut off for 3 s"
repeat 2 all_faulty cut-every
holds "bad pictures were counted" counted
finish
faulty "cut-every 3"
begin "every third picture cut off"
repeat 4 some_faulty
holds "bad pictures were counted" counted
finish
faulty
echo 0 >/sys/module/uvcvideo/parameters/nodrop

begin "pictures of another size than agreed for 3 s"
repeat 2 other_size
holds "bad pictures were counted" counted
finish

stop_glyphd || die "glyphd did not end well"
unplug
