#!/usr/bin/python3
"""Ten steps of a small network under every loss by PyTorch in double: what tests/test_peer_losses.c holds Cradle against.

    losses.py            writes tests/fixtures/losses.safetensors
    losses.py --check    makes it anew and compares; 77 where PyTorch is missing

The network is dense 5, tanh, dense 4 on rows of 6 numbers; the optimizer plain gradient descent with the rate 0.1.
"input", "labels" and "targets" hold all steps, "start/NAME" the weights before. For each loss, in Cradle's words,
"LOSS/losses" are the losses of the steps and "LOSS/NAME" the weights after; those whose name ends in " targets" have rows
of targets instead of labels.
"""
import random

from common.fixture import draw, main

import torch
from torch.nn import functional as F

STEPS, BATCH, INPUTS, HIDDEN, OUTPUTS = 10, 8, 6, 5, 4
SHAPES = {"dense1.weight": (INPUTS, HIDDEN), "dense1.bias": (HIDDEN,),
          "dense2.weight": (HIDDEN, OUTPUTS), "dense2.bias": (OUTPUTS,)}
WEIGHTS = torch.tensor([1.0, 2.0, 0.5, 0.0], dtype=torch.float64)


def one_hot(y):
    return F.one_hot(y, OUTPUTS).double()


def crammer_singer(x, y, margin):
    right = x.gather(1, y[:, None])
    others = x.masked_fill(one_hot(y).bool(), -1e9).max(1, keepdim=True).values
    return (others - right + margin).clamp(min=0).mean()


# Functions of the outputs x, the labels y, the rows of targets t.
LOSSES = {
    "cross-entropy": lambda x, y, t: F.cross_entropy(x, y),
    "cross-entropy: {label_smoothing: 0.1}": lambda x, y, t: F.cross_entropy(x, y, label_smoothing=0.1),
    # The sum of weighted losses, not divided by the sum of the weights.
    "cross-entropy: {class_weights: [1, 2, 0.5, 0]}":
        lambda x, y, t: F.cross_entropy(x, y, weight=WEIGHTS, reduction="sum") / BATCH,
    "cross-entropy: {label_smoothing: 0.2, class_weights: [1, 2, 0.5, 0]}":
        lambda x, y, t: F.cross_entropy(x, y, weight=WEIGHTS, label_smoothing=0.2, reduction="sum") / BATCH,
    "hinge": lambda x, y, t: F.multi_margin_loss(x, y) * OUTPUTS,
    "hinge: {margin: 0.5}": lambda x, y, t: F.multi_margin_loss(x, y, margin=0.5) * OUTPUTS,
    "hinge: {hardest: true}": lambda x, y, t: crammer_singer(x, y, 1.0),
    "sigmoid-cross-entropy": lambda x, y, t: F.binary_cross_entropy_with_logits(x, one_hot(y)),
    "sigmoid-cross-entropy targets": lambda x, y, t: F.binary_cross_entropy_with_logits(x, (t > 0).double()),
    "mse": lambda x, y, t: F.mse_loss(x, one_hot(y)),
    "mse targets": lambda x, y, t: F.mse_loss(x, t),
    "huber: {delta: 0.5} targets": lambda x, y, t: F.huber_loss(x, t, delta=0.5),
}


def train(loss_of, start, inputs, labels, targets):
    v = {name: value.clone().requires_grad_() for name, value in start.items()}
    optimizer = torch.optim.SGD(v.values(), lr=0.1)
    losses = []
    for x, y, t in zip(inputs, labels, targets):
        optimizer.zero_grad()
        hidden = torch.tanh(x @ v["dense1.weight"] + v["dense1.bias"])
        loss = loss_of(hidden @ v["dense2.weight"] + v["dense2.bias"], y, t)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, {name: value.detach() for name, value in v.items()}


def make():
    source = random.Random(31)
    inputs = draw(source, (STEPS, BATCH, INPUTS), 1.0)
    targets = draw(source, (STEPS, BATCH, OUTPUTS), 1.0)
    labels = torch.tensor([[source.randrange(OUTPUTS) for _ in range(BATCH)] for _ in range(STEPS)])
    start = {name: draw(source, shape, 0.5) for name, shape in SHAPES.items()}
    tensors = {"input": ("F32", inputs), "targets": ("F32", targets), "labels": ("I32", labels)}
    for name, value in start.items():
        tensors["start/" + name] = ("F32", value)
    for name, loss_of in LOSSES.items():
        losses, trained = train(loss_of, start, inputs, labels, targets)
        tensors[name + "/losses"] = ("F64", torch.tensor(losses, dtype=torch.float64))
        for weight, value in trained.items():
            tensors[name + "/" + weight] = ("F64", value)
    return tensors


main("losses", make)
