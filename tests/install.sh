#!/bin/sh
# Installs Debian packages for a setup script; elsewhere it says what is missing. Does nothing for no packages.
#   tests/install.sh WHO PACKAGE...
set -eu
who=$1
shift
[ $# -gt 0 ] || exit 0

command -v apt-get >/dev/null || { echo "$who: install these by hand, this is no Debian: $*" >&2; exit 69; }
root=
[ "$(id -u)" = 0 ] || root=sudo
echo "$who: installing $*"
$root apt-get update -qq
DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq --no-install-recommends "$@" >/dev/null
