#!/usr/bin/env bash
# Is this the board that the settings describe, and does it run a system that bramble knows?

# The code name is what package repositories call the system.
supported() {
  case $1 in
    "debian 12 bookworm" | "debian 13 trixie" | "ubuntu 24.04 noble" | "ubuntu 26.04 resolute") ;;
    *) return 1 ;;
  esac
}

board_obstacles() {
  local architecture ram system
  # A kernel may be 64-bit and its userland not: what counts is which packages can be installed.
  architecture=$(dpkg --print-architecture || true)
  case $architecture in
    "$ARCH") ;;
    armhf | armel | i386)
      obstacle "the userland is 32-bit ($architecture), the kernel $(uname -m); there are no 32-bit packages of Kubernetes" \
        "flash the 64-bit image of the operating system"
      ;;
    *)
      obstacle "the architecture is $architecture, but the settings say $ARCH" \
        "correct the board's arch in the settings, or flash an image for $ARCH"
      ;;
  esac
  # MiB that the kernel has.
  ram=$(awk '/^MemTotal:/ { print int($2 / 1024) }' "$ROOT/proc/meminfo")
  if [ "$ram" -lt $((CAPACITY * 95 / 100)) ] || [ "$ram" -gt "$RAM" ]; then
    obstacle "the kernel reports $ram MiB of RAM; a board with $RAM MiB, as in the settings, reports $CAPACITY to $RAM MiB" \
      "correct the board's model or ram in the settings; if it is only some 10 MiB short, check for a large gpu_mem in config.txt"
  fi
  if [ "$(getconf _NPROCESSORS_ONLN)" != "$CORES" ]; then
    obstacle "it has $(getconf _NPROCESSORS_ONLN) CPU cores, but the settings say $CORES" \
      "correct the board's model or cores in the settings"
  fi
  system="$(os_release ID) $(os_release VERSION_ID) $(os_release VERSION_CODENAME)"
  if ! supported "$system"; then
    obstacle "the operating system ${system% } is not supported" \
      "use Raspberry Pi OS (bookworm, trixie), Debian 12 or 13, Ubuntu 24.04 or 26.04, or Armbian based on one of these"
  fi
  if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then
    obstacle "sudo asks $(id -un) for a password, so what only root can see was not checked" \
      "on the board: echo '$(id -un) ALL=(ALL) NOPASSWD: ALL' | sudo tee /etc/sudoers.d/$(id -un)"
  fi
}
