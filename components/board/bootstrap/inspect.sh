#!/usr/bin/env bash
# Is this the board that the settings describe, and can it be set up? Reads only, as the user who logs in, and
# comes before anything is touched.

architecture() { dpkg --print-architecture; }

# MiB that the kernel has.
memory() { awk '/^MemTotal:/ { print int($2 / 1024) }' "$ROOT/proc/meminfo"; }

free_space() { df --output=avail -BM "$ROOT/" | tr -dc '0-9\n' | tail -n 1; }

supported() { case $1 in "debian 12" | "debian 13" | "ubuntu 24.04") ;; *) return 1 ;; esac; }

# A kernel may be 64-bit and its userland not: what counts is which packages can be installed.
right_architecture() {
  case $(architecture) in
    "$ARCH") return 0 ;;
    armhf | armel | i386)
      lacking "the userland is 32-bit ($(architecture)), the kernel $(uname -m); Kubernetes has no 32-bit packages" \
        "flash the 64-bit image of the operating system"
      ;;
    *)
      lacking "the architecture is $(architecture), the settings say $ARCH" \
        "correct the board's arch in the settings, or flash the image for $ARCH"
      ;;
  esac
}

promises() {
  # Nothing is mended here: each finding is reported, also when applied.
  if applying; then return; fi
  right_architecture || true
  local ram system
  ram=$(memory)
  if [ "$ram" -lt $((CAPACITY * 95 / 100)) ] || [ "$ram" -gt "$RAM" ]; then
    lacking "the kernel has $ram MiB of RAM; the settings' $RAM MiB board has $CAPACITY to $RAM" \
      "set the board's model or ram to what it is; less by some 10 MiB may be a large gpu_mem in config.txt" || true
  fi
  if [ "$(getconf _NPROCESSORS_ONLN)" != "$CORES" ]; then
    lacking "it has $(getconf _NPROCESSORS_ONLN) CPU cores, the settings say $CORES" \
      "set the board's model or cores to what it is" || true
  fi
  system="$(os_release ID) $(os_release VERSION_ID)"
  if ! supported "$system"; then
    lacking "the operating system is $system" \
      "use Raspberry Pi OS (bookworm, trixie), Debian 12 or 13, Ubuntu 24.04, or Armbian on one of these" || true
  fi
  # For what the phases install, and its downloads.
  if ! dpkg -s kubelet >/dev/null 2>&1 && [ "$(free_space)" -lt "$DISK" ]; then
    lacking "/ has $(free_space) MiB free, $DISK are needed" "use a larger card, or make room" || true
  fi
  clear_of other_node module_obstacles boot_obstacles swap_obstacles
  if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then
    lacking "sudo asks $(id -un) for a password" \
      "on the board: echo '$(id -un) ALL=(ALL) NOPASSWD: ALL' | sudo tee /etc/sudoers.d/$(id -un)" || true
  fi
}

undo() { :; }

phase "$@"
