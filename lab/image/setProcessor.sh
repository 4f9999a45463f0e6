#!/bin/sh
# Puts the line of a clock rate into /proc/cpuinfo, as a Raspberry Pi 3 has it; nothing goes by the figure.
set -eu
sed 's/^model name.*/&\ncpu MHz\t\t: 1400.000/' /proc/cpuinfo >/run/cpuinfo
mount --bind /run/cpuinfo /proc/cpuinfo
