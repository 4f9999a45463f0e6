#!/bin/sh
# Makes a repository with one file, `note`, in an empty folder, and pushes its branch master.
#
# usage: push.sh FOLDER URL
set -eu
git init --quiet --initial-branch=master "$1"
cd "$1"
echo one >note
git add note
git -c user.name=a -c user.email=a@example.com commit --quiet --message=one
git push "$2" master
