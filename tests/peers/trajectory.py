#!/usr/bin/python3
"""Ten steps of a small network, trained by PyTorch in double: what tests/test_trajectory.c holds Cradle against.

    trajectory.py            writes tests/fixtures/trajectory.safetensors
    trajectory.py --check    makes it anew and compares; 77 where PyTorch is missing

The network in Cradle's words, on pictures of 9x7x2 numbers:

    conv 5 (3x3), batchnorm, relu, maxpool 2,
    residual [conv 5 (3x3), batchnorm, relu, conv 5 (3x3), batchnorm], relu,
    conv 6 (3x3, stride 2, padding 1, bias), relu, avgpool (2, stride 1, padding 1: pixels outside do not count),
    flatten, dense 11, relu, dense 4, softmax cross-entropy

The file holds "input" and "labels" of all steps, the weights before ("start/NAME"), and for each optimizer its losses
("sgd/losses") and the weights and running statistics after ("sgd/NAME"). Names and layouts are Cradle's: pictures
N H W C, filters KH KW C F, dense weights I O. What goes in is exact in float, so that float and double start alike.
"""
import math
import random

from common.fixture import draw, main

import torch
import torch.nn.functional as F

STEPS, BATCH, HEIGHT, WIDTH, CHANNELS, CLASSES = 10, 6, 9, 7, 2, 4
MEAN, DEVIATION = [0.125, -0.25], [1.5, 0.75]
DECAY = 1e-3

# Shapes in PyTorch's layouts.
WEIGHTS = {
    "conv1.weight": (5, 2, 3, 3),
    "conv2.weight": (5, 5, 3, 3),
    "conv3.weight": (5, 5, 3, 3),
    "conv4.weight": (6, 5, 3, 3),
    "dense1.weight": (11, 54),
    "dense2.weight": (4, 11),
}
VECTORS = {
    "batchnorm1.scale": 5, "batchnorm1.shift": 5, "batchnorm2.scale": 5, "batchnorm2.shift": 5,
    "batchnorm3.scale": 5, "batchnorm3.shift": 5, "conv4.bias": 6, "dense1.bias": 11, "dense2.bias": 4,
}
STATES = {"batchnorm%d.%s" % (i, what): 5 for i in (1, 2, 3) for what in ("mean", "variance")}

OPTIMIZERS = {
    "sgd": lambda groups: torch.optim.SGD(groups, lr=0.05, momentum=0.9, nesterov=True),
    "adam": lambda groups: torch.optim.Adam(groups, lr=0.01, betas=(0.8, 0.95), eps=1e-6),
    "adamw": lambda groups: torch.optim.AdamW(groups, lr=0.01, betas=(0.9, 0.999), eps=1e-8),
}


def start(source):
    values = {}
    for name, shape in WEIGHTS.items():
        values[name] = draw(source, shape, math.sqrt(2 / math.prod(shape[1:])))
    for name, count in VECTORS.items():
        values[name] = draw(source, (count,), 0.2, 1.0 if name.endswith("scale") else 0.0)
    for name, count in STATES.items():
        values[name] = draw(source, (count,), 0.1, 1.0 if name.endswith("variance") else 0.0)
    return values


def loss_of(v, x, labels):
    def conv(x, name, **options):
        return F.conv2d(x, v[name + ".weight"], v.get(name + ".bias"), padding=1, **options)

    def norm(x, name):
        return F.batch_norm(x, v[name + ".mean"], v[name + ".variance"], v[name + ".scale"], v[name + ".shift"],
                            training=True, momentum=0.1, eps=1e-5)

    x = (x - torch.tensor(MEAN).double().reshape(1, -1, 1, 1)) / torch.tensor(DEVIATION).double().reshape(1, -1, 1, 1)
    x = F.max_pool2d(F.relu(norm(conv(x, "conv1"), "batchnorm1")), 2)
    branch = F.relu(norm(conv(x, "conv2"), "batchnorm2"))
    x = F.relu(x + norm(conv(branch, "conv3"), "batchnorm3"))
    x = F.relu(conv(x, "conv4", stride=2))
    x = F.avg_pool2d(x, 2, stride=1, padding=1, count_include_pad=False)
    x = x.permute(0, 2, 3, 1).reshape(x.shape[0], -1)
    x = F.relu(x @ v["dense1.weight"].T + v["dense1.bias"])
    return F.cross_entropy(x @ v["dense2.weight"].T + v["dense2.bias"], labels)


def train(make, values, inputs, labels):
    v = {name: value.clone() for name, value in values.items()}
    for name in (*WEIGHTS, *VECTORS):
        v[name].requires_grad_()
    optimizer = make([{"params": [v[name] for name in WEIGHTS], "weight_decay": DECAY},
                      {"params": [v[name] for name in VECTORS], "weight_decay": 0}])
    losses = []
    for x, y in zip(inputs, labels):
        optimizer.zero_grad()
        loss = loss_of(v, x, y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, {name: value.detach() for name, value in v.items()}


def to_cradle(name, value):
    """From PyTorch's layout: F C KH KW -> KH KW C F, O I -> I O."""
    if value.dim() == 4:
        return value.permute(2, 3, 1, 0)
    return value.T if value.dim() == 2 else value


def make():
    source = random.Random(20)
    inputs = draw(source, (STEPS, BATCH, CHANNELS, HEIGHT, WIDTH), 1.0)
    labels = torch.tensor([[source.randrange(CLASSES) for _ in range(BATCH)] for _ in range(STEPS)])
    values = start(source)
    tensors = {"input": ("F32", inputs.permute(0, 1, 3, 4, 2)), "labels": ("I32", labels)}
    for name, value in values.items():
        tensors["start/" + name] = ("F32", to_cradle(name, value))
    for optimizer, create in OPTIMIZERS.items():
        losses, trained = train(create, values, inputs, labels)
        tensors[optimizer + "/losses"] = ("F64", torch.tensor(losses, dtype=torch.float64))
        for name, value in trained.items():
            tensors[optimizer + "/" + name] = ("F64", to_cradle(name, value))
    return tensors


main("trajectory", make)
