"""The networks of networks.sh in PyTorch: run_twin.py NAME SAFETENSORS PIXELS PROBABILITIES

Loads the file's tensors, strictly, as the state_dict of a module whose layers bear Cradle's names."""
import sys
from collections import Counter, OrderedDict

import torch
from torch import nn
from torch.nn import functional as F

from run_torch import read

WORDS = {nn.Linear: "dense", nn.Conv2d: "conv", nn.BatchNorm2d: "batchnorm", nn.BatchNorm1d: "batchnorm",
         nn.GroupNorm: "groupnorm", nn.PReLU: "prelu"}


class Maxout(nn.Module):
    def __init__(self, pieces):
        super().__init__()
        self.pieces = pieces

    def forward(self, x):
        return x.reshape(x.shape[0], self.pieces, -1, *x.shape[2:]).amax(1)


def chain(*layers):
    counts, named = Counter(), OrderedDict()
    for layer in layers:
        word = WORDS.get(type(layer), "other")
        counts[word] += 1
        named["%s%d" % (word, counts[word])] = layer
    return nn.Sequential(named)


def conv(inputs, filters, kernel=3, bias=True):
    return nn.Conv2d(inputs, filters, kernel, padding=kernel // 2, bias=bias)


class ResNet(nn.Module):
    """What has an even side and a stride of 2 is padded at the bottom and right alone."""

    def __init__(self):
        super().__init__()
        self.conv1, self.groupnorm1 = conv(3, 16, bias=False), nn.GroupNorm(4, 16)
        self.conv2, self.groupnorm2 = nn.Conv2d(16, 32, 3, 2, bias=False), nn.GroupNorm(8, 32)
        self.conv3, self.groupnorm3 = conv(32, 32, bias=False), nn.GroupNorm(8, 32)
        self.residual1 = nn.ModuleDict({"projection": nn.Sequential(nn.Conv2d(16, 32, 1, 2, bias=False), nn.GroupNorm(8, 32))})
        self.dense1 = nn.Linear(32, 10)

    def forward(self, x):
        x = F.relu(self.groupnorm1(self.conv1(x)))
        y = F.relu(self.groupnorm2(self.conv2(F.pad(x, (0, 1, 0, 1)))))
        x = F.relu(self.groupnorm3(self.conv3(y)) + self.residual1["projection"](x))
        return self.dense1(x.mean((2, 3)))


ACTIVATIONS = {"relu": nn.ReLU(), "leaky-relu": nn.LeakyReLU(0.01), "prelu": nn.PReLU(8), "elu": nn.ELU(), "selu": nn.SELU(),
               "gelu": nn.GELU(), "gelutanh": nn.GELU(approximate="tanh"), "silu": nn.SiLU(), "hard-swish": nn.Hardswish(),
               "softplus": nn.Softplus(), "tanh": nn.Tanh(), "sigmoid": nn.Sigmoid(), "linear": nn.Identity()}


def twin(name):
    if name == "mlp":
        return chain(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
    if name == "lenet":
        return chain(conv(1, 12, 5), nn.Tanh(), nn.MaxPool2d(2), nn.Conv2d(12, 32, 5), nn.ReLU(), nn.MaxPool2d(2),
                     nn.Flatten(), nn.Linear(800, 84), nn.Sigmoid(), nn.Linear(84, 10))
    if name == "maxout":
        return chain(conv(1, 16), Maxout(2), nn.MaxPool2d(2), conv(8, 24), Maxout(3), nn.MaxPool2d(2), nn.Flatten(),
                     nn.Linear(392, 90), Maxout(3), nn.Linear(30, 10))
    if name == "vgg":
        layers, channels = [], 3
        for filters, pool in ((32, False), (32, True), (64, True), (64, True)):
            layers += [conv(channels, filters, bias=False), nn.BatchNorm2d(filters), nn.ReLU()]
            layers += [nn.MaxPool2d(2)] if pool else []
            channels = filters
        return chain(*layers, nn.Flatten(), nn.Linear(1024, 64, bias=False), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 10))
    if name == "resnet":
        return ResNet()
    return chain(conv(1, 8), nn.MaxPool2d(4), ACTIVATIONS[name], nn.Flatten(), nn.Linear(392, 10))


def main(name, weights, pixels, answers):
    net = twin(name).eval()
    tensors, metadata = read(weights)
    net.load_state_dict(tensors, strict=False)
    missing = [key for key in net.state_dict() if key not in tensors and not key.endswith("num_batches_tracked")]
    if missing or set(tensors) - set(net.state_dict()):
        sys.exit("%s: PyTorch misses %s, and does not know %s" % (name, missing, set(tensors) - set(net.state_dict())))
    height, width, channels = (int(metadata[key]) for key in ("height", "width", "channels"))
    x = torch.frombuffer(bytearray(open(pixels, "rb").read()), dtype=torch.uint8).reshape(-1, height, width, channels)
    mean, deviation = (torch.tensor([float(word) for word in metadata[key].split()]) for key in ("mean", "deviation"))
    x = ((x.float() / 255 - mean) / deviation).permute(0, 3, 1, 2)
    with torch.no_grad():
        probabilities = torch.cat([net(part).softmax(1) for part in x.split(100)])
    open(answers, "wb").write(probabilities.contiguous().numpy().tobytes())


main(*sys.argv[1:])
