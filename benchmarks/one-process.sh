#!/bin/sh
# One process beside the reference trainer, on the networks of benchmarks/results: prints a table for each, trainers started in
# turn. For a machine with nothing else to do; about three minutes.
#
# usage: benchmarks/one-process.sh [ROUNDS]
set -eu
cd "$(dirname "$0")/.."
for row in "64-32-10 32 1" "784-128-10 128 1,2" "784-512-512-10 256 1,2" "784-1024-1024-10 256 1,2"; do
    # shellcheck disable=SC2086 # three words
    set -- $row "${1:-3}"
    ./tutti bench cluster --network "$1" --batch "$2" --workers "$3" --rounds "$4" --seconds 6
    set -- "$4"
done
