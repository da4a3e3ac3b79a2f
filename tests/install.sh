#!/bin/sh
# Installs Debian packages for a setup script; elsewhere it says what is missing. Does nothing for no packages.
#   tests/install.sh WHO PACKAGE...
set -eu
who=$1
shift
[ $# -gt 0 ] || exit 0
# Seconds to wait for another apt that is at work.
lock=600

command -v apt-get >/dev/null || { echo "$who: this is not Debian: install these by hand: $*" >&2; exit 69; }
root=
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null || { echo "$who: there is no sudo: install these as root: apt-get install $*" >&2; exit 69; }
	root=sudo
fi
echo "$who: installing $*"
# One broken list of packages must not stop the others; what is then truly missing, the installation says.
$root apt-get -o "DPkg::Lock::Timeout=$lock" update -qq || true
# sudo passes no variables on.
$root env DEBIAN_FRONTEND=noninteractive apt-get -o "DPkg::Lock::Timeout=$lock" install -y -qq --no-install-recommends "$@" >/dev/null
