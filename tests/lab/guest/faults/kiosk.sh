# shellcheck shell=dash
# config/kiosk.toml as it is shipped: the camera is /dev/video0, and the serial line /dev/ttyUSB0, an adapter of the emulated
# machine whose other end is a file on the host.
SOCKET=/run/glyphd/glyphd.sock
ADAPTER=$OUT/adapter.raw
RECEIVERS=-
# A line is told after four readings there, elsewhere here after one.
PATIENCE=$((PATIENCE * 4))

load xhci_pci ftdi_sio
wait_for 10 "the adapter" test -c /dev/ttyUSB0
set_codes jpg
next_code && show "$PICTURE"
plug
wait_for 15 "the camera" test -c /dev/video0
mkdir -p /run/glyphd
start_glyphd /mnt/kiosk.toml
sent() { tr '\r' '\n' <$ADAPTER; }
came() { sent | grep -qxF "$TEXT"; }
part() {
    show_next
    echo "$TEXT" >>/tmp/shown.txt
    recovers
    wait_for 5 "the line on the adapter" came
    # Held on view: it comes once.
    pause 1500 2500
}
wait_for 30 "the first line" came
echo "$TEXT" >/tmp/shown.txt

begin "kiosk.toml as shipped: the next part"
repeat 8 part
sent >/tmp/sent.txt
holds "each line came once, as it is printed" cmp -s /tmp/shown.txt /tmp/sent.txt
cmp -s /tmp/shown.txt /tmp/sent.txt || note "  sent: $(xargs </tmp/sent.txt)"
holds "the camera is a USB camera" test "$(basename "$(readlink -f /sys/class/video4linux/video0/device/driver)")" = uvcvideo
finish
stop_glyphd || die "glyphd did not end well"
unplug
