#!/bin/bash
# The first commands of the README on machines that have nothing but Debian, make and Rust: `make demo` and `make test` in bare
# Debian 12 and 13, once as root and once as a user with sudo.
#   tests/fresh/run.sh [--check] [SUITE:USER ...]
# SUITE is bookworm or trixie, USER is root or user; without any, all four. With --check it is set-up and `cargo check` in place
# of the two commands: minutes in place of an hour.
# FRESH_WITHOUT=PACKAGE takes PACKAGE out of set-up: this must then fail. --check shows it at the end, by itself.
# What is fetched and built lies in .lab/fresh; of each Debian what was compiled is kept from one run to the next.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
ROOT=$(cd "$HERE/../.." && pwd)
FRESH=${LAB:-$ROOT/.lab}/fresh

say() { printf '\033[1mfresh:\033[0m %s\n' "$*" >&2; }
fail() {
    printf 'fresh: %s\n' "$*" >&2
    exit 1
}

mode=full
[ "${1:-}" != --check ] || { mode=check; shift; }
[ $# -gt 0 ] || set -- bookworm:root bookworm:user trixie:root trixie:user
[ "$(id -u)" = 0 ] || fail "must be root, to change into the roots it makes: sudo make fresh"
RUST=$(rustc --print sysroot)
[ -x "$RUST/bin/cargo" ] && [ "$RUST" != /usr ] || fail "needs a Rust toolchain in a folder of its own, as rustup has it; this one is in $RUST"
command -v debootstrap >/dev/null || "$ROOT/tests/install.sh" fresh debootstrap
mkdir -p "$FRESH"
# One at a time: two would pull the roots from under each other.
exec 9>"$FRESH/lock"
flock 9

# The mirror that this machine's apt takes, and how it gets there.
mirror=$(cat /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null |
    grep -oE 'https?://[^ ]+/debian/?( |$)' | head -n 1 | tr -d ' ') || true
mirror=${mirror:-http://deb.debian.org/debian}

# bare SUITE : $FRESH/SUITE is Debian and nothing else, with the network of this machine.
bare() {
    local suite=$1 root=$FRESH/$1
    [ ! -e "$root" ] || return 0
    say "making a bare $suite"
    rm -rf "$root.part"
    # A debootstrap that is older than the release does not know its name; since years each is made as the one before it.
    local script=/usr/share/debootstrap/scripts/$suite
    [ -e "$script" ] || script=/usr/share/debootstrap/scripts/sid
    debootstrap --variant=minbase "$suite" "$root.part" "$mirror" "$script" >"$FRESH/$suite.log" 2>&1 ||
        { tail -n 5 "$FRESH/$suite.log" >&2; fail "could not make a bare $suite; see $FRESH/$suite.log"; }
    grep -l '^Acquire::' /etc/apt/apt.conf.d/* 2>/dev/null | xargs -r cp -t "$root.part/etc/apt/apt.conf.d/" || true
    # A machine that is thrown away need not wait for the disk.
    echo force-unsafe-io >"$root.part/etc/dpkg/dpkg.cfg.d/unsafe-io"
    mv "$root.part" "$root"
}

# trial SUITE:USER [PACKAGE] : in a fresh copy; with PACKAGE taken out of set-up. What it prints is in the log.
trial() {
    local suite=${1%:*} user=${1#*:} without=${2:-} root=$FRESH/root
    case $suite:$user in bookworm:root | bookworm:user | trixie:root | trixie:user) ;; *) fail "what is $1? say bookworm:root, say" ;; esac
    bare "$suite"
    rm -rf "$root"
    cp -a "$FRESH/$suite" "$root"
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    echo "127.0.0.1 localhost $(hostname)" >"$root/etc/hosts"
    # Whoever installed Rust through the network has these.
    install -D -m 644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
    mkdir -p "$root/srv/glyphd" "$root/opt/rust" "$FRESH/built-$suite/target" "$FRESH/built-$suite/registry"
    (cd "$ROOT" && git ls-files -z --cached --others --exclude-standard |
        while IFS= read -r -d '' file; do [ ! -e "$file" ] || printf '%s\0' "$file"; done |
        tar -c --null -T - | tar -x -C "$root/srv/glyphd" --no-same-owner)
    if [ -n "$without" ]; then
        # The word, where set-up answers with packages.
        sed -i "/|| echo /s/ $without\( \|\$\)/ \1/" "$root/srv/glyphd/tests/setup.sh"
        ! cmp -s "$ROOT/tests/setup.sh" "$root/srv/glyphd/tests/setup.sh" || fail "set-up does not install $without"
    fi
    # The mounts are seen by the processes of the trial alone, and all of them end with it: what is removed later is never a
    # folder of this machine.
    unshare --mount --pid --fork --kill-child "$HERE/inside.sh" "$root" "$RUST" "$FRESH/built-$suite" "$user" "$mode" \
        >"$FRESH/trial.log" 2>&1 </dev/null
}

passed=0
for trial in "$@"; do
    say "$trial${FRESH_WITHOUT:+ without $FRESH_WITHOUT}: $([ $mode = check ] && echo 'set-up and cargo check' || echo 'make demo, make test')"
    begun=$SECONDS
    trial "$trial" "${FRESH_WITHOUT:-}" || { tail -n 30 "$FRESH/trial.log" >&2; fail "$trial failed; all it printed is in $FRESH/trial.log"; }
    grep '^fresh: ' "$FRESH/trial.log" >&2 || true
    say "$trial passed in $((SECONDS - begun)) s"
    passed=$((passed + 1))
done
if [ $mode = check ] && [ -z "${FRESH_WITHOUT:-}" ]; then
    # This must be able to fail.
    say "$1 with gcc taken out of set-up: must fail"
    ! (trial "$1" gcc) || fail "it passed without a C compiler: this shows nothing"
    reason=$(grep -m 1 -E '^setup: installed, but|`cc` not found' "$FRESH/trial.log") ||
        { tail -n 30 "$FRESH/trial.log" >&2; fail "it failed for another reason than the C compiler"; }
    say "it failed, as it must: $reason"
fi
rm -rf "$FRESH/root"
say "passed: $passed of $#"
