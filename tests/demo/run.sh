#!/bin/sh
# The main job on a recorded scene: two labels are held before the camera, one after the other. What glyphd reads is shown as it
# comes on the terminal, on the socket and on a virtual serial line. Ends by itself; fails when an output stayed silent.
#   tests/demo/run.sh GLYPHD VIRTUAL_SERIAL
set -eu
glyphd=$1
virtual_serial=$2
out=target/demo
rm -rf "$out"
mkdir -p "$out"

wait_for() { # a file, for at most ten seconds
    n=0
    until [ -e "$1" ]; do
        n=$((n + 1))
        [ "$n" -le 100 ] || { echo "demo: $1 did not come" >&2; exit 1; }
        sleep 0.1
    done
}
show() { # each line as it comes, with the name of the output before it
    while IFS= read -r line; do printf '%s %.150s\n' "$1" "$line"; done | tee "$out/$2"
}

echo "glyphd reads tests/scenes/demo, 10 pictures a second, as if from a camera"
"$virtual_serial" "$out/serial" | show "serial line |" serial.txt &
wait_for "$out/serial"
( "$glyphd" run --config tests/demo/glyphd.toml; echo $? >"$out/rc" ) | show "terminal    |" terminal.txt &
wait_for "$out/glyphd.sock"
"$glyphd" listen --json "$out/glyphd.sock" | show "socket      |" socket.txt &
wait

[ "$(cat "$out/rc")" = 0 ] || { echo "demo: glyphd ended with exit code $(cat "$out/rc")" >&2; exit 1; }
for output in terminal socket serial; do
    [ -s "$out/$output.txt" ] || { echo "demo: nothing came out on the $output" >&2; exit 1; }
done
echo "done: $(wc -l <"$out/terminal.txt") lines on the terminal, $(wc -l <"$out/socket.txt") events on the socket, $(wc -l <"$out/serial.txt") lines on the serial line"
