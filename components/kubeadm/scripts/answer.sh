#!/usr/bin/env bash
# For the steps whose output the program goes on with; in front of them, behind prelude.sh.

# answer <TEXT: between marks by which boardStep.ts finds it, since the board's login shell may print lines of its
# own, before or after, and not always whole ones.
answer() {
  printf '\n-----BEGIN BRAMBLE ANSWER-----\n'
  cat
  printf '\n-----END BRAMBLE ANSWER-----\n'
}
