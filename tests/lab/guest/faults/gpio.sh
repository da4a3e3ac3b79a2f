# shellcheck shell=dash
# A GPIO line that triggers: the one of the machine's power button, which the host presses for some 100 ms, see
# boot.sh. The kernel's driver for buttons has it at first.
BUTTONS=/sys/bus/platform/drivers/gpio-keys
CHIPS=/sys/bus/amba/drivers/pl061_gpio
CHIP=9030000.pl061
LINE=3

# triggered DEBOUNCE : the configuration in /tmp/gpio.toml
triggered() {
    cat /mnt/usb.toml - >/tmp/gpio.toml <<TOML
[trigger]
mode = "triggered"
deadline-ms = 15000
[trigger.gpio]
chip = "$CHIP"
line = $LINE
debounce-ms = $1
TOML
}
# Nothing is told of what is on view, until the button is pressed.
pressed() {
    before=$(lines)
    show_next
    sleep 2
    holds "nothing is read without a trigger" test "$(lines)" = "$before"
    push_button
    recovers $NOW
    # The page is over, and what was told is gone when the next trigger comes.
    sleep 1
}
lines() { grep -c '"type":"line"' $LOGS/heard.txt; }
# Too short for a debounced line: not a trigger.
too_short() {
    before=$(figure triggers)
    push_button
    sleep 2
    TRIALS=$((TRIALS + 1))
    [ -n "$before" ] && [ "$(figure triggers)" = "$before" ] && RECOVERED=$((RECOVERED + 1))
}
chip_goes() {
    echo $CHIP >$CHIPS/unbind
    pause 1500 2500
    echo $CHIP >$CHIPS/bind
    pause 1500 2000
    pressed
}
says() { log | tail -n +$((LOGGED + 1)) | grep -q "$1"; }

load gpio_keys
wait_for 5 "the kernel's driver for buttons" test -e $BUTTONS/gpio-keys
/tmp/glyphd devices | grep -A 4 GPIO
set_codes jpg
next_code && show "$PICTURE"
plug
wait_for 15 "the camera" test -e $CAMERA
# As long as by default.
triggered 10
start_glyphd /tmp/gpio.toml
sleep 1

begin "GPIO line: held by another at the start"
holds "glyphd says by whom" grep -q "line $LINE of /dev/gpiochip0: in use by" $OUT/glyphd.log
echo gpio-keys >$BUTTONS/unbind
sleep 2
repeat 1 pressed
finish
begin "GPIO line: a pulse triggers"
repeat 10 pressed
finish
begin "GPIO line: its chip goes and comes back"
repeat 3 chip_goes
holds "glyphd warned of it" says "WARN .*GPIO"
finish
stop_glyphd || die "glyphd did not end well"

triggered 250
start_glyphd /tmp/gpio.toml
sleep 1
begin "GPIO line: a pulse shorter than its debouncing is none"
RECEIVERS=-
repeat 3 too_short
finish
RECEIVERS="heard serial"
stop_glyphd || die "glyphd did not end well"
unplug
