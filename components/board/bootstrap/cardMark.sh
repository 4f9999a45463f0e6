#!/usr/bin/env bash
# Whose card this is, for the phases inspect and host, behind prelude.sh: the board's name, and its processor's
# number, by which a copy of the card in another board is told from a new name for this one.

export CARD_MARK=/var/lib/bramble/board

serial() {
  local number
  number=$({ tr -d '\0' <"$ROOT/proc/device-tree/serial-number"; } 2>/dev/null || true)
  echo "${number:-unknown}"
}
