#!/usr/bin/env python3
"""Trains the same network with PyTorch DDP and with Tutti on the same hosts, in turn; prints the ratio by link rate.

    python3 benchmarks/peers/hosts.py --workers 2 --rates unlimited,1gbit,100mbit --rounds 3

The hosts are network namespaces behind links of the given rate, made by --hosts-script (root on Linux). One thread and
one rank or worker a host; Tutti's coordinator has a host of its own, or shares the first worker's
(--shared-coordinator). samples/s are those of the second half of each run; DDP has the best of its bucket sizes in each
round. Built before: mvn -q -DskipTests package.
"""
import argparse
import gzip
import json
import os
import pathlib
import random
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import time

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
ADDRESS = "10.77.0.{}"
DDP_PORT = 29500
COORDINATOR_PORT = 25520
PATIENCE_SECONDS = 180


class Hosts:
    """Hosts behind links of one rate, and the processes on them; all is taken away at the end."""

    def __init__(self, script, count, rate):
        self.script = script
        self.processes = []
        subprocess.run([script, "up", str(count)] + ([] if rate == "unlimited" else [rate]), check=True)

    def start(self, host, command, directory, name, **environment):
        with open(directory / (name + ".out"), "wb") as out, open(directory / (name + ".err"), "wb") as err:
            process = subprocess.Popen([self.script, "run", str(host)] + [str(word) for word in command], stdout=out,
                                       stderr=err, cwd=directory, env={**os.environ, **environment})
        self.processes.append(process)
        return process

    def end_processes(self):
        for sign, patience in ((signal.SIGTERM, 15), (signal.SIGKILL, 15)):
            for process in self.processes:
                if process.poll() is None:
                    process.send_signal(sign)
            end = time.monotonic() + patience
            for process in self.processes:
                try:
                    process.wait(max(0.1, end - time.monotonic()))
                except subprocess.TimeoutExpired:
                    pass
        self.processes = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end_processes()
        subprocess.run([self.script, "down"], check=True)


def write_samples(directory, inputs, classes, samples):
    """Writes random samples in MNIST's form."""
    source = random.Random(1)
    side = int(inputs ** 0.5)
    if side * side != inputs:
        sys.exit(f"hosts.py: the network has {inputs} inputs; the samples are square images, so give it a square")
    with gzip.open(directory / "random-images-idx3-ubyte.gz", "wb", 1) as out:
        out.write(struct.pack(">iiii", 0x803, samples, side, side) + source.randbytes(samples * inputs))
    with gzip.open(directory / "random-labels-idx1-ubyte.gz", "wb", 1) as out:
        out.write(struct.pack(">ii", 0x801, samples) + bytes(source.randrange(classes) for _ in range(samples)))
    return directory / "random-images-idx3-ubyte.gz"


def ddp(hosts, options, directory):
    """Returns samples/s and the size of the bucket that gave them."""
    master = f"{ADDRESS.format(1)}:{DDP_PORT}"
    ranks = [
        hosts.start(rank, [options.python, CHECKOUT / "benchmarks/peers/pytorch_ddp.py", "--rank", rank, "--world",
                           options.workers, "--master", master, "--network", options.network, "--batch", options.batch,
                           "--seconds", options.seconds], directory, f"ddp{rank}", GLOO_SOCKET_IFNAME="eth0")
        for rank in range(options.workers)]
    for rank in ranks:
        if rank.wait(PATIENCE_SECONDS + 12 * options.seconds) != 0:
            sys.exit("hosts.py: DDP failed:\n" + (directory / "ddp0.err").read_text())
    last = json.loads((directory / "ddp0.out").read_text().strip().splitlines()[-1])
    best = max(last["buckets"], key=lambda bucket: bucket["samplesPerSecond"])
    return best["samplesPerSecond"], best["bucketMb"]


def tutti(hosts, options, directory, samples):
    """Returns samples/s."""
    run = directory / "run"
    shutil.rmtree(run, ignore_errors=True)
    coordinator = f"{ADDRESS.format(1)}:{COORDINATOR_PORT}"
    hidden = ",".join(options.network.split("-")[1:-1])
    first = 0 if options.shared_coordinator else 1
    leader = hosts.start(0, [CHECKOUT / "tutti", "train", samples, "--hidden", hidden, "--batch", options.batch, "--lr",
                             "0.01", "--validation", "0", "--scale", "none", "--epochs", "100000", "--coordinator-bind",
                             coordinator, "--wait-workers", options.workers, "--out", run, *options.tutti.split()],
                         directory, "coordinator")
    for worker in range(options.workers):
        hosts.start(first + worker, [CHECKOUT / "tutti", "worker", "--coordinator", coordinator, "--threads", "1"],
                    directory, f"worker{worker}")
    lines = []
    began = time.monotonic()
    while len(lines) < 4 or lines[-1]["seconds"] < options.seconds:
        if leader.poll() is not None or time.monotonic() - began > PATIENCE_SECONDS + 12 * options.seconds:
            sys.exit("hosts.py: Tutti failed:\n" + (directory / "coordinator.err").read_text())
        time.sleep(0.2)
        lines = epochs(run / "metrics.jsonl")
    leader.send_signal(signal.SIGINT)
    hosts.end_processes()
    # Both are counted since the first step.
    last = lines[-1]
    middle = max((line for line in lines[:-1] if line["seconds"] <= last["seconds"] / 2), default=lines[0],
                 key=lambda line: line["seconds"])
    return (last["samples"] - middle["samples"]) / (last["seconds"] - middle["seconds"])


def epochs(file):
    lines = file.read_text().splitlines() if file.exists() else []
    objects = [json.loads(line) for line in lines if line.endswith("}")]
    return [one for one in objects if "seconds" in one and "samples" in one]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=2, help="ranks, and Tutti's workers")
    parser.add_argument("--rates", default="unlimited,1gbit,100mbit")
    parser.add_argument("--rounds", type=int, default=3, help="how often each of the two runs, in turn")
    parser.add_argument("--seconds", type=float, default=20, help="of a run of Tutti, and of each of DDP's buckets")
    parser.add_argument("--network", default="784-512-512-10")
    parser.add_argument("--batch", type=int, default=512)
    parser.add_argument("--samples", type=int, default=5120, help="of an epoch")
    parser.add_argument("--shared-coordinator", action="store_true", help="it is on the first worker's host")
    parser.add_argument("--tutti", default="", help="further options of tutti train, as one word")
    parser.add_argument("--python", default=sys.executable, help="a Python that has torch")
    parser.add_argument("--hosts-script", default=str(CHECKOUT.parent / "shared/net/hosts.sh"))
    options = parser.parse_args()
    sizes = [int(size) for size in options.network.split("-")]
    with tempfile.TemporaryDirectory(prefix="tutti-hosts-") as name:
        directory = pathlib.Path(name)
        samples = write_samples(directory, sizes[0], sizes[-1], options.samples)
        rows = []
        for rate in options.rates.split(","):
            rows.append(measure(options, rate, directory, samples))
        print(f"\n{options.network}, batch {options.batch}, {options.workers} workers; medians of {options.rounds}")
        print(f"{'link':12} {'DDP':>10} {'Tutti':>10} {'ratio':>7}   ratios of the rounds")
        for rate, speeds in rows:
            theirs, ours = (statistics.median(column) for column in zip(*speeds))
            ratios = " ".join(f"{own / other:.2f}" for other, own in speeds)
            print(f"{rate:12} {theirs:10,.0f} {ours:10,.0f} {ours / theirs:7.2f}   {ratios}")
        links = [{"rate": rate, "rounds": [{"ddp": theirs, "tutti": ours} for theirs, ours in speeds]}
                 for rate, speeds in rows]
        print(json.dumps({"network": options.network, "batch": options.batch, "workers": options.workers,
                          "links": links}))


def measure(options, rate, directory, samples):
    speeds = []
    with Hosts(options.hosts_script, options.workers + (0 if options.shared_coordinator else 1), rate) as hosts:
        for number in range(options.rounds):
            theirs, bucket = ddp(hosts, options, directory)
            hosts.end_processes()
            ours = tutti(hosts, options, directory, samples)
            speeds.append((theirs, ours))
            print(f"{rate}, round {number + 1}: DDP {theirs:,.0f} (bucket {bucket} MB), Tutti {ours:,.0f} samples/s",
                  flush=True)
    return rate, speeds


if __name__ == "__main__":
    main()
