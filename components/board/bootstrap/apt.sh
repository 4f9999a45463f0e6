#!/usr/bin/env bash
# For the phases that install packages; in front of them, behind prelude.sh.

# On a freshly flashed card the operating system's own updater may hold the lock for minutes.
apt() {
  quietly apt-get -q -y -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 -o Acquire::http::Timeout=30 \
    -o Acquire::https::Timeout=30 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@"
}

# installed PACKAGE: its version, or nothing.
installed() {
  { dpkg-query -W -f='${db:Status-Abbrev} ${Version}\n' "$1" 2>/dev/null || true; } | awk '$1 ~ /^.i$/ { print $2 }'
}

held() { apt-mark showhold | grep -x "$1" >/dev/null; }

# hold PACKAGE…: no upgrade but bramble's touches them.
hold() {
  local package
  for package in "$@"; do
    if ! held "$package" && lacking "$package is not held"; then quietly apt-mark hold "$package"; fi
  done
}

# A power cut in the middle of an installation leaves packages half unpacked, which apt takes for installed, and
# others that wait for them.
repair_packages() {
  if [ -n "$(dpkg --audit)" ] && lacking "packages are half installed" "see: dpkg --audit"; then
    # What waits for a half unpacked one fails here, but apt does nothing before this was tried.
    dpkg --configure -a >/dev/null 2>&1 || true
    local packages=()
    mapfile -t packages < <(to_install_again)
    if [ ${#packages[@]} != 0 ]; then
      refresh_packages
      apt --fix-broken install --reinstall --no-install-recommends --allow-change-held-packages "${packages[@]}"
    fi
    apt --fix-broken install
  fi
}

# Of the audit's sections those that say so; a package stands at the start of a line, behind a space.
to_install_again() {
  dpkg --audit | awk '/^The / { again = 0 } /reinstalled|retrying/ { again = 1 } again && /^ / { print $1 }' | sort -u
}

# Without the option apt only warns of a repository that does not answer, and what it has is then not found.
refresh_packages() {
  apt -o APT::Update::Error-Mode=any update || fail "a package repository can't be read" \
    "see that the board reaches it, its clock is right and its card has room, or name a mirror: cluster.kubernetesRepository, cluster.containerdRepository"
}

# install_packages PACKAGE[=VERSION]…
install_packages() {
  apt install --no-install-recommends --allow-downgrades --allow-change-held-packages "$@" ||
    fail "$* can't be installed" "see the lines above; if a package is not found, npm run drift says whether the board still has its repositories"
}
