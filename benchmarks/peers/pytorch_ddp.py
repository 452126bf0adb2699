#!/usr/bin/env python3
"""One rank of data-parallel training in PyTorch (DistributedDataParallel over gloo), to compare with Tutti on hosts.

Start one on each host, with the same options but for the rank:

    GLOO_SOCKET_IFNAME=eth0 python3 benchmarks/peers/pytorch_ddp.py --rank 0 --world 2 --master 10.0.0.5:29500

ReLU, softmax with cross-entropy, plain SGD, float32, one thread, random samples shaped like MNIST. The global batch is
shared evenly. Each bucket size trains anew; samples/s are those of all ranks in the second half of the steps. Rank 0
prints a line for each bucket size, and last a line of JSON.
Debian: apt-get install python3-torch libopenblas0-pthread.
"""
import argparse
import json
import os
import time

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import torch  # noqa: E402  (the number of threads must be set before)
import torch.distributed as dist  # noqa: E402

BATCHES = 8
TRIAL_STEPS = 10


def layers(sizes):
    for i in range(len(sizes) - 1):
        yield torch.nn.Linear(sizes[i], sizes[i + 1])
        if i < len(sizes) - 2:
            yield torch.nn.ReLU()


class Rank:
    """This process's share of the batches, and a model that is the same on all."""

    def __init__(self, sizes, share, bucket_mb):
        torch.manual_seed(1)
        self.model = torch.nn.parallel.DistributedDataParallel(
            torch.nn.Sequential(*layers(sizes)), bucket_cap_mb=bucket_mb)
        self.loss = torch.nn.CrossEntropyLoss()
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.01)
        torch.manual_seed(2 + dist.get_rank())
        self.inputs = torch.rand(BATCHES, share, sizes[0])
        self.targets = torch.randint(0, sizes[-1], (BATCHES, share))
        self.step = 0

    def run(self, count):
        """Trains; returns the seconds that it took."""
        begin = time.perf_counter()
        for _ in range(count):
            self.step = (self.step + 1) % BATCHES
            self.optimizer.zero_grad()
            self.loss(self.model(self.inputs[self.step]), self.targets[self.step]).backward()
            self.optimizer.step()
        return time.perf_counter() - begin


def agreed(value):
    """Returns rank 0's value, on all."""
    tensor = torch.tensor([value], dtype=torch.float64)
    dist.broadcast(tensor, 0)
    return tensor.item()


def samples_per_second(sizes, batch, bucket_mb, seconds):
    rank, world = dist.get_rank(), dist.get_world_size()
    share = batch // world + (1 if rank < batch % world else 0)
    training = Rank(sizes, share, bucket_mb)
    training.run(2)
    steps = max(4, int(agreed(seconds / (training.run(TRIAL_STEPS) / TRIAL_STEPS))))
    training.run(steps // 2)
    half = steps - steps // 2
    dist.barrier()
    took = training.run(half)
    return agreed(half * batch / took)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rank", type=int, required=True)
    parser.add_argument("--world", type=int, required=True, help="number of ranks")
    parser.add_argument("--master", required=True, metavar="HOST:PORT", help="where rank 0 listens")
    parser.add_argument("--network", default="784-512-512-10")
    parser.add_argument("--batch", type=int, default=512, help="of all ranks together")
    parser.add_argument("--buckets", default="0.5,1,25", help="sizes of DDP's buckets in MB")
    parser.add_argument("--seconds", type=float, default=10, help="for each bucket size")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method="tcp://" + arguments.master, rank=arguments.rank,
                            world_size=arguments.world)
    sizes = [int(size) for size in arguments.network.split("-")]
    results = []
    for bucket in arguments.buckets.split(","):
        speed = samples_per_second(sizes, arguments.batch, float(bucket), arguments.seconds)
        results.append({"bucketMb": float(bucket), "samplesPerSecond": speed})
        if arguments.rank == 0:
            print(f"bucket {bucket:>4} MB {speed:12,.0f} samples/s", flush=True)
    dist.barrier()
    if arguments.rank == 0:
        best = max(result["samplesPerSecond"] for result in results)
        print(json.dumps({"torch": torch.__version__, "ranks": arguments.world, "network": arguments.network,
                          "batch": arguments.batch, "buckets": results, "samplesPerSecond": best}))


if __name__ == "__main__":
    main()
