# shellcheck shell=dash
# Faults of the camera at the moment glyphd starts.
set_codes jpg
next_code && show "$PICTURE"
plug
wait_for 15 "the camera" test -e $CAMERA

# Another program streams from the camera when glyphd starts, and lets go 4 s later.
begin "busy at start"
v4l2-ctl -d $CAMERA --stream-mmap --stream-count=100000 >/dev/null 2>&1 &
holder=$!
sleep 1
start_glyphd /mnt/usb.toml
sleep 3
show_next
kill $holder
wait $holder 2>/dev/null
tick
recovers $NOW
finish
stop_glyphd || die "glyphd did not end well"

begin "not there at start"
unplug
wait_for 5 "the camera to be gone" test ! -e $CAMERA
start_glyphd /mnt/usb.toml
sleep 3
show_next
tick
plug
recovers $NOW
finish
stop_glyphd || die "glyphd did not end well"
unplug
