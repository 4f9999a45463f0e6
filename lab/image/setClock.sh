#!/bin/sh
# Sets the clock to the seconds since 1970 that the kernel's command line says: lab.clock=1700000000
set -eu
read -r line </proc/cmdline
seconds=${line##*lab.clock=}
date --set="@${seconds%% *}"
