#!/bin/sh
# Writes down what files there are below the folder $1, each with its size and times, into the file $2: two of
# these are the same only if nothing has changed in between.
set -eu

: >"$2.part"
find "$1" -type f -exec stat -c '%n %i %s %y %z' {} + | sort >"$2.part"
mv "$2.part" "$2"
