#!/bin/sh
# Makes app/target/dist.jsa while packaging: the classes of one training, loaded and linked ahead of time (class data sharing). The
# start script uses it if Java, jars and flags are the same. It only saves time, so whatever goes wrong here goes unsaid.
#
# usage: class-archive.sh TARGET JAVA_HOME
set -u
target=$1
run=$target/archive-run
classes=$target/archive-classes

# The start script with options for Java and a command.
tutti() {
    options=$1
    shift
    TUTTI_JAVA_HOME=$java_home TUTTI_JAVA_OPTS=$options "$target/dist/bin/tutti" "$@" >/dev/null 2>&1
}

java_home=$2
rm -rf "$run" "$target/dist.jsa"
# So long that both kernels are used.
tutti "-XX:DumpLoadedClassList=$classes" train digits --epochs 60 --out "$run"
tutti "-Xshare:dump -XX:SharedClassListFile=$classes -XX:SharedArchiveFile=$target/new.jsa" version
[ -s "$target/new.jsa" ] && mv "$target/new.jsa" "$target/dist.jsa"
rm -rf "$run" "$classes" "$target/new.jsa"
exit 0
