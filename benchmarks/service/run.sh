#!/bin/sh
# Clients of a service that trains (ServiceLoad.java), and its start with 10,000 jobs:
#   benchmarks/service/run.sh [CLIENTS [IDLE [ROUNDS [QUIET_S [LOADED_S]]]]]
# Prints tables as in benchmarks/results/service.md. Needs a limit of open files above the connections: ulimit -n 20000.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tutti=$here/../../app/target/dist/bin/tutti
java=${TUTTI_JAVA_HOME:-${JAVA_HOME:?give TUTTI_JAVA_HOME or JAVA_HOME}}
port=${TUTTI_PORT:-8126}
work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid"; wait; rm -rf "$work"' EXIT
ulimit -n 20000

# Starts a service on a home, and says how long that took until it listened.
start() {
    : >"$work/out"
    begin=$(date +%s%N)
    TUTTI_JAVA_HOME=$java "$tutti" serve --http "127.0.0.1:$port" --home "$1" --workers 1 >"$work/out" 2>&1 &
    pid=$!
    until grep -q "token in" "$work/out"; do
        kill -0 "$pid" || { cat "$work/out"; exit 1; }
        sleep 0.02
    done
    echo "start: $((($(date +%s%N) - begin) / 1000000)) ms, with $(ls "$1/jobs" | wc -l) jobs"
}

stop() {
    kill "$pid"
    wait "$pid" || true
    pid=
}

list() {
    for i in 1 2 3 4 5 6 7 8; do
        curl -sS -o /dev/null -w '%{time_total} ' -H "Authorization: Bearer $(cat "$1/token")" \
            "http://127.0.0.1:$port/api/v1/jobs?limit=200"
    done
    echo "s for the list"
}

start "$work/home"
"$java/bin/java" "$here/ServiceLoad.java" "http://127.0.0.1:$port" "$work/home/token" "$pid" \
    "${1:-200}" "${2:-10000}" "${3:-1}" "${4:-60}" "${5:-300}"
stop

# A job that is over, many times.
python3 - "$work" <<'EOF'
import json, os, sys
jobs = os.path.join(sys.argv[1], "home", "jobs")
record = json.load(open(os.path.join(jobs, os.listdir(jobs)[0], "job.json")))
record.update(state="succeeded", endedMs=record["createdMs"] + 1, summary=json.dumps({"weightsSha256": "0" * 64, "text": "x" * 600}))
os.makedirs(sys.argv[1] + "/many/jobs")
for number in range(10000):
    record["id"] = "0aaaa%04d-%04d" % (number, number)
    os.makedirs(sys.argv[1] + "/many/jobs/" + record["id"])
    json.dump(record, open(sys.argv[1] + "/many/jobs/" + record["id"] + "/job.json", "w"))
EOF
for i in 1 2 3; do
    mkdir -p "$work/none/jobs"
    start "$work/none"
    stop
    start "$work/many"
    list "$work/many"
    stop
done
