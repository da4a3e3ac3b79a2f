#!/bin/sh
# The main job on a recorded scene: two labels are held before the camera, one after the other. What glyphd reads is shown as it
# comes on the terminal, on the socket and on a virtual serial line. Ends by itself; fails when an output stayed silent.
#   tests/demo/run.sh GLYPHD
set -eu
glyphd=$1
out=$(pwd)/target/demo
limit=90 # seconds; the scene takes seven
rm -rf "$out"
mkdir -p "$out"

cat >"$out/glyphd.toml" <<EOF
[camera]
source = "dir:tests/scenes/demo@5"

[output.stdout]
format = "text"

[output.socket]
path = "$out/glyphd.sock"

[output.serial]
port = "$out/serial"
terminator = "lf"

[log]
level = "warn"
EOF

fail() {
    echo "demo: $*" >&2
    exit 1
}
wait_for() { # until this is there, for at most ten seconds
    n=0
    until [ -e "$1" ]; do
        n=$((n + 1))
        [ "$n" -le 100 ] || fail "$1 did not come"
        sleep 0.1
    done
}
show() { # each line as it comes, with the name of the output before it
    while IFS= read -r line; do
        printf '%s\n' "$line" >>"$out/$2"
        printf '%s %.150s\n' "$1" "$line"
    done
}

"$glyphd" check "$out/glyphd.toml" >/dev/null || fail "the configuration is wrong"
echo "glyphd reads tests/scenes/demo, 5 pictures a second, as if from a camera"
# A serial line without a serial port: what is sent into one end comes out here, until the sender has gone.
timeout "$limit" socat -u "PTY,link=$out/serial,rawer,wait-slave" - | show "serial line |" serial.txt &
wait_for "$out/serial"
{
    rc=0
    timeout "$limit" "$glyphd" run --config "$out/glyphd.toml" || rc=$?
    echo "$rc" >"$out/rc"
} | show "terminal    |" terminal.txt &
wait_for "$out/glyphd.sock"
timeout "$limit" "$glyphd" listen --json "$out/glyphd.sock" 2>"$out/listen.log" | show "socket      |" socket.txt &
wait

[ "$(cat "$out/rc")" = 0 ] || fail "glyphd ended with exit code $(cat "$out/rc")"
for output in terminal socket serial; do
    [ -s "$out/$output.txt" ] || fail "nothing came out on the $output"
done
count() { wc -l <"$out/$1.txt"; }
echo "done: $(count terminal) lines on the terminal, $(count socket) events on the socket, $(count serial) lines on the serial line"
