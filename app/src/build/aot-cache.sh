#!/bin/sh
# Makes app/target/dist.aot while packaging: classes loaded and linked ahead of time (JDK 25), from one short training. The start
# script uses it if Java, jars and flags are the same. It only saves time, so whatever goes wrong here goes unsaid.
#
# usage: aot-cache.sh TARGET JAVA_HOME
set -u
target=$1
run=$target/aot-run
rm -rf "$run" "$target/dist.aot"
TUTTI_JAVA_HOME=$2 TUTTI_JAVA_OPTS="-XX:AOTCacheOutput=$target/new.aot -Xlog:aot=off -Xlog:cds=off" \
    "$target/dist/bin/tutti" train digits --epochs 3 --out "$run" >/dev/null 2>&1
[ -s "$target/new.aot" ] && mv "$target/new.aot" "$target/dist.aot"
rm -rf "$run" "$target/new.aot" "$target/new.aot.config"
exit 0
