#!/usr/bin/python3
"""The factors of PyTorch's schedules, step by step: what tests/test_peer_schedules.c holds Cradle against.

    schedules.py            writes tests/fixtures/schedules.safetensors
    schedules.py --check    makes it anew and compares; 77 where PyTorch is missing

A training of 12 epochs of 5 steps. "NAME" holds the factor of each of the 60 steps, "NAME/momentum" the momentum where the
schedule moves it; "results" the loss and accuracy of
each epoch, which the schedules on a plateau are told. NAME is the schedule in Cradle's words.
"""
from common.fixture import main

import torch
from torch.optim import lr_scheduler as S

EPOCHS, STEPS = 12, 5
TOTAL = EPOCHS * STEPS
LOSSES = [2.0, 1.5, 1.2, 1.2, 1.25, 1.19999, 0.9, 0.95, 0.96, 0.91, 0.92, 0.8]
ACCURACIES = [0.1, 0.2, 0.2, 0.3, 0.3, 0.3, 0.3, 0.3, 0.25, 0.3, 0.4, 0.4]


def by_step(make, what="lr"):
    """Of a schedule that is told each step."""
    def factors():
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0, momentum=0.9)
        schedule, found = make(optimizer), []
        for _ in range(TOTAL):
            found.append(optimizer.param_groups[0][what])
            optimizer.step()
            schedule.step()
        return found
    return factors


def by_time(make):
    """Of one that is told the time in epochs."""
    def factors():
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
        schedule, found = make(optimizer), []
        for step in range(TOTAL):
            schedule.step(step / STEPS)
            found.append(optimizer.param_groups[0]["lr"])
        return found
    return factors


def by_result(make, results):
    def factors():
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
        schedule, found = make(optimizer), []
        for result in results:
            found += [optimizer.param_groups[0]["lr"]] * STEPS
            schedule.step(result)
        return found
    return factors


def warmed(steps):
    return lambda o: S.LinearLR(o, start_factor=0.01, end_factor=1.0, total_iters=steps)


def cycle(optimizer):
    return S.OneCycleLR(optimizer, 1.0, total_steps=TOTAL + 1, pct_start=(0.25 * TOTAL + 1) / (TOTAL + 1),
                        div_factor=10, final_div_factor=100, base_momentum=0.8, max_momentum=0.9)


SCHEDULES = {
    "constant": by_step(lambda o: S.LambdaLR(o, lambda s: 1.0)),
    "constant: {warmup: 4}": by_step(warmed(4 * STEPS)),
    "step: {at: [3, 7], gamma: 0.2}": by_step(lambda o: S.MultiStepLR(o, [3 * STEPS, 7 * STEPS], 0.2)),
    "step: {every: 5, gamma: 0.5}": by_step(lambda o: S.StepLR(o, 5 * STEPS, 0.5)),
    "exponential: {gamma: 0.9}": by_step(lambda o: S.ExponentialLR(o, 0.9 ** (1 / STEPS))),
    "inverse: {decay: 0.3}": by_step(lambda o: S.LambdaLR(o, lambda s: 1 / (1 + 0.3 * s / STEPS))),
    "linear: {final: 0.1}": by_step(lambda o: S.LinearLR(o, 1.0, 0.1, TOTAL)),
    "cosine: {final: 0.05}": by_step(lambda o: S.CosineAnnealingLR(o, TOTAL, 0.05)),
    "cosine: {warmup: 2}": by_step(
        lambda o: S.ChainedScheduler([S.CosineAnnealingLR(o, TOTAL), warmed(2 * STEPS)(o)])),
    "cosine: {final: 0.1, restart: 3}": by_time(lambda o: S.CosineAnnealingWarmRestarts(o, 3, 1, 0.1)),
    "cosine: {restart: 2, multiply: 2}": by_time(lambda o: S.CosineAnnealingWarmRestarts(o, 2, 2, 0)),
    # Its last step is number total_steps - 1 and its highest pct_start * total_steps - 1, both from 0.
    "one-cycle: {peak: 0.25, first: 0.1, last: 0.001}": by_step(
        lambda o: S.OneCycleLR(o, 1.0, total_steps=TOTAL + 1, pct_start=(0.25 * TOTAL + 1) / (TOTAL + 1),
                               div_factor=10, final_div_factor=100, cycle_momentum=False)),
    "one-cycle: {peak: 0.5, first: 0.04, last: 0.0004, shape: linear}": by_step(
        lambda o: S.OneCycleLR(o, 1.0, total_steps=TOTAL + 1, pct_start=(0.5 * TOTAL + 1) / (TOTAL + 1),
                               div_factor=25, final_div_factor=100, anneal_strategy="linear", cycle_momentum=False)),
    "one-cycle: {peak: 0.25, first: 0.1, last: 0.001, momentum: [0.8, 0.9]}": by_step(cycle),
    "one-cycle: {peak: 0.25, first: 0.1, last: 0.001, momentum: [0.8, 0.9]}/momentum": by_step(cycle, "momentum"),
    "plateau: {patience: 1, gamma: 0.5}": by_result(
        lambda o: S.ReduceLROnPlateau(o, patience=1, factor=0.5, threshold=1e-4), LOSSES),
    "plateau: {patience: 0, gamma: 0.1, cooldown: 2, threshold: 0.01, least: 0.005}": by_result(
        lambda o: S.ReduceLROnPlateau(o, patience=0, factor=0.1, cooldown=2, threshold=0.01, min_lr=0.005), LOSSES),
    "plateau: {patience: 2, gamma: 0.5, watch: accuracy}": by_result(
        lambda o: S.ReduceLROnPlateau(o, mode="max", patience=2, factor=0.5), ACCURACIES),
}


def make():
    found = {"results": ("F64", torch.tensor([LOSSES, ACCURACIES], dtype=torch.float64).T)}
    for name, factors in SCHEDULES.items():
        found[name] = ("F64", torch.tensor(factors(), dtype=torch.float64))
    return found


main("schedules", make)
