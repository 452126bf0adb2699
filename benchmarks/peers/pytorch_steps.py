#!/usr/bin/env python3
"""Times training steps in PyTorch, for comparison with `tutti bench kernel`.

The same networks (ReLU, softmax with cross-entropy, plain SGD) and batches, float32, one thread. Best of many short
rounds after a warm-up, as there. Pin both to the same core, one after the other:

    taskset -c 1 ./tutti bench kernel
    taskset -c 1 python3 benchmarks/peers/pytorch_steps.py

Debian: apt-get install python3-torch libopenblas0-pthread (without the latter PyTorch falls back to a reference BLAS).
AVX2 only: ATEN_CPU_CAPABILITY=avx2 OPENBLAS_CORETYPE=Haswell DNNL_MAX_CPU_ISA=AVX2, beside -Dtutti.kernel.bits=256.
"""
import argparse
import json
import os
import time

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import torch  # noqa: E402  (the number of threads must be set before)

NETWORKS = [
    ("64-32-10", 32),
    ("784-128-10", 32),
    ("784-128-10", 128),
    ("784-512-512-10", 128),
    ("784-1024-1024-10", 256),
    ("784-2048-2048-2048-10", 512),
]
BATCHES = 8
ROUND_SECONDS = 0.01


def layers(sizes):
    for i in range(len(sizes) - 1):
        yield torch.nn.Linear(sizes[i], sizes[i + 1])
        if i < len(sizes) - 2:
            yield torch.nn.ReLU()


class Steps:
    """Training steps on random samples."""

    def __init__(self, sizes, batch):
        torch.manual_seed(1)
        self.network = torch.nn.Sequential(*layers(sizes))
        self.loss = torch.nn.CrossEntropyLoss()
        self.optimizer = torch.optim.SGD(self.network.parameters(), lr=0.01)
        self.inputs = torch.rand(BATCHES, batch, sizes[0]) * 2 - 1
        self.targets = torch.randint(0, sizes[-1], (BATCHES, batch))
        self.step = 0

    def run(self, count):
        for _ in range(count):
            self.step = (self.step + 1) % BATCHES
            self.optimizer.zero_grad()
            self.loss(self.network(self.inputs[self.step]), self.targets[self.step]).backward()
            self.optimizer.step()


def samples_per_second(sizes, batch, seconds):
    steps = Steps(sizes, batch)
    start = time.perf_counter()
    best, repeats, rounds = 0.0, 1, 0
    while rounds < 8 or time.perf_counter() < start + seconds:
        begin = time.perf_counter()
        steps.run(repeats)
        took = time.perf_counter() - begin
        rounds += 1
        if rounds > 4 and begin > start + seconds / 2:
            best = max(best, repeats * batch / took)
        if took < ROUND_SECONDS / 2:
            repeats *= 2
    return best


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=4, help="length of a line")
    parser.add_argument("--only", help="one network, such as 784-128-10")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    results = []
    for network, batch in NETWORKS:
        if arguments.only in (None, network):
            sizes = [int(size) for size in network.split("-")]
            best = samples_per_second(sizes, batch, arguments.seconds)
            print(f"{network:24} batch {batch:4} {best:12,.0f} samples/s", flush=True)
            results.append({"network": network, "batch": batch, "samplesPerSecond": best})
    print(json.dumps({"torch": torch.__version__, "cpu": torch.backends.cpu.get_cpu_capability()
                      if hasattr(torch.backends, "cpu") else "", "steps": results}))


if __name__ == "__main__":
    main()
