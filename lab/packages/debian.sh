#!/bin/sh
# Downloads packages of Debian trixie with whatever they need besides what a fresh card has.
#
# usage: debian.sh FOLDER STATUS MIRROR PACKAGE…, where STATUS is the card's list of installed packages
set -eu
folder=$1
status=$2
mirror=$3
shift 3

# An apt of its own: nothing of this machine's own apt plays a part, and nothing of it is changed.
apt=$folder/apt
mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/etc/preferences.d" "$apt/etc/apt.conf.d"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
echo "deb [arch=amd64 signed-by=$keyring] $mirror trixie main" >"$apt/etc/sources.list"
cat >"$apt/apt.conf" <<CONF
Dir::Etc "$apt/etc";
Dir::Etc::sourceparts "-";
Dir::Etc::trustedparts "-";
Dir::State "$apt";
Dir::State::status "$status";
Dir::Cache "$apt/cache";
APT::Architecture "amd64";
APT::Architectures "amd64";
APT::Sandbox::User "root";
Debug::NoLocking "true";
CONF
export APT_CONFIG="$apt/apt.conf"
apt-get --quiet --quiet update
# One after the other, because some are alternatives of which only one can be installed.
for package; do
  apt-get --quiet --quiet --assume-yes --no-install-recommends --download-only install "$package"
done
find "$apt/cache/archives" -name '*.deb' -exec mv {} "$folder" \;
rm -rf "$apt"
