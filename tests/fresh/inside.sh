#!/bin/bash
# inside.sh ROOT RUST BUILT USER MODE : one trial of run.sh, in mounts and processes of its own. Puts what a machine has at work
# into ROOT, and a Rust toolchain; adds make, and for USER `user` a person with sudo; then does as the README says.
set -euo pipefail
root=$1
rust=$2
built=$3
user=$4
mode=$5

mount --make-rprivate /
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts "$root/dev/pts"
ln -sf pts/ptmx "$root/dev/ptmx"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
mount --bind "$rust" "$root/opt/rust"
mount -o remount,bind,ro "$root/opt/rust"

# What says how this machine gets to the registries, and nothing else of its environment.
mapfile -t network < <(env | grep -iE '^((https?|no|all)_proxy|SSL_CERT_FILE|CARGO_(HTTP|NET|REGISTR|SOURCE)[A-Z_]*)=' || true)
# in_root USER COMMAND : as that user, who has logged in
in_root() {
    local home=/root
    [ "$1" = root ] || home=/home/$1
    chroot "$root" /usr/sbin/runuser -u "$1" -- env -i "${network[@]}" HOME="$home" USER="$1" LANG=C.UTF-8 CARGO_TERM_COLOR=never \
        PATH="/opt/rust/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" sh -euc "cd /srv/glyphd; $2"
}

in_root root "apt-get update -qq; DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends make$([ "$user" = root ] || echo " sudo") >/dev/null"
home=/root
if [ "$user" != root ]; then
    home=/home/$user
    in_root root "useradd --create-home $user; echo '$user ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/$user"
fi
# Compiled once for both users of a Debian: what differs between them is set-up.
mkdir -p "$root$home/.cargo/registry" "$root/srv/glyphd/target"
[ ! -e ~/.cargo/config.toml ] || cp ~/.cargo/config.toml "$root$home/.cargo/"
mount --bind "$built/registry" "$root$home/.cargo/registry"
mount --bind "$built/target" "$root/srv/glyphd/target"
chroot "$root" chown -R "$user:" "$home/.cargo" /srv/glyphd

if [ "$mode" = check ]; then
    in_root "$user" "tests/setup.sh demo tests; cargo check --locked"
    # What the demo and the tests run beside cargo, asked without set-up's help.
    in_root "$user" "socat -V >/dev/null; espeak-ng --version; speech-dispatcher --version >/dev/null
        ls /usr/lib*/speech-dispatcher-modules/sd_espeak-ng /usr/lib*/*/speech-dispatcher-modules/sd_espeak-ng 2>/dev/null | grep -q ."
else
    times() { in_root "$user" "TIMEFORMAT='fresh: $1: %U s + %S s of CPU'; export TIMEFORMAT; exec bash -c 'time $1'"; }
    times "make demo"
    times "make test"
fi
