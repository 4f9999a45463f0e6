#!/usr/bin/env bash
# Who turns swap on at boot, found by what is run and not by a list of names; in front of the phases that look,
# behind prelude.sh.

swap_in_use() { awk 'NR > 1 { print $1 }' "$ROOT/proc/swaps"; }

# swapon as a command in a script or a command line. Only text is looked at: many programs name every system call.
turns_on='(^|[^[:alnum:]_.-])swapon(["'\''[:space:];]|$)'
merely_asks='swapon[[:space:]]+(-s|--show|--summary|-V|--version|-h|--help)|(command -v|which|type|hash)[[:space:]]+[^;]*swapon'

# runs_swapon FILE, where it is not in a comment and not only asked about.
runs_swapon() {
  sed -E 's/(^|[[:space:]])#.*//' "$1" 2>/dev/null | grep -IE "$turns_on" | grep -vE "$merely_asks" >/dev/null
}

# named_in FILE…: the files whose absolute path is in them, a line `FILE PATH` each.
named_in() {
  local file path
  grep -IHsoE '/[[:alnum:]_./@%+-]+' "$@" /dev/null | sort -u | while IFS=: read -r file path; do
    case $path in /dev/* | /proc/* | /sys/* | /run/*) continue ;; esac
    if [ -f "$ROOT$path" ]; then echo "${file#"$ROOT"} $path"; fi
  done || true
}

# swap_runners FILE…: which of these turn swap on, a line `FILE RUNNER` each; RUNNER is the file itself or a script
# that it names. One search through all of them first, for there may be hundreds.
swap_runners() {
  local file path
  grep -IlsE "$turns_on" "$@" /dev/null | while read -r file; do
    if runs_swapon "$file"; then echo "${file#"$ROOT"} ${file#"$ROOT"}"; fi
  done || true
  named_in "$@" >"$WORK/named"
  awk -v root="$ROOT" '{ print root $2 }' "$WORK/named" | sort -u | xargs -rd '\n' grep -IlsE "$turns_on" | while read -r path; do
    if runs_swapon "$path"; then awk -v path="${path#"$ROOT"}" '$2 == path && $1 != path' "$WORK/named"; fi
  done || true
}

# The services that systemd knows, of each name the file that counts. An alias has another name than its file.
service_files() {
  local folder
  for folder in etc/systemd/system run/systemd/generator {usr/local/,usr/,}lib/systemd/system run/systemd/generator.late; do
    find "$ROOT/$folder" -maxdepth 1 -name '*.service' -printf '%p\t%l\n' 2>/dev/null || true
  done | awk -F'\t' '
    { name = $1; sub(/.*\//, "", name); target = $2; sub(/.*\//, "", target) }
    !seen[name]++ && (target == "" || target == name) { print $1 }'
}

# switched_off UNIT: it does not start by itself.
switched_off() {
  case $(systemctl ${ROOT:+--root="$ROOT"} is-enabled "$1" 2>/dev/null || true) in
    disabled | masked* | bad) [ -n "$ROOT" ] || ! systemctl -q is-active "$1" ;;
    *) return 1 ;;
  esac
}

# The services that turn swap on, a line `UNIT PROGRAM RUNNER` each. Armbian's and Raspberry Pi OS's go by their
# configuration or name, and rc.local by the file.
swap_services() {
  local unit command program runner
  service_files | xargs -rd '\n' grep -HsE '^Exec(StartPre|Start|StartPost)[[:space:]]*=' |
    sed -E 's|^[^:]*/([^/:]+):|\1 |' >"$WORK/starts" || true
  {
    echo "swapon swapon"
    # shellcheck disable=SC2046
    swap_runners $(named_in "$WORK/starts" | awk -v root="$ROOT" '{ print root $2 }' | sort -u)
  } >"$WORK/runners"
  while read -r unit command; do
    case $unit in armbian-zram-config.service | dphys-swapfile.service | rpi-* | rc-local.service | rc.local.service) continue ;; esac
    while read -r program runner; do
      if [ "$program" = swapon ]; then grep -qE "$turns_on" <<<"$command" || continue; fi
      if [[ "$command " == *[=[:space:]@+\"-]"$program"[[:space:]\"]* ]] || [ "$program" = swapon ]; then
        if ! switched_off "$unit"; then echo "$unit $program $runner"; fi
        break
      fi
    done <"$WORK/runners"
  done <"$WORK/starts" | awk '!seen[$1]++'
}

# mounts RUNNER: whether it makes file systems, too, as zram-config does of folders that only live in RAM
# (openhab/openhabian#1307). Whether it makes swap is then for its configuration to say.
mounts() { [ "$1" != swapon ] && sed -E 's/(^|[[:space:]])#.*//' "$ROOT$1" | grep -w mount >/dev/null; }

# only_for_swap UNIT PROGRAM RUNNER: by their names they have no other purpose, and nothing is mounted, so that the
# unit can be switched off whole.
only_for_swap() { grep -qiE 'swap|zram' <<<"${1%.service} $(basename "$2")" && ! mounts "$3"; }

# Files other than services that are run at boot and turn swap on, a line `FILE RUNNER` each.
swap_places() {
  local file files=()
  if [ -x "$ROOT/etc/rc.local" ]; then files+=("$ROOT/etc/rc.local"); fi
  for file in "$ROOT"/etc/crontab "$ROOT"/etc/cron.d/* "$ROOT"/var/spool/cron/crontabs/* "$ROOT"/etc/udev/rules.d/*.rules \
    "$ROOT"/etc/systemd/system/*.service.d/*.conf "$ROOT"/etc/initramfs-tools/scripts/*/*; do
    if [ -f "$file" ]; then files+=("$file"); fi
  done
  if [ ${#files[@]} != 0 ]; then swap_runners "${files[@]}"; fi
}

# swap_file_of_dphys: the file that Debian's dphys-swapfile makes.
swap_file_of_dphys() {
  local path
  path=$(sed -n 's/^CONF_SWAPFILE=//p' "$ROOT/etc/dphys-swapfile" 2>/dev/null | tail -n 1)
  echo "${path:-/var/swap}"
}

# named_swaps: the devices and files of fstab and of swap units, as they are written and as the kernel names them.
named_swaps() {
  local name
  {
    # Also what bramble has commented out.
    awk '{ sub(/^#bramble# /, "") } !/^[[:space:]]*#/ && $3 == "swap" { print $1 }' "$ROOT/etc/fstab" 2>/dev/null || true
    sed -n 's/^What=//p' "$ROOT"/{etc,run,usr/local/lib,usr/lib,lib}/systemd/{system,generator,generator.late}/*.swap 2>/dev/null || true
  } | while read -r name; do
    case $name in
      UUID=* | LABEL=* | PARTUUID=* | PARTLABEL=*)
        name=$(tr '[:upper:]' '[:lower:]' <<<"${name%%=*}")/$(tr -d '"' <<<"${name#*=}")
        name=/dev/disk/by-$name
        ;;
    esac
    echo "$name"
    readlink -e "$ROOT$name" | sed "s|^$ROOT||" || true
  done
}

# owned DEVICE: whether what turns it on is among what bramble switches off.
owned() {
  local unit program runner
  if named_swaps | grep -xF "$1" >/dev/null; then return; fi
  if has_unit dphys-swapfile.service && [ "$1" = "$(swap_file_of_dphys)" ]; then return; fi
  case $1 in
    /dev/zram*) if [ -e "$ROOT/etc/default/armbian-zram-config" ] || [ -e "$ROOT/etc/rpi/swap.conf" ]; then return; fi ;;
    /var/swap | /dev/loop*) if [ -e "$ROOT/etc/rpi/swap.conf" ]; then return; fi ;;
  esac
  while read -r unit program runner; do
    if ! only_for_swap "$unit" "$program" "$runner"; then continue; fi
    case $1 in
      /dev/zram*) if [ "$runner" = swapon ] || grep -q zram "$ROOT$runner"; then return; fi ;;
      *) if [ "$runner" = swapon ] || ! grep -q zram "$ROOT$runner"; then return; fi ;;
    esac
  done <"$WORK/services"
  return 1
}

# What turns swap on and does more, or is not found: bramble touches neither.
swap_obstacles() {
  local unit program runner file device
  swap_services >"$WORK/services"
  while read -r file runner; do
    obstacle "$file turns swap on at boot$(if [ "$file" != "$runner" ]; then echo " through $runner"; fi), but the kubelet needs swap off" \
      "remove that from $file, then run pulumi up again"
  done < <(swap_places)
  while read -r unit program runner; do
    # A script that is only named may be run, or not.
    if only_for_swap "$unit" "$program" "$runner" || [ "$program" != "$runner" ]; then continue; fi
    if ! mounts "$runner"; then
      obstacle "$unit turns swap on ($program), and its name suggests that it does more than that" \
        "remove swapon from $program; or, if that is all the unit does: sudo systemctl disable --now $unit"
    elif [ -n "$(swap_in_use)" ]; then
      obstacle "$unit turns swap on and also mounts file systems ($program), whose content would be lost if bramble stopped it" \
        "remove swap from its configuration (for zram-config: /etc/ztab), or disable the unit by hand; reboot, then run pulumi up again"
    fi
  done <"$WORK/services"
  for device in $(swap_in_use); do
    if ! owned "$device"; then
      obstacle "swap is on ($device), but nothing was found that turns it on at boot; checked: fstab, swap units, services$(sed -E 's/^(\S+) (\S+) (\S+)/ (perhaps \1 through \3)/' "$WORK/services" | tr -d '\n'), rc.local, crontabs, udev rules, initramfs scripts" \
        "if it was turned on by hand: sudo swapoff $device; otherwise disable what turns it on, then run pulumi up again"
    fi
  done
}
