# shellcheck shell=dash
# Mode once: glyphd reads what is on view and ends, or nothing is on view and it ends at the deadline.
RECEIVERS=-
running() { :; }
# once CODE : it ends with this exit code; TOLD is how long all of it took at the longest
once() {
    tick
    over=$NOW
    /tmp/glyphd run --once --config /tmp/once.toml >/tmp/once.txt 2>>$OUT/glyphd.log
    code=$?
    tick
    TRIALS=$((TRIALS + 1))
    [ $((NOW - over)) -le $TOLD ] || TOLD=$((NOW - over))
    [ $code = "$1" ] && RECOVERED=$((RECOVERED + 1)) || note "  exit code $code"
}
reads() {
    next_code && show "$PICTURE"
    once 0
    holds "the text is told" grep -q "\"text\":\"$TEXT\"" /tmp/once.txt
    holds "and its page last" sh -c 'tail -n 1 /tmp/once.txt | grep -q "\"type\":\"page\""'
}
sees_nothing() {
    once 75
    holds "that is told" grep -q '"type":"no-read"' /tmp/once.txt
}

sed 's/^\[output.stdout\]/[trigger]\ndeadline-ms = 15000\n&/' /mnt/usb.toml >/tmp/once.toml
set_codes jpg
next_code && show "$PICTURE"
plug
wait_for 15 "the camera" test -e $CAMERA
begin "once: a reading, and the end"
repeat 3 reads
finish
unplug
begin "once: no camera"
repeat 1 once 69
finish
show /mnt/empty.jpg
plug --size 1280x720
wait_for 15 "the camera" test -e $CAMERA
begin "once: nothing on view, the end at the deadline of 15 s"
repeat 1 sees_nothing
finish
unplug
