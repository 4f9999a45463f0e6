#!/bin/sh
# Creates Gogs' administrator unless there is one.
# Usage: admin.sh CONFIG NAME EMAIL PASSWORD_FILE
# GOGS is the program, GOGS_URL where it serves, HOME git's home directory.
set -eu

config=$1
name=$2
email=$3
password_file=$4

mkdir -p "$HOME"

# Gogs makes its tables only as a server. Before that `create-user` says that the user exists already.
"$GOGS" web --config "$config" &
server=$!
trap 'kill "$server" 2>/dev/null || true' EXIT
seconds=0
until curl --noproxy '*' --fail --silent --output /dev/null "$GOGS_URL/healthcheck"; do
  if ! kill -0 "$server" 2>/dev/null; then
    echo "Gogs exited before it answered requests; see its output above." >&2
    exit 1
  fi
  if [ "$seconds" -ge 600 ]; then
    echo "Gogs did not answer at $GOGS_URL within 10 minutes." >&2
    exit 1
  fi
  seconds=$((seconds + 1))
  sleep 1
done
kill "$server"
wait "$server" || true

# Gogs takes the password as an argument only. Processes are visible in their own container and to root on the
# board, who can read the Secret anyway.
if said=$("$GOGS" admin create-user --config "$config" --admin \
  --name "$name" --email "$email" --password "$(cat "$password_file")" 2>&1); then
  echo "Administrator $name created."
else
  case $said in
    *"user already exists"* | *"email has been used"*)
      echo "Administrator $name already exists; the password is not changed."
      ;;
    *)
      printf '%s\n' "$said" >&2
      exit 1
      ;;
  esac
fi
