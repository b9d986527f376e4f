#!/usr/bin/python3
"""Layers by PyTorch in double: what tests/test_layer_peers.c holds Cradle's against.

    layers.py            writes tests/fixtures/layers.safetensors
    layers.py --check    makes it anew and compares; 77 where PyTorch is missing

Each case is one layer between a picture of 4x5x6 numbers and dense 3 with softmax cross-entropy; with "row" the picture
is flattened before. The file holds "input" and "labels" for all of them, and for each case its parameters
("CASE/start/NAME", the layer's own called "NAME.what"), the losses of the samples ("CASE/losses"), and the gradients of
their mean ("CASE/gradient/NAME", "CASE/gradient/input"). Layouts are Cradle's: pictures N H W C, dense weights I O,
filters H W C/groups O, those of transposed convolutions H W O C. What goes in is exact in float.
"""
import random

from common.fixture import draw, main

import torch
import torch.nn.functional as F

BATCH, HEIGHT, WIDTH, CHANNELS, CLASSES = 3, 4, 5, 6, 3
EPSILON = 1e-5


def maxout(x, pieces):
    return x.reshape(x.shape[0], pieces, x.shape[1] // pieces, *x.shape[2:]).max(1)[0]


def same(side, kernel, stride):
    """Rows of zeros before and behind, such that a side of ceil(side / stride) comes out."""
    missing = max((-(-side // stride) - 1) * stride + kernel - side, 0)
    return missing // 2, missing - missing // 2


def conv(x, w, stride, groups):
    top, bottom = same(x.shape[2], w.shape[0], stride)
    left, right = same(x.shape[3], w.shape[1], stride)
    return F.conv2d(F.pad(x, (left, right, top, bottom)), w.permute(3, 2, 0, 1), stride=stride, groups=groups)


def upconv(x, w, stride, padding=None):
    y = F.conv_transpose2d(x, w.permute(3, 2, 0, 1), stride=stride, padding=padding or 0)
    if padding is not None:
        return y
    height, width = stride * x.shape[2], stride * x.shape[3]
    top, left = same(height, w.shape[0], stride)[0], same(width, w.shape[1], stride)[0]
    return y[:, :, top:top + height, left:left + width]


def with_bias(function, shape, filters):
    shapes = {"weight": shape, "bias": (filters,)}
    return shapes, lambda x, weight, bias: function(x, weight) + bias.reshape(1, -1, 1, 1)


def squeeze_excite(x, weight, bias, gate, shift):
    s = torch.sigmoid(torch.relu(x.mean((2, 3)) @ weight + bias) @ gate + shift)
    return x * s[:, :, None, None]


def norm(function):
    return {"scale": None, "shift": None}, lambda x, scale, shift: function(x, scale, shift)


def plain(function):
    return {}, function


# The shapes of the parameters, None: one number a channel, and the function; x is N C H W, or N I.
CASES = {
    "relu": plain(F.relu),
    "leaky-relu": plain(lambda x: F.leaky_relu(x, 0.1)),
    "leaky-relu-wide": plain(lambda x: F.leaky_relu(x, 0.3)),
    "prelu": ({"slope": None}, F.prelu),
    "elu": plain(F.elu),
    "elu-half": plain(lambda x: F.elu(x, 0.5)),
    "selu": plain(F.selu),
    "gelu": plain(F.gelu),
    "gelu-tanh": plain(lambda x: F.gelu(x, approximate="tanh")),
    "silu": plain(F.silu),
    "hard-swish": plain(F.hardswish),
    "softplus": plain(F.softplus),
    "tanh": plain(torch.tanh),
    "sigmoid": plain(torch.sigmoid),
    "linear": plain(lambda x: x),
    "maxout": plain(lambda x: maxout(x, 2)),
    "maxout-row": plain(lambda x: maxout(x, 3)),
    "batchnorm": norm(lambda x, scale, shift: F.batch_norm(x, None, None, scale, shift, True, 0.1, EPSILON)),
    "groupnorm": norm(lambda x, scale, shift: F.group_norm(x, 3, scale, shift, EPSILON)),
    "groupnorm-row": norm(lambda x, scale, shift: F.group_norm(x, 8, scale, shift, 0.001)),
    "layernorm": norm(lambda x, scale, shift: F.group_norm(x, 1, scale, shift, EPSILON)),
    "layernorm-row": norm(lambda x, scale, shift: F.layer_norm(x, x.shape[1:], scale, shift, EPSILON)),
    "instancenorm": norm(lambda x, scale, shift: F.instance_norm(x, None, None, scale, shift, True, 0.1, EPSILON)),
    "conv-groups": with_bias(lambda x, w: conv(x, w, 1, 3), (3, 3, 2, 9), 9),
    "conv-groups-stride": with_bias(lambda x, w: conv(x, w, 2, 2), (3, 3, 3, 4), 4),
    "conv-depthwise": with_bias(lambda x, w: conv(x, w, 1, CHANNELS), (3, 3, 1, CHANNELS), CHANNELS),
    "conv-depthwise-stride": with_bias(lambda x, w: conv(x, w, 2, CHANNELS), (5, 5, 1, 2 * CHANNELS), 2 * CHANNELS),
    "upconv": with_bias(lambda x, w: upconv(x, w, 2), (4, 4, 5, CHANNELS), 5),
    "upconv-odd": with_bias(lambda x, w: upconv(x, w, 2), (3, 3, 2, CHANNELS), 2),
    "upconv-padding": with_bias(lambda x, w: upconv(x, w, 3, 1), (3, 3, 2, CHANNELS), 2),
    "upsample-nearest": plain(lambda x: F.interpolate(x, scale_factor=2, mode="nearest")),
    "upsample-bilinear": plain(lambda x: F.interpolate(x, scale_factor=3, mode="bilinear", align_corners=False)),
    "squeeze-excite": ({"squeeze.weight": (CHANNELS, 2), "squeeze.bias": (2,),
                        "excite.weight": (2, CHANNELS), "excite.bias": (CHANNELS,)}, squeeze_excite),
    "conv": with_bias(lambda x, w: conv(x, w, 1, 1), (3, 3, CHANNELS, 5), 5),
    "conv-stride": with_bias(lambda x, w: conv(x, w, 2, 1), (5, 5, CHANNELS, 3), 3),
    "maxpool": plain(lambda x: F.max_pool2d(x, 2)),
    "maxpool-overlap": plain(lambda x: F.max_pool2d(x, 3, stride=2, padding=1)),
    "avgpool": plain(lambda x: F.avg_pool2d(x, 2)),
    "avgpool-overlap": plain(lambda x: F.avg_pool2d(x, 3, stride=2, padding=1, count_include_pad=False)),
    "pool": plain(lambda x: F.avg_pool2d(x, 2)),
    "globalpool": plain(lambda x: x.mean((2, 3))),
    "residual": plain(lambda x: x + torch.tanh(x)),
    "branch": plain(lambda x: torch.cat([torch.tanh(x), F.softplus(x)], 1)),
    "branch-add": plain(lambda x: torch.tanh(x) + F.softplus(x)),
    "repeat": plain(lambda x: torch.tanh(torch.tanh(x))),
}


def channels_last(x):
    return x.permute(0, 2, 3, 1) if x.dim() == 4 else x


def run(source, name, picture, labels):
    shapes, function = CASES[name]
    row = name.endswith("-row")
    x = picture.clone().requires_grad_()
    inside = channels_last(x).reshape(BATCH, -1) if row else x
    v = {what: draw(source, shape or (inside.shape[1],), 0.5, 1.0 if what == "scale" else 0.0)
         for what, shape in shapes.items()}
    outputs = channels_last(function(inside, *v.values())).reshape(BATCH, -1).shape[1]
    v["dense.weight"] = draw(source, (outputs, CLASSES), outputs ** -0.5)
    v["dense.bias"] = draw(source, (CLASSES,), 0.1)
    tensors = {"%s/start/%s" % (name, what): ("F32", value.clone()) for what, value in v.items()}
    for value in v.values():
        value.requires_grad_()
    y = channels_last(function(inside, *[v[what] for what in shapes])).reshape(BATCH, -1)
    losses = F.cross_entropy(y @ v["dense.weight"] + v["dense.bias"], labels, reduction="none")
    losses.mean().backward()
    tensors[name + "/losses"] = ("F64", losses.detach())
    for what, value in v.items():
        tensors["%s/gradient/%s" % (name, what)] = ("F64", value.grad)
    tensors[name + "/gradient/input"] = ("F64", channels_last(x.grad))
    return tensors


def make():
    source = random.Random(21)
    picture = draw(source, (BATCH, CHANNELS, HEIGHT, WIDTH), 2.0)
    labels = torch.tensor([source.randrange(CLASSES) for _ in range(BATCH)])
    tensors = {"input": ("F32", channels_last(picture)), "labels": ("I32", labels)}
    for name in CASES:
        tensors.update(run(source, name, picture, labels))
    return tensors


main("layers", make)
