#!/usr/bin/env bash
# Behind setUp.sh, run by a service of the card before sshd starts.

# What asks for passwords at the first login, and logs root in at the console until then. The image's password for
# root is known to everybody.
end_first_login() {
  if [ ! -e "$ROOT/root/.not_logged_in_yet" ]; then return; fi
  usermod --password '*' root
  rm -f "$ROOT"/etc/systemd/system/{serial-,}getty@{,tty1,ttyGS0}.service.d/override.conf
  rm -f "$ROOT/root/.not_logged_in_yet"
}

set_up
end_first_login
mark_card
# It holds the private key.
rm -f "$ROOT$SET_UP"
sync
