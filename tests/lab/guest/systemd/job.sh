#!/bin/sh
# Runs in the guest with systemd: glyphd as the service that is shipped, from its start to its stop. Leaves rows of the same
# table as the other guest, see trial.sh, and what systemd says of the service.
mkdir /tmp/bin
/bin/busybox --install -s /tmp/bin
export PATH=/tmp/bin:$PATH
# shellcheck source=/dev/null
. /mnt/lib.sh
# shellcheck source=/dev/null
. /mnt/trial.sh
# shellcheck source=/dev/null
. /mnt/settings
SOCKET=/run/glyphd/glyphd.sock
CONFIG=/etc/glyphd/glyphd.toml
# Standard output is the journal here, so nothing is known of what was told but what the client heard.
RECEIVERS=-
trap 'cp $LOGS/* $OUT/; journalctl -u glyphd -o short-monotonic --no-pager >$OUT/journal.txt; dmesg >$OUT/dmesg.txt' EXIT

log() { journalctl -u glyphd --no-pager; }
running() { systemctl -q is-active glyphd; }
property() { systemctl show glyphd -P "$1"; }
restarted() { [ "$(property MainPID)" != "$1" ] && running; }
# Clients come back by themselves; told.txt has no part in this.
keep_listening() {
    while :; do
        listen heard
        sleep 0.1
    done
}
next_is_read() {
    show_next
    recovers
}
drop_in() {
    mkdir -p /etc/systemd/system/glyphd.service.d
    printf '[Service]\n%s\n' "$*" >/etc/systemd/system/glyphd.service.d/lab.conf
    systemctl daemon-reload
}

starts() {
    tick
    systemctl start glyphd || note "  it did not start"
    over=$NOW
    tick
    remark "ready $((NOW - over)) ms after it was started"
    sleep 1
    show_next
    recovers
    note "  STATUS: $(property StatusText)"
    holds "a STATUS line is shown" test -n "$(property StatusText)"
}
replug() {
    unplug
    pause 200 1000
    show_next
    tick
    plug
    recovers $NOW
}
# systemd sees that nothing feeds the watchdog, kills, and starts anew.
hangs() {
    pid=$(property MainPID)
    kill -STOP "$pid"
    tick
    before=$NOW
    wait_for 80 "the watchdog" restarted "$pid"
    tick
    over=$NOW
    remark "another process $((over - before)) ms after it hung"
    show_next
    recovers
}
dies() {
    pid=$(property MainPID)
    kill -KILL "$pid"
    wait_for 20 "a restart" restarted "$pid"
    show_next
    recovers
}
# It is not started again and again: that would give the same.
wrong_config() {
    cp $CONFIG /tmp/right.toml
    echo "widht = 3" >>$CONFIG
    restarts=$(property NRestarts)
    systemctl restart glyphd 2>/dev/null
    sleep 4
    holds "it stays down" test "$(property ActiveState)" = failed
    holds "with exit code 78" test "$(property ExecMainStatus)" = 78
    holds "without a restart" test "$(property NRestarts)" -le "$restarts"
    cp /tmp/right.toml $CONFIG
    systemctl start glyphd
    sleep 1
    next_is_read
}
client() { pidof glyphd | tr ' ' '\n' | grep -v "^$(property MainPID)\$" | sort | xargs; }
reloads() {
    pid=$(property MainPID) listeners=$(client)
    cp $CONFIG /tmp/right.toml
    "$@"
    holds "systemctl reloads" systemctl reload glyphd
    sleep 1
    next_is_read
    holds "the process is the same" test "$(property MainPID)" = "$pid"
    holds "its client is still connected" test "$(client)" = "$listeners"
}
# From systemd's order to the end of the process, by the journal: a unit that is down has forgotten its times.
stops() {
    systemctl stop glyphd
    sleep 1
    took=$(journalctl -u glyphd -o short-monotonic --no-pager |
        sed -n 's/^\[ *\([0-9.]*\)\].*systemd\[1\]: \(Stopp[a-z]*\) glyphd.*/\2 \1/p' | tail -n 2 |
        awk '$1 == "Stopping" { order = $2 } $1 == "Stopped" && order { print int(($2 - order) * 1000) }')
    took=${took:-99999}
    [ "$took" -le $SLOWEST_STOP ] || SLOWEST_STOP=$took
    TRIALS=$((TRIALS + 1))
    if [ "$took" -le 1000 ] && ! systemctl -q is-failed glyphd; then RECOVERED=$((RECOVERED + 1)); fi
    systemctl start glyphd
    sleep 1
}
stable_name_in_use() { property StatusText | grep -q by-id; }
# The kernel's own driver for buttons has the line, and would have the machine switched off.
frees_the_button() {
    echo gpio-keys >/sys/bus/platform/drivers/gpio-keys/unbind
    # As a udev rule would, or the group `gpio` of a Raspberry Pi.
    chgrp video /dev/gpiochip0
    chmod 0640 /dev/gpiochip0
    printf '\n[trigger]\nmode = "triggered"\n[trigger.gpio]\nchip = "/dev/gpiochip0"\nline = 3\n' >>$CONFIG
}
# It triggers, for a service that sees little of the system.
triggers() {
    before=$(figure triggers)
    show_next
    push_button
    recovers $NOW
    holds "by the button" test "$(figure triggers)" -gt "$before"
    sleep 1
}
good_change() { printf '\n[metrics]\nfile = "/run/glyphd/glyphd.prom"\nevery-s = 1\n' >>$CONFIG; }
bad_change() { echo 'widht = 3' >>$CONFIG; }

cp /mnt/fakeuvc /mnt/glyphd /mnt/label.jpg /tmp/
mkdir /tmp/codes
cp /mnt/codes/*.jpg /tmp/codes/
cp /mnt/glyphd /usr/bin/
chmod 755 /usr/bin/glyphd
cp /mnt/glyphd.service /etc/systemd/system/glyphd.service
mkdir -p /etc/glyphd
cp /mnt/shipped.toml $CONFIG
systemctl daemon-reload
: >/tmp/faults
: >$LOGS/heard.txt
load vhci_hcd uvcvideo
set_codes jpg
next_code && show "$PICTURE"
plug
wait_for 20 "the camera" test -e $CAMERA
keep_listening &

note "as shipped: unit and configuration"
begin "service: started"
starts
finish
systemctl status glyphd --no-pager -l | head -n 20

# Quick to tell a line, and the camera by its stable name.
cp /mnt/service.toml $CONFIG
begin "service: another configuration, reloaded"
repeat 1 reloads true
holds "the change is in force" stable_name_in_use
finish
begin "service: camera unplugged and plugged in again"
repeat 5 replug
holds "glyphd warned of it" noticed
finish
begin "service: reloaded with a good configuration"
reloads good_change
holds "the change is in force" test -s /run/glyphd/glyphd.prom
finish
begin "service: reloaded with a wrong configuration"
reloads bad_change
cp /tmp/right.toml $CONFIG
finish

wait_for 20 "the kernel's driver for buttons" test -e /sys/bus/platform/drivers/gpio-keys/gpio-keys
frees_the_button
systemctl reload glyphd
sleep 1
begin "service: a GPIO line triggers"
repeat 3 triggers
finish
cp /tmp/right.toml $CONFIG
systemctl reload glyphd

drop_in "WatchdogSec=15
RestartSec=500ms"
systemctl restart glyphd
sleep 2
begin "service: hangs, killed by the watchdog"
repeat 2 hangs
finish
begin "service: dies"
repeat 2 dies
finish
begin "service: wrong configuration at start"
repeat 1 wrong_config
finish

SLOWEST_STOP=0
begin "service: stopped within a second"
repeat 3 stops
remark "$SLOWEST_STOP ms at the longest"
finish

security=$(systemd-analyze security glyphd --no-pager | tee $OUT/security.txt | tail -n 1)
exposure=$(echo "$security" | sed 's/[^0-9]*\([0-9.]*\).*/\1/')
begin "service: shut off from the rest of the system"
next_is_read
remark "systemd-analyze security: $exposure"
holds "its exposure is at most 1.5" awk "BEGIN { exit !($exposure <= 1.5) }"
remark "memory $(($(property MemoryCurrent) / 1024)) kB, RSS at the most $(sed -n 's/^VmHWM:[^0-9]*//p' "/proc/$(property MainPID)/status")"
finish
systemctl stop glyphd
