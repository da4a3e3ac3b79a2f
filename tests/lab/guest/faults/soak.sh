# shellcheck shell=dash
# No fault, but no rest: the next line is on view as soon as the last was read, and the memory of glyphd is looked at
# when a tenth of the time and when all of it is over. Long enough for whatever grows to show; SOAK_SECONDS makes it longer.

# kB of memory in use, from the kernel
rss() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' /proc/$GLYPHD/status; }
# kB that may come and go with what is just being read
SLACK=4096

set_codes jpg
next_code && show "$PICTURE"
plug
wait_for 15 "the camera" test -e $CAMERA
sed 's/^fps = 10/fps = 30/' /mnt/usb.toml >/tmp/soak.toml
start_glyphd /tmp/soak.toml
sleep 2
begin "soak: $SOAK_SECONDS s at the highest rate"
early=
tick
begun=$NOW
while [ $NOW -lt $((begun + SOAK_SECONDS * 1000)) ] && running; do
    show_next
    recovers
    tick
    if [ -z "$early" ] && [ $NOW -gt $((begun + SOAK_SECONDS * 100)) ]; then early=$(rss); fi
done
late=$(rss)
remark "RSS $early kB after 10 %, $late kB after 100 % of the time"
holds "memory is flat" test "$late" -lt $((early + SLACK))
frames=$(figure frames)
[ -z "$frames" ] || remark "$frames pictures read"
finish
stop_glyphd || die "glyphd did not end well"
unplug
