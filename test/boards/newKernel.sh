#!/usr/bin/env bash
# What the installation of a kernel runs of raspi-firmware, on a board that says it is arm64. The hook fails at
# its end, where it copies files of a real Raspberry Pi.
set -euo pipefail
mkdir /tmp/arm
printf '#!/bin/sh\necho arm64\n' >/tmp/arm/dpkg
chmod +x /tmp/arm/dpkg
PATH=/tmp/arm:$PATH DEB_MAINT_PARAMS="'configure'" sh /etc/kernel/postinst.d/z50-raspi-firmware || true
