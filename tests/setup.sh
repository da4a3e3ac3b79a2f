#!/bin/sh
# Installs what the build needs beside Rust: a C compiler (tract's kernels are in assembly). With the word "demo" also what shows
# the demo, with "tests" what the tests talk to. For Debian and its kin; elsewhere it says what is missing.
# Of each thing it asks whether it does its work here, not whether there is a file of its name; when all do, it does nothing else.
#   tests/setup.sh [demo] [tests]
set -eu
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

c_compiler() { "$here/links.sh" cc; }
serial_port() { timeout 10 socat -u /dev/null PTY,rawer 2>/dev/null; } # one that is not there
voice() { # writes a sound to a file
    espeak-ng -w "$work/sound.wav" works 2>/dev/null && [ -s "$work/sound.wav" ]
}
speech_server() { speech-dispatcher --version >/dev/null 2>&1; }
voice_of_server() { # The server starts its module for espeak-ng, and ends after a second, since nobody talks to it.
    mkdir -p "$work/conf/modules" "$work/log"
    printf '%s\n' 'LogLevel 3' 'AudioOutputMethod "libao"' 'AddModule "espeak-ng" "sd_espeak-ng" "espeak-ng.conf"' \
        'DefaultModule espeak-ng' >"$work/conf/speechd.conf"
    : >"$work/conf/modules/espeak-ng.conf"
    HOME=$work XDG_RUNTIME_DIR=$work timeout 20 speech-dispatcher --run-single --timeout 1 --socket-path "$work/socket" \
        --config-dir "$work/conf" --log-dir "$work/log" --pid-file "$work/pid" >"$work/said" 2>&1 || return 1
    grep -q 'Module espeak-ng started successfully' "$work/said" "$work/log/speech-dispatcher.log"
}

# Each question, and the packages that are the answer where it is no.
answers() {
    c_compiler || echo gcc libc6-dev
    for what in "$@"; do
        case $what in
        demo) serial_port || echo socat ;;
        tests)
            voice || echo espeak-ng
            speech_server || echo speech-dispatcher
            voice_of_server || echo speech-dispatcher-espeak-ng
            ;;
        *) echo "setup: what is '$what'? say demo or tests" >&2; exit 64 ;;
        esac
    done
}

cargo --version >/dev/null 2>&1 || { echo "setup: cargo does not run: install Rust (rustup.rs), then try again" >&2; exit 69; }
missing=$(answers "$@")
[ -n "$missing" ] || exit 0
# shellcheck disable=SC2086
"$here/install.sh" setup $missing
missing=$(answers "$@")
[ -z "$missing" ] || { echo "setup: installed, but these still do not work:" $missing >&2; exit 69; }
