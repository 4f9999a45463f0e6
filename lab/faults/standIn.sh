#!/usr/bin/env bash
# Runs on a board as root, before its timer for upgrades: a repository on the board itself with a newer package that asks for a
# reboot, as a kernel does, and a newer kubelet, which must stay as it is.
set -euo pipefail
repository=/srv/lab
rm -rf "$repository"
mkdir -p "$repository"

# package NAME VERSION: makes it; what it installs is nothing.
package() {
  local tree
  tree=$(mktemp -d)
  chmod 755 "$tree"
  mkdir "$tree/DEBIAN"
  printf 'Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: lab of virtual boards <root@localhost>\nDescription: Stand-in of the lab\n' "$1" "$2" >"$tree/DEBIAN/control"
  if [ "$1" = lab-kernel ]; then
    printf '#!/bin/sh\ntouch /run/reboot-required\necho lab-kernel >>/run/reboot-required.pkgs\n' >"$tree/DEBIAN/postinst"
    chmod 755 "$tree/DEBIAN/postinst"
  fi
  dpkg-deb --root-owner-group --build "$tree" "$repository/$1_$2.deb" >/dev/null
  rm -r "$tree"
}

package lab-kernel 1
dpkg -i "$repository/lab-kernel_1.deb" >/dev/null
# As before the upgrade.
rm -f /run/reboot-required /run/reboot-required.pkgs "$repository"/*.deb
package lab-kernel 2
package kubelet 9.9.9-1.1
for file in "$repository"/*.deb; do
  dpkg-deb --field "$file"
  printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "${file##*/}" "$(stat -c %s "$file")" "$(sha256sum "$file" | cut -d' ' -f1)"
done >"$repository/Packages"
echo "deb [trusted=yes] file:$repository ./" >/etc/apt/sources.list.d/lab-stand-in.list
apt-get -qq update
systemctl start apt-daily-upgrade.service
dpkg-query -W -f='${Package} ${Version}\n' lab-kernel kubelet
