#!/usr/bin/env bash
# Swap off now and after each boot, in the way of each operating system. Whatever of these is on the board is
# turned off, so that an image with two of them is covered too.

units=/etc/systemd/system
masked_list=$STATE/swap-masked
armbian=/etc/default/armbian-zram-config

swap_in_use() { awk 'NR > 1 { print $1 }' "$ROOT/proc/swaps"; }

has_unit() {
  local folder
  for folder in {lib,usr/lib,etc}/systemd/system run/systemd/generator{,.late}; do
    if [ -e "$ROOT/$folder/$1" ]; then return; fi
  done
  return 1
}

is_masked() { [ "$(readlink "$ROOT$units/$1")" = /dev/null ]; }

# masked UNIT: it can't start. What was masked is noted first, so that only that is unmasked again.
masked() {
  if ! is_masked "$1" && lacking "$1 brings swap"; then
    mkdir -p "$STATE"
    grep -qxsF "$1" "$masked_list" || printf '%s\n' "$1" >>"$masked_list"
    # Else a power cut may leave the mask and an empty list.
    sync "$masked_list"
    quietly systemctl stop "$1" || true
    mkdir -p "$ROOT$units"
    # An administrator's own unit of this name is kept beside.
    if [ -e "$ROOT$units/$1" ] && [ ! -L "$ROOT$units/$1" ]; then mv "$ROOT$units/$1" "$ROOT$units/$1.bramble-off"; fi
    ln -sfn /dev/null "$ROOT$units/$1"
    systemctl daemon-reload
  fi
}

# A filter for fstab. What it comments out can be told from what its owner did.
without_swap() {
  awk '!/^[[:space:]]*#/ && $3 == "swap" { print "#bramble# " $0; next } { print }'
}

# A filter for armbian-zram-config, which keeps the zram for logs and /tmp. The shell that reads it takes the
# last value.
armbian_without_swap() {
  with_block | sed 's/^SWAP=/#bramble# &/' | with_block SWAP=false
}

raspberry_pi_os() {
  if has_unit dphys-swapfile.service; then
    masked dphys-swapfile.service
    if [ -e "$ROOT/var/swap" ] && lacking "/var/swap takes up the card"; then
      quietly swapoff "$ROOT/var/swap" || true
      rm -f "$ROOT/var/swap"
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

promises() {
  raspberry_pi_os
  if [ -e "$ROOT$armbian" ]; then edited "$armbian" armbian_without_swap; fi
  local unit
  for unit in zramswap.service zram-config.service; do
    if has_unit "$unit"; then masked "$unit"; fi
  done
  if has_unit systemd-zram-setup@.service; then masked systemd-zram-setup@zram0.service; fi
  while read -r unit; do
    if has_unit "$unit"; then masked "$unit"; fi
  done < <(swap_units)
  # After its units are masked, which are gone with the next boot: cut off in between, the end is the same.
  if [ -e "$ROOT/etc/fstab" ]; then edited /etc/fstab without_swap; fi
  if [ -n "$(swap_in_use)" ] && lacking "swap is on: $(swap_in_use | tr '\n' ' ')"; then
    quietly swapoff -a || fail "swap can't be turned off, too much of it is in use" "reboot the board, then run pulumi up again"
    # zram devices that are in no fstab.
    local device
    for device in $(swap_in_use); do quietly swapoff "$device"; done
    systemctl daemon-reload
  fi
}

# Swap comes back with the next boot.
undo() {
  absent /etc/rpi/swap.conf.d/90-bramble.conf
  local path unit
  for path in "$armbian" /etc/fstab; do
    if [ -e "$ROOT$path" ]; then edited "$path" with_swap; fi
  done
  if [ ! -e "$masked_list" ]; then return; fi
  while read -r unit; do
    if is_masked "$unit"; then rm -f "$ROOT$units/$unit"; fi
    if [ -e "$ROOT$units/$unit.bramble-off" ]; then mv "$ROOT$units/$unit.bramble-off" "$ROOT$units/$unit"; fi
  done <"$masked_list"
  rm -f "$masked_list"
  systemctl daemon-reload
}

with_swap() { with_block | sed 's/^#bramble# //'; }

phase "$@"
