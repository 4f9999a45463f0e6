#!/usr/bin/env bash
# For the phases that install packages; in front of them, behind prelude.sh. What bramble installs and holds is
# noted first: only that is ever removed, downgraded or let go of again.

export NOTED_PACKAGES=$STATE/packages
export NOTED_HOLDS=$STATE/holds

# On a freshly flashed card the operating system's own updater may hold the lock for minutes.
apt() {
  quietly apt-get -q -y -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 -o Acquire::http::Timeout=30 \
    -o Acquire::https::Timeout=30 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@"
}

# installed PACKAGE: its version, or nothing.
installed() {
  { dpkg-query -W -f='${db:Status-Abbrev} ${Version}\n' "$1" 2>/dev/null || true; } | awk '$1 ~ /^.i$/ { print $2 }'
}

# has_version PACKAGE VERSION: whether it is installed in some revision of that.
has_version() { case $(installed "$1") in "$2" | "$2"-*) ;; *) return 1 ;; esac }

held() { apt-mark showhold | grep -x "$1" >/dev/null; }

# A board that was set up before packages were noted: what makes it a node came from bramble.
without_notes() { [ -e "$ROOT/etc/tmpfiles.d/bramble-cni.conf" ] && [ ! -e "$NOTED_PACKAGES" ]; }

of_a_node() { case $1 in kubelet | kubeadm | kubectl | kubernetes-cni | cri-tools | containerd | containerd.io | runc) ;; *) return 1 ;; esac }

# ours PACKAGE: whether bramble installed it.
ours() { grep -qxsF "$1" "$NOTED_PACKAGES" || { without_notes && of_a_node "$1"; }; }

# held_by_us PACKAGE
held_by_us() { grep -qxsF "$1" "$NOTED_HOLDS" || { without_notes && of_a_node "$1"; }; }

# Once the first package is noted, a board without notes would be taken for the owner's work.
note_what_was_there() {
  local package here=()
  if ! without_notes; then return; fi
  for package in kubelet kubeadm kubectl kubernetes-cni cri-tools containerd containerd.io runc; do
    if [ -z "$(installed "$package")" ]; then continue; fi
    here+=("$package")
    if held "$package"; then note "$NOTED_HOLDS" "$package"; fi
  done
  note "$NOTED_PACKAGES" "${here[@]}"
}

# hold PACKAGE…: no upgrade but bramble's touches them.
hold() {
  local package
  for package in "$@"; do
    if ! held "$package" && needs_change "$package is not held"; then
      note_what_was_there
      note "$NOTED_HOLDS" "$package"
      quietly apt-mark hold "$package"
    fi
  done
}

# release PACKAGE…: what the owner holds stays held.
release() {
  local package
  note_what_was_there
  for package in "$@"; do
    if held_by_us "$package"; then
      quietly apt-mark unhold "$package"
      strike "$NOTED_HOLDS" "$package"
    fi
  done
}

# What apt would do, one action a line: `Inst NAME [OLD] (NEW …)`, `Remv NAME [OLD]`.
simulate() { apt-get -q -s "$@" 2>/dev/null | grep -E '^(Inst|Remv) ' >"$WORK/plan" || true; }

# What the owner would lose by the simulated plan: packages removed, downgraded, or changed although held.
lost_by_plan() {
  local action package old new
  while read -r action package old new; do
    package=${package%:*}
    if ours "$package"; then continue; fi
    if [ "$action" = Remv ]; then
      echo "$package (removed)"
    elif [[ $old == "["* ]]; then
      old=${old#[}
      old=${old%]}
      new=${new#(}
      new=${new%% *}
      if dpkg --compare-versions "$new" lt "$old"; then
        echo "$package (downgraded from $old to $new)"
      elif held "$package" && ! held_by_us "$package"; then
        echo "$package (held at $old, would become $new)"
      fi
    fi
  done <"$WORK/plan"
}

# spare_the_owners WHAT APT_ARGUMENT…: fails if apt would take something from the board's owner.
spare_the_owners() {
  local what=$1 lost
  shift
  simulate "$@"
  lost=$(lost_by_plan | sort | listed)
  if [ -n "$lost" ]; then
    fail "$what would change packages that bramble did not install: $lost" \
      "if that is acceptable, remove, upgrade or unhold them yourself (apt-get remove, apt-get upgrade, apt-mark unhold) and run pulumi up again; otherwise remove the board from the settings"
  fi
}

# The packages that the simulated plan brings anew.
new_in_plan() { awk '$1 == "Inst" && $3 !~ /^\[/ { sub(/:.*/, "", $2); print $2 }' "$WORK/plan"; }

# A power cut in the middle of an installation leaves packages half unpacked, which apt takes for installed, and
# others that wait for them.
repair_packages() {
  if [ -n "$(dpkg --audit)" ] && needs_change "some packages are only half installed" "see: dpkg --audit"; then
    # What waits for a half unpacked one fails here, but apt does nothing before this was tried.
    dpkg --configure -a >/dev/null 2>&1 || true
    local packages=()
    mapfile -t packages < <(to_install_again)
    if [ ${#packages[@]} != 0 ]; then
      refresh_packages
      spare_the_owners "reinstalling ${packages[*]}" --fix-broken install --reinstall --no-install-recommends --allow-change-held-packages "${packages[@]}"
      apt --fix-broken install --reinstall --no-install-recommends --allow-change-held-packages "${packages[@]}"
    fi
    spare_the_owners "completing half-installed packages" --fix-broken install
    apt --fix-broken install
  fi
}

# Of the audit's sections those that say so; a package stands at the start of a line, behind a space.
to_install_again() {
  dpkg --audit | awk '/^The / { again = 0 } /reinstalled|retrying/ { again = 1 } again && /^ / { print $1 }' | sort -u
}

# Without the option apt only warns of a repository that does not answer, and what it has is then not found.
read_repositories() { apt -o APT::Update::Error-Mode=any update; }

# A project extends its signing key, at the same URL, before it expires (kubernetes/release#3818). Whether one was another
# there.
renew_keys() {
  local list url keyring renewed=1
  for list in "$ROOT"/etc/apt/sources.list.d/bramble-*.list; do
    url=$(sed -n 's/^# key: \(http.*\)/\1/p' "$list" 2>/dev/null)
    keyring=$(basename "$list" .list)
    keyring=$ROOT/etc/apt/keyrings/$keyring.asc
    rm -f "$WORK/key"
    if [ -z "$url" ] || ! apt-helper download-file "$url" "$WORK/key" >/dev/null 2>&1 || cmp -s "$WORK/key" "$keyring"; then continue; fi
    replace "$keyring" "$WORK/key"
    renewed=0
  done
  return "$renewed"
}

refresh_packages() {
  local said
  if said=$(read_repositories 2>&1) || { renew_keys && said=$(read_repositories 2>&1); }; then return; fi
  printf '%s\n' "$said" >&2
  fail "a package repository can't be read" \
    "make sure the board can reach it, its clock is right and its card is not full; or set a mirror: kubernetesRepository, containerdRepository"
}

# install_packages PACKAGE[=VERSION]…
install_packages() {
  local new=()
  spare_the_owners "installing $*" install --no-install-recommends --allow-downgrades --allow-change-held-packages "$@"
  mapfile -t new < <(new_in_plan)
  if [ ${#new[@]} != 0 ]; then
    note_what_was_there
    note "$NOTED_PACKAGES" "${new[@]}"
  fi
  apt install --no-install-recommends --allow-downgrades --allow-change-held-packages "$@" ||
    fail "$* can't be installed" "see the output above; if a package is not found, npm run drift shows whether the board still has its repositories"
}

# remove_ours PACKAGE…: what was there before bramble stays, and so does what a package of the owner's needs.
remove_ours() {
  local package lost mine=()
  for package in "$@"; do
    if ours "$package" && [ -n "$(installed "$package")" ]; then mine+=("$package"); fi
  done
  if [ ${#mine[@]} = 0 ]; then return; fi
  simulate remove "${mine[@]}"
  lost=$(lost_by_plan | sort | listed)
  if [ -n "$lost" ]; then
    echo "$PHASE: ${mine[*]} stay installed, because removing them would also remove $lost"
    return
  fi
  apt remove "${mine[@]}"
  strike "$NOTED_PACKAGES" "${mine[@]}"
}
