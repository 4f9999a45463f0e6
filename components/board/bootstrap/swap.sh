#!/usr/bin/env bash
# Swap off now and after each boot, in the way of each operating system. Whatever of these is on the board is
# turned off, so that an image with two of them is covered too.

units=/etc/systemd/system
masked_list=$STATE/swap-masked
armbian=/etc/default/armbian-zram-config

is_masked() { [ "$(readlink "$ROOT$units/$1")" = /dev/null ]; }

# masked UNIT: it can't start. What was masked is noted first, so that only that is unmasked again.
masked() {
  if ! is_masked "$1" && needs_change "$1 turns swap on"; then
    note "$masked_list" "$1"
    quietly systemctl stop "$1" || true
    mkdir -p "$ROOT$units"
    # An administrator's own unit of this name, or link to it, is kept beside.
    if [ -e "$ROOT$units/$1" ] || [ -L "$ROOT$units/$1" ]; then mv -T "$ROOT$units/$1" "$ROOT$units/$1.bramble-off"; fi
    ln -sfn /dev/null "$ROOT$units/$1"
    reload
  fi
}

reload() { quietly systemctl daemon-reload || fail "systemd can't reload its units" "see: journalctl -b -u init.scope; reboot the board, then run pulumi up again"; }

# A filter for fstab. What it comments out can be told from what its owner did.
with_swap_out() {
  awk '!/^[[:space:]]*#/ && $3 == "swap" { print "#bramble# " $0; next } { print }'
}
without_swap_out() { sed 's/^#bramble# //'; }

# A filter for armbian-zram-config, which keeps the zram for logs and /tmp. The shell that reads it takes the
# last value.
with_armbian_off() {
  without_block | sed 's/^SWAP=/#bramble# &/' | with_block SWAP=false
}
without_armbian_off() { without_block | sed 's/^#bramble# //'; }

# made_by_dphys PATH: its swap file, to be made again by it; and not something of the owner's at that place. The
# mark is at the end of the first page, which is larger on some boards.
made_by_dphys() {
  local page
  if [ ! -f "$ROOT$1" ] || [ -L "$ROOT$1" ] || named_swaps | grep -xF "$1" >/dev/null; then return 1; fi
  for page in 4096 16384 65536; do
    if [ "$(tail -c +$((page - 9)) "$ROOT$1" | head -c 10 | tr -d '\0')" = SWAPSPACE2 ]; then return; fi
  done
  return 1
}

raspberry_pi_os() {
  local file
  if has_unit dphys-swapfile.service; then
    masked dphys-swapfile.service
    file=$(swap_file_of_dphys)
    if made_by_dphys "$file" && needs_change "the unused swap file $file takes up space on the card"; then
      quietly swapoff "$ROOT$file" || true
      if swap_in_use | grep -xF "$file" >/dev/null; then in_use; fi
      rm -f "$ROOT$file" 2>"$WORK/why" || cannot_write "$ROOT$file"
    fi
  fi
  # From trixie on. Without rpi-swap its zram generator would go on by itself.
  if [ -e "$ROOT/etc/rpi/swap.conf" ]; then
    printf '[Main]\nMechanism=none\n' | file /etc/rpi/swap.conf.d/90-bramble.conf
  fi
}

# Units of type swap that systemd knows, from any generator or package, but not those it made up for a swap
# that somebody turned on by hand.
swap_units() {
  {
    systemctl list-unit-files --type=swap --no-legend --plain
    systemctl list-units --type=swap --all --state=loaded --no-legend --plain
  } | awk '{ print $1 }' | sort -u
}

in_use() { fail "swap can't be turned off because too much of it is in use" "reboot the board, then run pulumi up again"; }

desired_state() {
  require_none swap_obstacles
  local unit program runner
  swap_services >"$WORK/services"
  raspberry_pi_os
  if [ -e "$ROOT$armbian" ]; then edited "$armbian" with_armbian_off; fi
  while read -r unit program runner; do
    if only_for_swap "$unit" "$program" "$runner"; then masked "$unit"; fi
  done <"$WORK/services"
  # The generator's zram0 may also be a file system.
  if has_unit systemd-zram-setup@.service && has_unit dev-zram0.swap; then masked systemd-zram-setup@zram0.service; fi
  while read -r unit; do
    if has_unit "$unit"; then masked "$unit"; fi
  done < <(swap_units)
  # After its units are masked, which are gone with the next boot: cut off in between, the end is the same.
  if [ -e "$ROOT/etc/fstab" ]; then edited /etc/fstab with_swap_out; fi
  if [ -n "$(swap_in_use)" ] && needs_change "swap is on: $(swap_in_use | tr '\n' ' ')"; then
    quietly swapoff -a || in_use
    # zram devices that are in no fstab.
    local device
    for device in $(swap_in_use); do quietly swapoff "$device" || in_use; done
    reload
  fi
}

# Swap comes back with the next boot.
remove() {
  absent /etc/rpi/swap.conf.d/90-bramble.conf
  local unit
  if [ -e "$ROOT$armbian" ]; then edited "$armbian" without_armbian_off; fi
  if [ -e "$ROOT/etc/fstab" ]; then edited /etc/fstab without_swap_out; fi
  if [ ! -e "$masked_list" ]; then return; fi
  while read -r unit; do
    if is_masked "$unit"; then rm -f "$ROOT$units/$unit"; fi
    if [ -e "$ROOT$units/$unit.bramble-off" ] || [ -L "$ROOT$units/$unit.bramble-off" ]; then
      mv -T "$ROOT$units/$unit.bramble-off" "$ROOT$units/$unit"
    fi
  done <"$masked_list"
  rm -f "$masked_list"
  reload
}

phase "$@"
