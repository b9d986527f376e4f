#!/usr/bin/python3
"""Ten steps of every optimizer by PyTorch in double: what tests/test_peer_optimizers.c holds Cradle against.

    optimizers.py            writes tests/fixtures/optimizers.safetensors
    optimizers.py --check    makes it anew and compares; 77 where PyTorch is missing

What is descended is a bowl, sum steep (w - bottom)^2 / 2, over a wide and a tall matrix, filters and a bias, which alone
does not decay. The rate of step t (from 1) is lr (1 - t / 20). "start/NAME", "bottom/NAME" and "steep/NAME" hold the bowl,
"OPTIMIZER/NAME" the numbers after the last step, with OPTIMIZER in Cradle's words. PyTorch has no Lion, LAMB and Muon
here: these are written down from their papers (Chen et al. 2023; You et al. 2020; K. Jordan 2024) below. Matrices of
Cradle are [inputs][outputs], and filters [height][width][channels][filters]: Muon sees those of PyTorch, transposed.
"""
import random

from common.fixture import draw, main

import torch

STEPS = 10
WEIGHTS = {"wide": (6, 17), "tall": (33, 5), "filters": (3, 3, 4, 8)}
BIASES = {"bias": (7,)}


class Plain(torch.optim.Optimizer):
    """An optimizer that is one function of (weight, gradient, group, state)."""

    def __init__(self, groups, update, **defaults):
        super().__init__(groups, defaults)
        self.update = update

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for w in group["params"]:
                state = self.state[w]
                if not state:
                    state.update(t=0, m=torch.zeros_like(w), v=torch.zeros_like(w))
                state["t"] += 1
                self.update(w, w.grad, group, state)


def lion(w, g, group, state):
    beta1, beta2 = group["betas"]
    w.mul_(1 - group["lr"] * group["weight_decay"])
    w.sub_(group["lr"] * torch.sign(beta1 * state["m"] + (1 - beta1) * g))
    state["m"].mul_(beta2).add_((1 - beta2) * g)


def adam_step(g, group, state):
    beta1, beta2 = group["betas"]
    state["m"].mul_(beta1).add_((1 - beta1) * g)
    state["v"].mul_(beta2).add_((1 - beta2) * g * g)
    mean = state["m"] / (1 - beta1 ** state["t"])
    return mean / ((state["v"] / (1 - beta2 ** state["t"])).sqrt() + group["eps"])


def lamb(w, g, group, state):
    step = adam_step(g, group, state)
    if group["decays"]:
        step = step + group["weight_decay"] * w
        step = step * w.norm() / step.norm()
    w.sub_(group["lr"] * step)


def muon(w, g, group, state):
    if not group["decays"]:
        w.sub_(group["lr"] * (group["rest_lr"] / group["base"]) * adam_step(g, group, state))
        return
    momentum = group["momentum"]
    state["m"].lerp_(g, 1 - momentum)
    u = g.lerp(state["m"], momentum) if group["nesterov"] else state["m"]
    u = u.reshape(-1, u.shape[-1]).T  # outputs x inputs, as in PyTorch
    x = u / (u.norm() + 1e-7)
    if x.shape[0] > x.shape[1]:
        x = x.T
    for _ in range(5):
        a = x @ x.T
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    if u.shape[0] > u.shape[1]:
        x = x.T
    x = x * max(1, u.shape[0] / u.shape[1]) ** 0.5
    w.mul_(1 - group["lr"] * group["weight_decay"])
    w.sub_(group["lr"] * x.T.reshape(w.shape))


def plain(update, **defaults):
    return lambda groups: Plain(groups, update, **defaults)


OPTIMIZERS = {
    "sgd: {lr: 0.05, momentum: 0.9, weight_decay: 0.01}":
        lambda g: torch.optim.SGD(g, lr=0.05, momentum=0.9),
    "sgd: {lr: 0.05, momentum: 0.8, nesterov: true, weight_decay: 0.01}":
        lambda g: torch.optim.SGD(g, lr=0.05, momentum=0.8, nesterov=True),
    "adagrad: {lr: 0.1, weight_decay: 0.01}": lambda g: torch.optim.Adagrad(g, lr=0.1),
    "rmsprop: {lr: 0.01, beta: 0.9, weight_decay: 0.01}": lambda g: torch.optim.RMSprop(g, lr=0.01, alpha=0.9),
    "rmsprop: {lr: 0.003, momentum: 0.8, epsilon: 1e-4, weight_decay: 0.01}":
        lambda g: torch.optim.RMSprop(g, lr=0.003, momentum=0.8, eps=1e-4),
    "rmsprop: {lr: 0.01, beta: 0.9, centered: true, weight_decay: 0.01}":
        lambda g: torch.optim.RMSprop(g, lr=0.01, alpha=0.9, centered=True),
    "rmsprop: {lr: 0.003, beta: 0.95, momentum: 0.8, centered: true, epsilon: 1e-4, weight_decay: 0.01}":
        lambda g: torch.optim.RMSprop(g, lr=0.003, alpha=0.95, momentum=0.8, centered=True, eps=1e-4),
    "adam: {lr: 0.01, beta1: 0.8, beta2: 0.95, epsilon: 1e-6, weight_decay: 0.01}":
        lambda g: torch.optim.Adam(g, lr=0.01, betas=(0.8, 0.95), eps=1e-6),
    "adamw: {lr: 0.02, weight_decay: 0.01}": lambda g: torch.optim.AdamW(g, lr=0.02),
    "lion: {lr: 0.01, weight_decay: 0.01}": plain(lion, lr=0.01, betas=(0.9, 0.99)),
    "lamb: {lr: 0.05, weight_decay: 0.01}": plain(lamb, lr=0.05, betas=(0.9, 0.999), eps=1e-6),
    "muon: {lr: 0.1, weight_decay: 0.01, rest_lr: 0.01}":
        plain(muon, lr=0.1, base=0.1, momentum=0.95, nesterov=True, rest_lr=0.01, betas=(0.9, 0.95), eps=1e-8),
    "muon: {lr: 0.1, momentum: 0.8, nesterov: false, weight_decay: 0.01}":
        plain(muon, lr=0.1, base=0.1, momentum=0.8, nesterov=False, rest_lr=3e-4, betas=(0.9, 0.95), eps=1e-8),
}


def train(create, start, bottom, steep):
    v = {name: value.clone().requires_grad_() for name, value in start.items()}
    optimizer = create([{"params": [v[name] for name in WEIGHTS], "weight_decay": 0.01, "decays": True},
                        {"params": [v[name] for name in BIASES], "weight_decay": 0, "decays": False}])
    base = optimizer.param_groups[0]["lr"]
    for step in range(1, STEPS + 1):
        for group in optimizer.param_groups:
            group["lr"] = base * (1 - step / 20)
        optimizer.zero_grad()
        sum((steep[name] * (v[name] - bottom[name]) ** 2).sum() / 2 for name in v).backward()
        optimizer.step()
    return {name: value.detach() for name, value in v.items()}


def make():
    source = random.Random(7)
    shapes = {**WEIGHTS, **BIASES}
    start = {name: draw(source, shape, 1.0) for name, shape in shapes.items()}
    bottom = {name: draw(source, shape, 1.0) for name, shape in shapes.items()}
    steep = {name: draw(source, shape, 1.0).abs() + 0.25 for name, shape in shapes.items()}
    steep = {name: value.float().double() for name, value in steep.items()}
    tensors = {}
    for group, values in {"start": start, "bottom": bottom, "steep": steep}.items():
        for name, value in values.items():
            tensors[group + "/" + name] = ("F32", value)
    for optimizer, create in OPTIMIZERS.items():
        for name, value in train(create, start, bottom, steep).items():
            tensors[optimizer + "/" + name] = ("F64", value)
    return tensors


main("optimizers", make)
