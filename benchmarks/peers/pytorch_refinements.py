#!/usr/bin/env python3
"""Reference values for schedules, penalties and clipping, by PyTorch in double.

    pytorch_refinements.py GOLDEN_DIR TO_DIR

reads networks, samples and initial parameters from the reference files of common/src/test/resources/golden, and
writes rates.json (learning rates of every step) and trajectories.json (parameters after eight steps).
"""

import json
import sys

import torch
from torch.optim import lr_scheduler as schedulers

torch.set_default_dtype(torch.float64)
LOSSES = [2.0, 1.5, 1.6, 1.55, 1.2, 1.2, 1.19995, 1.3, 1.25, 1.1, 1.2, 1.3, 1.2, 1.15, 1.4]


def rates():
    epochs, per_epoch, base = 15, 4, 0.2
    total = epochs * per_epoch

    def run(make, by_epoch=False, loss=False):
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=base)
        scheduler = make(optimizer)
        found = []
        for step in range(total):
            found.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            ends = (step + 1) % per_epoch == 0
            if loss and ends:
                scheduler.step(LOSSES[step // per_epoch])
            elif not loss and not by_epoch:
                scheduler.step()
            elif by_epoch and ends:
                scheduler.step()
        return found

    def warm(optimizer, steps):
        return schedulers.LinearLR(optimizer, start_factor=1 / (steps + 1), end_factor=1, total_iters=steps)

    def warm_cosine(optimizer, steps):
        rest = schedulers.CosineAnnealingLR(optimizer, T_max=total - steps)
        return schedulers.SequentialLR(optimizer, [warm(optimizer, steps), rest], milestones=[steps])

    cases = [
        ("constant", "0", None, None, run(lambda o: schedulers.ConstantLR(o, 1.0))),
        ("constant", "6", None, None, run(lambda o: warm(o, 6))),
        ("step", "0", 0.5, 4, run(lambda o: schedulers.StepLR(o, step_size=4, gamma=0.5), by_epoch=True)),
        ("exponential", "0", 0.9, None, run(lambda o: schedulers.ExponentialLR(o, gamma=0.9), by_epoch=True)),
        ("cosine", "0", None, None, run(lambda o: schedulers.CosineAnnealingLR(o, T_max=total))),
        ("cosine", "10%", None, None, run(lambda o: warm_cosine(o, 6))),
        ("one-cycle", "30%", None, None, run(lambda o: schedulers.OneCycleLR(
            o, max_lr=base, total_steps=total, cycle_momentum=False))),
        ("one-cycle", "15", None, None, run(lambda o: schedulers.OneCycleLR(
            o, max_lr=base, total_steps=total, pct_start=0.25, cycle_momentum=False))),
        ("plateau", "0", 0.5, 2, run(lambda o: schedulers.ReduceLROnPlateau(o, factor=0.5, patience=2), loss=True)),
    ]
    return {
        "origin": "torch.optim.lr_scheduler, torch " + torch.__version__ + ", benchmarks/peers/pytorch_refinements.py",
        "base": base, "epochs": epochs, "stepsPerEpoch": per_epoch, "losses": LOSSES,
        "cases": [dict(schedule=s, warmup=w, factor=f, epochs=e, rates=r) for s, w, f, e, r in cases],
    }


def activation(name, z):
    return {"tanh": torch.tanh, "relu": torch.relu, "sigmoid": torch.sigmoid, "identity": lambda x: x,
            "softmax": lambda x: x}[name](z)


def trajectory(golden, optimizer_name, options, l1=0.0, l2=0.0, clip=0.0, per_sample=0.0, max_norm=0.0, schedule=None,
               smoothing=0.0):
    parameters = [torch.tensor(p).float().double().requires_grad_() for p in golden["parameters"]]
    x = torch.tensor(golden["x"]).float().double()
    y = torch.tensor(golden["y"]).float().double()
    activations, loss_name = golden["network"]["activations"], golden["network"]["loss"]
    kinds = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW,
             "adagrad": torch.optim.Adagrad, "rmsprop": torch.optim.RMSprop, "adadelta": torch.optim.Adadelta}
    optimizer = kinds[optimizer_name](parameters, **options)
    scheduler = schedule(optimizer) if schedule else None

    def losses(a, b):
        h = x[a:b]
        for layer, name in enumerate(activations):
            h = activation(name, h @ parameters[2 * layer].T + parameters[2 * layer + 1])
        if loss_name == "cross_entropy":
            return torch.nn.functional.cross_entropy(
                h, y[a:b, 0].long(), reduction="none", label_smoothing=smoothing)
        if loss_name == "squared_error":
            return 0.5 * ((h - y[a:b]) ** 2).sum(1)
        raise ValueError(loss_name)

    batch = golden["batch_size"]
    for step in range(golden["steps"]):
        optimizer.zero_grad()
        a = step * batch
        if per_sample:
            sums = [torch.zeros_like(p) for p in parameters]
            for s in range(a, a + batch):
                grads = torch.autograd.grad(losses(s, s + 1).sum(), parameters)
                norm = torch.sqrt(sum((g ** 2).sum() for g in grads))
                for total, g in zip(sums, grads):
                    total += g * min(1.0, per_sample / norm.item())
            for p, total in zip(parameters, sums):
                p.grad = total / batch
        else:
            losses(a, a + batch).mean().backward()
        if clip:
            torch.nn.utils.clip_grad_norm_(parameters, clip)
        with torch.no_grad():
            for p in parameters:
                if p.dim() == 2:
                    p.grad += l2 * p + l1 * torch.sign(p)
        optimizer.step()
        if scheduler:
            scheduler.step()
        if max_norm:
            with torch.no_grad():
                for p in parameters:
                    if p.dim() == 2:
                        norms = p.norm(dim=1, keepdim=True)
                        p *= torch.clamp(max_norm / norms, max=1.0)
    return [p.detach().tolist() for p in parameters]


def trajectories(golden_dir):
    cases = []
    for network in ["tanh_softmax", "sigmoid_squared"]:
        golden = json.load(open(f"{golden_dir}/{network}.json"))

        def case(optimizer, options, **more):
            found = trajectory(golden, optimizer, dict(options), **more)
            settings = {k: v for k, v in more.items() if k != "schedule"}
            cases.append(dict(network=network, optimizer=optimizer, options=options, **settings,
                              schedule="cosine" if "schedule" in more else "constant", parameters=found))

        case("sgd", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.05})
        case("adam", {"lr": 0.01, "weight_decay": 0.05})
        case("adagrad", {"lr": 0.05, "weight_decay": 0.05})
        case("rmsprop", {"lr": 0.005, "weight_decay": 0.05})
        case("adadelta", {"lr": 1.0, "weight_decay": 0.05})
        case("sgd", {"lr": 0.1}, l1=0.02)
        case("sgd", {"lr": 0.1, "momentum": 0.9}, l1=0.01, l2=0.03)
        case("sgd", {"lr": 0.3, "momentum": 0.9}, clip=0.2)
        case("adamw", {"lr": 0.01, "weight_decay": 0.1}, clip=0.1, l2=0.01)
        case("sgd", {"lr": 0.3}, max_norm=0.7)
        case("sgd", {"lr": 0.3}, per_sample=0.5)
        if golden["network"]["loss"] == "cross_entropy":
            case("sgd", {"lr": 0.3}, smoothing=0.1)
        case("adam", {"lr": 0.02}, schedule=lambda o: schedulers.SequentialLR(
            o, [schedulers.LinearLR(o, start_factor=1 / 3, total_iters=2), schedulers.CosineAnnealingLR(o, T_max=6)],
            milestones=[2]))
    return {"origin": "torch " + torch.__version__ + " in double, benchmarks/peers/pytorch_refinements.py",
            "cases": cases}


if __name__ == "__main__":
    with open(sys.argv[2] + "/rates.json", "w") as out:
        json.dump(rates(), out, indent=1)
        out.write("\n")
    with open(sys.argv[2] + "/trajectories.json", "w") as out:
        json.dump(trajectories(sys.argv[1]), out, indent=1)
        out.write("\n")
