#!/usr/bin/env bash
# A place for the control planes' snapshots on another board: a user who can do nothing but take one and give
# back the newest.

user=bramble-store
home=/var/lib/bramble-store
shell=/bin/bash
script=/usr/local/lib/bramble/receive.sh
# What a home of bramble's has in it: useradd's own files, and these.
own='\.bash_logout|\.bashrc|\.profile|\.hushlogin|\.ssh|snapshots'

keys() {
  local key
  while read -r key; do
    if [ -n "$key" ]; then printf 'restrict,command="/bin/bash %s" %s\n' "$script" "$key"; fi
  done <<<"$KEYS"
}

# Of the user; nothing if there is none.
# account passwd|shadow FIELD
account() { { getent "$1" "$user" || true; } | cut -d: -f"$2"; }

# A user of this name who is somebody else's keeps what he has.
refuse_foreign_user() {
  local why=""
  if [ "$(account passwd 6)" != "$home" ]; then
    why="its home is $(account passwd 6), not $home"
  elif [ "$(account passwd 7)" != "$shell" ]; then
    why="its shell is $(account passwd 7), not $shell"
  else
    # Of users without a password it is empty, * or starts with !.
    case $(account shadow 2) in "" | '!'* | '*'*) ;; *) why="it has a password" ;; esac
  fi
  if [ -n "$why" ]; then
    fail "the user $user exists, but bramble did not create it: $why" \
      "rename that user on the board: usermod --login NAME $user; then run pulumi up again"
  fi
}

refuse_foreign_home() {
  local found
  mapfile -t found < <(find "$ROOT$home" -mindepth 1 -maxdepth 1 -printf '%f\n' 2>/dev/null | grep -vxE "$own" || true)
  if [ ${#found[@]} != 0 ]; then
    fail "$home does not belong to $user and contains files that bramble did not create: ${found[*]}" \
      "move them elsewhere, then run pulumi up again"
  fi
}

is_own() { [ "$(stat -c %a:%u "$ROOT$1" 2>/dev/null)" = "700:$(account passwd 3)" ]; }

desired_state() {
  if [ -n "$(account passwd 1)" ]; then
    refuse_foreign_user
  elif needs_change "there is no user $user"; then
    refuse_foreign_home
    quietly useradd --system --home-dir "$home" --create-home --shell "$shell" "$user"
  else
    return
  fi
  if ! { is_own "$home" && is_own "$home/.ssh"; } && needs_change "$home is not private to $user"; then
    # What a user of this name has left whom somebody has removed belongs to nobody now.
    refuse_foreign_home
    mkdir -p "$ROOT$home/.ssh"
    chown -R --no-dereference "$(account passwd 3):$(account passwd 4)" "$ROOT$home"
    chmod 700 "$ROOT$home" "$ROOT$home/.ssh"
  fi
  printf '%s' "$RECEIVE_SCRIPT" | file "$script"
  keys | file "$home/.ssh/authorized_keys"
}

# When the board leaves the cluster the keys go (leave.sh). Snapshots stay.
phase "$@"
