# shellcheck shell=bash
# Sourced: `apt_for ARCH` makes a private apt world for ARCH below $LAB and gives the path of its configuration.
# dpkg's list of architectures and the host's apt lists stay as they are.

apt_for() {
    local arch=$1 world=$LAB/apt-$1
    mkdir -p "$world"/{sources.list.d,apt.conf.d,preferences.d,lists/partial,cache/archives/partial}
    : >"$world/status"
    if [ -e /etc/apt/sources.list.d/debian.sources ]; then
        cp /etc/apt/sources.list.d/debian.sources "$world/sources.list.d/"
    else
        cp /etc/apt/sources.list "$world/sources.list.d/debian.list"
    fi
    cat >"$world/apt.conf" <<CONF
Dir::Etc "$world";
Dir::Etc::sourcelist "-";
Dir::Etc::sourceparts "$world/sources.list.d";
Dir::State "$world";
Dir::State::lists "$world/lists";
Dir::State::status "$world/status";
Dir::Cache "$world/cache";
APT::Architecture "$arch";
APT::Architectures { "$arch"; };
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "3";
CONF
    APT_CONFIG=$world/apt.conf apt-get update >"$world/update.log" 2>&1 ||
        say "apt-get update for $arch was not clean, see $world/update.log"
    echo "$world/apt.conf"
}
