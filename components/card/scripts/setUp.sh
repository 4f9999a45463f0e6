#!/usr/bin/env bash
# At a board's first boot, what bramble needs to log in: the board's name, a user, and the host key that the settings
# know. In front are the parameters, behind it what is particular to the system. Each step can run again after a power
# cut, and changes nothing that is as it should be. The mark is written last.
set -Eeuo pipefail
export LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin

# Tests give a folder with a system's files; on a board it is empty.
ROOT=${BRAMBLE_ROOT:-}

# put MODE PATH <CONTENT: the file is whole at any moment. Mode - is for FAT, which has none.
put() {
  local path=$ROOT$2 new=$ROOT$2.bramble-new
  mkdir -p "$(dirname "$path")"
  rm -f "$new"
  (umask 077 && cat >"$new")
  if [ "$1" != - ]; then chmod "$1" "$new"; fi
  sync "$new"
  mv -T "$new" "$path"
}

# Its own key, and no other: clients would ask for one that the settings do not know.
set_host_key() {
  local other
  # Raspberry Pi OS's own service would replace it.
  if systemctl --quiet is-enabled regenerate_ssh_host_keys 2>/dev/null; then
    systemctl --quiet disable --now regenerate_ssh_host_keys
  fi
  printf '%s\n' "$HOST_KEY" | put 600 /etc/ssh/ssh_host_ed25519_key
  printf '%s\n' "$HOST_KEY_PUBLIC" | put 644 /etc/ssh/ssh_host_ed25519_key.pub
  for other in "$ROOT"/etc/ssh/ssh_host_*_key; do
    case $other in *_ed25519_key) ;; *) rm -f "$other" "$other.pub" ;; esac
  done
  # The image's own service may generate others later. The first file that names a setting wins.
  printf '%s\n' '# Written by bramble (npm run card).' 'HostKey /etc/ssh/ssh_host_ed25519_key' \
    'PasswordAuthentication no' 'KbdInteractiveAuthentication no' | put 644 /etc/ssh/sshd_config.d/10-bramble-card.conf
}

set_name() {
  echo "$BOARD" | put 644 /etc/hostname
  hostname "$BOARD"
  if grep -qs '^127\.0\.1\.1[[:space:]]' "$ROOT/etc/hosts"; then
    sed "s/^127\.0\.1\.1[[:space:]].*/127.0.1.1 $BOARD/" "$ROOT/etc/hosts" | put 644 /etc/hosts
  else
    { cat "$ROOT/etc/hosts" 2>/dev/null || echo '127.0.0.1 localhost'; echo "127.0.1.1 $BOARD"; } | put 644 /etc/hosts
  fi
}

set_time_zone() {
  ln -sfn /usr/share/zoneinfo/Etc/UTC "$ROOT/etc/localtime.bramble-new"
  mv -T "$ROOT/etc/localtime.bramble-new" "$ROOT/etc/localtime"
  if [ -e "$ROOT/etc/timezone" ]; then echo Etc/UTC | put 644 /etc/timezone; fi
}

# A user who logs in with a key alone. A password that the image or Imager set is void.
set_login() {
  local home group keys
  if ! getent passwd "$LOGIN" >/dev/null; then useradd --create-home --shell /bin/bash "$LOGIN"; fi
  usermod --password '*' --expiredate '' "$LOGIN"
  home=$(getent passwd "$LOGIN" | cut -d: -f6)
  group=$(id -gn "$LOGIN")
  keys=$home/.ssh/authorized_keys
  install -d -m 700 -o "$LOGIN" -g "$group" "$ROOT$home/.ssh"
  # Keys that are there stay.
  { cat "$ROOT$keys" 2>/dev/null || true; printf '%s\n' "$AUTHORIZED_KEYS"; } | awk '$0 != "" && !seen[$0]++' | put 600 "$keys"
  chown "$LOGIN:$group" "$ROOT$keys"
  if [ "$LOGIN" = root ]; then return; fi
  printf '%s ALL=(ALL) NOPASSWD:ALL\n' "$LOGIN" | put 440 /etc/sudoers.d/010-bramble-card
}

# What comes with Raspberry Pi OS to ask for a user's name at the console.
cancel_wizard() {
  local user=$LOGIN
  if [ ! -x "$ROOT/usr/bin/cancel-rename" ]; then return; fi
  # On a desktop it refuses root, and the wizard's user would stay logged in, with sudo: the image's user stands in.
  if [ "$user" = root ]; then user=$(getent passwd 1000 | cut -d: -f1) || true; fi
  "$ROOT/usr/bin/cancel-rename" "${user:-root}" || true
}

set_up() {
  set_host_key
  set_name
  set_time_zone
  set_login
  cancel_wizard
  # Raspberry Pi OS comes with it off. Ubuntu's waits behind a socket.
  if ! has_ssh_socket; then systemctl enable ssh; fi
  sync
}

has_ssh_socket() { systemctl --quiet is-enabled ssh.socket 2>/dev/null; }

# With the settings and the key as they are now.
start_ssh() { if has_ssh_socket; then systemctl try-restart ssh; else systemctl restart ssh; fi; }

mark_card() {
  printf '%s' "$CARD" | put 644 /etc/bramble/card
  sync
}

# boot_folder: where the boot partition is mounted.
boot_folder() {
  local folder
  for folder in /boot/firmware /boot; do
    if [ -e "$ROOT$folder/$1" ]; then
      echo "$folder"
      return
    fi
  done
  return 1
}
