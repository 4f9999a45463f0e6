#!/bin/bash
# Tells the DogStatsD of its own pod, once a minute, what no check of the agent knows of a board: whether power or
# heat slows it, and how warm its processor is.
#
# $1  DogStatsD's UDP port
# $2  where sysfs is; /sys unless this is tried elsewhere
set -u
port=$1
sysfs=${2:-/sys}

# Raspberry Pi firmware: hexadecimal, bits 0 to 3 for now (undervoltage, capped, throttled, too warm), the same from
# bit 16 for since the start.
throttled() {
  local file bits
  for file in "$sysfs"/devices/platform/soc*/soc*:firmware/get_throttled; do
    if [[ -r $file ]] && read -r bits <"$file" && [[ $bits =~ ^[0-9a-f]+$ ]]; then
      printf 'bramble.board.throttled:%d|g\n' "$(((16#$bits & 0xf) != 0))"
      printf 'bramble.board.undervoltage:%d|g\n' "$((16#$bits & 0x1))"
    fi
  done
}

# In thousandths of a degree.
temperature() {
  local file=$sysfs/class/thermal/thermal_zone0/temp thousandths
  if [[ -r $file ]] && read -r thousandths <"$file" && [[ $thousandths =~ ^[0-9]+$ ]]; then
    printf 'bramble.board.temperature:%d.%d|g\n' "$((thousandths / 1000))" "$((thousandths % 1000 / 100))"
  fi
}

trap 'exit 0' TERM INT
while true; do
  lines=$(throttled; temperature)
  # While the agent starts nobody takes it; a minute later somebody does.
  [[ -z $lines ]] || printf '%s\n' "$lines" 2>/dev/null >"/dev/udp/127.0.0.1/$port" || true
  sleep 60 &
  wait $!
done
