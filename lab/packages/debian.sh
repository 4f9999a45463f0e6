#!/bin/sh
# Downloads packages of a release of Debian with whatever they need besides what is there.
#
# usage: debian.sh [--arch=ARCHITECTURE] FOLDER STATUS MIRROR RELEASE PACKAGE…, where STATUS is a list of installed
# packages as dpkg's, and ARCHITECTURE amd64 if omitted
set -eu
architecture=amd64
case $1 in
  --arch=*)
    architecture=${1#--arch=}
    shift
    ;;
esac
folder=$1
status=$2
mirror=$3
release=$4
shift 4

# An apt of its own: nothing of this machine's own apt plays a part, and nothing of it is changed.
apt=$folder/apt
mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/etc/preferences.d" "$apt/etc/apt.conf.d"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
# A release that is still being made counts as expired a week after a mirror was last brought up to date.
echo "deb [arch=$architecture check-valid-until=no signed-by=$keyring] $mirror $release main non-free-firmware" >"$apt/etc/sources.list"
cat >"$apt/apt.conf" <<CONF
Dir::Etc "$apt/etc";
Dir::Etc::sourceparts "-";
Dir::Etc::trustedparts "-";
Dir::State "$apt";
Dir::State::status "$status";
Dir::Cache "$apt/cache";
APT::Architecture "$architecture";
APT::Architectures "$architecture";
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
