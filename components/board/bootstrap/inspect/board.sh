#!/usr/bin/env bash
# Is this the board that the settings describe, and does it run a system that bramble knows?

architecture() { dpkg --print-architecture; }

# MiB that the kernel has.
memory() { awk '/^MemTotal:/ { print int($2 / 1024) }' "$ROOT/proc/meminfo"; }

# The code name is what package repositories call the system.
supported() {
  case $1 in
    "debian 12 bookworm" | "debian 13 trixie" | "ubuntu 24.04 noble" | "ubuntu 26.04 resolute") ;;
    *) return 1 ;;
  esac
}

# A kernel may be 64-bit and its userland not: what counts is which packages can be installed.
inspect_architecture() {
  case $(architecture) in
    "$ARCH") ;;
    armhf | armel | i386)
      stands_in_the_way "the userland is 32-bit ($(architecture)), the kernel $(uname -m); Kubernetes has no 32-bit packages" \
        "flash the 64-bit image of the operating system"
      ;;
    *)
      stands_in_the_way "the architecture is $(architecture), the settings say $ARCH" \
        "correct the board's arch in the settings, or flash the image for $ARCH"
      ;;
  esac
}

board_obstacles() {
  local ram system
  inspect_architecture
  ram=$(memory)
  if [ "$ram" -lt $((CAPACITY * 95 / 100)) ] || [ "$ram" -gt "$RAM" ]; then
    stands_in_the_way "the kernel has $ram MiB of RAM; the settings' $RAM MiB board has $CAPACITY to $RAM" \
      "set the board's model or ram to what it is; less by some 10 MiB may be a large gpu_mem in config.txt"
  fi
  if [ "$(getconf _NPROCESSORS_ONLN)" != "$CORES" ]; then
    stands_in_the_way "it has $(getconf _NPROCESSORS_ONLN) CPU cores, the settings say $CORES" \
      "set the board's model or cores to what it is"
  fi
  system="$(os_release ID) $(os_release VERSION_ID) $(os_release VERSION_CODENAME)"
  if ! supported "$system"; then
    stands_in_the_way "the operating system is ${system% }" \
      "use Raspberry Pi OS (bookworm, trixie), Debian 12 or 13, Ubuntu 24.04 or 26.04, or Armbian on one of these"
  fi
  if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then
    stands_in_the_way "sudo asks $(id -un) for a password; what only root may see of the board was not looked at" \
      "on the board: echo '$(id -un) ALL=(ALL) NOPASSWD: ALL' | sudo tee /etc/sudoers.d/$(id -un)"
  fi
}
