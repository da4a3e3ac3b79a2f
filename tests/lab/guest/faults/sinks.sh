# shellcheck shell=dash
# Faults of those that glyphd tells what it reads. The camera is whole; what must hold is that nobody else waits, and
# that what was accepted comes once the fault is over: the host counts it.

# Another line every second, which must be read at once, whatever the sink in question does.
label() {
    show_next
    recovers
    pause 300 600
}
labels() { for _ in $(seq "$1"); do label; done; }

serial_goes() {
    labels 2
    unplug_serial
    labels 4
    plug_serial
    labels 2
}
# Nothing is taken at the far end: the write hangs half way, and is still hanging when the port goes.
serial_goes_while_writing() {
    far_end_is STOP
    labels 2
    unplug_serial
    far_end_is CONT
    label
    plug_serial
    labels 2
}
# Longer than glyphd waits for a port that takes nothing.
serial_is_stopped() {
    far_end_is STOP
    labels 8
    far_end_is CONT
    labels 2
}
# Clients beyond the cap are sent away, and the others do not notice.
too_many() {
    crowd=
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        /tmp/glyphd listen --json $SOCKET >/dev/null 2>>$LOGS/refused.txt &
        crowd="$crowd $!"
    done
    labels 3
    # shellcheck disable=SC2086
    kill $crowd 2>/dev/null
    label
}

set_codes jpg
next_code && show "$PICTURE"
plug
wait_for 15 "the camera" test -e $CAMERA
start_glyphd /mnt/usb.toml
sleep 2

begin "serial port unplugged and plugged in again"
repeat 3 serial_goes
holds "glyphd warned of it" noticed
finish

/tmp/glyphd listen --json $SOCKET >/dev/null 2>&1 &
stopped=$!
listen heard2 &
listen heard3 &
sleep 3
begin "a client of four stops reading"
kill -STOP $stopped
RECEIVERS="heard heard2 heard3 serial"
repeat 10 label
finish

# Two places of six are free.
begin "more clients than the cap allows"
repeat 2 too_many
holds "those beyond are told why" grep -q "listen already" $LOGS/refused.txt
finish
kill -KILL $stopped
RECEIVERS="heard serial"
stop_glyphd || die "glyphd did not end well"

# Frames longer than all that the kernel holds for a serial line (16 transfers of 10 KB on their way, and what lies at the
# far end), so that one hangs half way when the far end stops. What the kernel has taken when a port goes is lost, and
# nobody can tell.
awk '/^stx/ {
    padding = "~"
    while (length(padding) < 393216) padding = padding padding
    print "prefix = \047" padding "\047"
    next
}
!/^etx/' /mnt/usb.toml >/tmp/long.toml
start_glyphd /tmp/long.toml
sleep 2
begin "serial port unplugged while writing"
repeat 3 serial_goes_while_writing
holds "glyphd warned of it" noticed
finish
begin "serial line stopped by its far end"
repeat 2 serial_is_stopped
holds "glyphd warned of it" noticed
finish
stop_glyphd || die "glyphd did not end well"
unplug
