"""The network of torch.sh in PyTorch.

    run_torch.py pictures                        writes some pictures, picture0.png, ...
    run_torch.py load FILE ANSWERS               loads the state_dict, strictly; its answers must be those
    run_torch.py save FILE                       random weights with the names of an nn.Sequential
    run_torch.py answer FILE METADATA ANSWERS    their answers, for an input scaled as METADATA says
"""
import json
import random
import struct
import sys
import zlib
from collections import OrderedDict

import torch
from torch import nn

NAMES = ["conv1", "batchnorm1", "relu1", "conv2", "groupnorm1", "prelu1", "upconv1", "maxpool1", "flatten1", "batchnorm2",
         "dense1", "tanh1", "dense2"]
LAYERS = [nn.Conv2d(1, 6, 3, padding=1, bias=False), nn.BatchNorm2d(6), nn.ReLU(),
          nn.Conv2d(6, 8, 3, padding=1, groups=2, bias=False), nn.GroupNorm(4, 8), nn.PReLU(8),
          nn.ConvTranspose2d(8, 3, 4, stride=2, padding=1), nn.MaxPool2d(2), nn.Flatten(), nn.BatchNorm1d(192),
          nn.Linear(192, 20), nn.Tanh(), nn.Linear(20, 10)]
PICTURES = 12


def pixels(index):
    source = random.Random(index)
    return bytes(source.randrange(256) for _ in range(64))


def write_png(path, data):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    rows = b"".join(b"\0" + data[8 * i:8 * i + 8] for i in range(8))
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)) +
                   chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def read(path):
    content = open(path, "rb").read()
    begin = 8 + struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8:begin])
    metadata = header.pop("__metadata__", {})
    tensors = OrderedDict()
    for name, entry in header.items():
        first, last = entry["data_offsets"]
        if entry["dtype"] != "F32":
            continue
        data = torch.tensor(struct.unpack("<%df" % ((last - first) // 4), content[begin + first:begin + last]))
        tensors[name] = data.reshape(entry["shape"])
    return tensors, metadata


# As the package safetensors does: sorted, with the counters of batch norms as 64-bit integers first.
def write(path, tensors):
    header, data = {}, b""
    for name in sorted(tensors, key=lambda n: (tensors[n].dtype != torch.int64, n)):
        numbers = tensors[name].reshape(-1).tolist()
        whole = tensors[name].dtype == torch.int64
        packed = struct.pack("<%d%s" % (len(numbers), "q" if whole else "f"), *numbers)
        header[name] = {"dtype": "I64" if whole else "F32", "shape": list(tensors[name].shape),
                        "data_offsets": [len(data), len(data) + len(packed)]}
        data += packed
    text = json.dumps(header).encode()
    open(path, "wb").write(struct.pack("<Q", len(text)) + text + data)


def compare(net, metadata, answers):
    batch = torch.tensor([list(pixels(i)) for i in range(PICTURES)], dtype=torch.float32).reshape(-1, 1, 8, 8) / 255
    batch = (batch - float(metadata["mean"])) / float(metadata["deviation"])
    with torch.no_grad():
        wanted = net.eval()(batch).softmax(1)
    most = 0
    for row in json.load(open(answers)):
        index = int(row["image"][len("picture"):-len(".png")])
        for entry in row["top"]:
            most = max(most, abs(entry["probability"] - float(wanted[index][int(entry["class"])])))
    print("PyTorch, %s: %d pictures, probabilities off by at most %.2g" % (sys.argv[1], PICTURES, most))
    sys.exit(not most <= 1e-5)


def main(what, *files):
    named = nn.Sequential(OrderedDict(zip(NAMES, LAYERS)))
    plain = nn.Sequential(*LAYERS)
    if what == "pictures":
        for i in range(PICTURES):
            write_png("picture%d.png" % i, pixels(i))
    elif what == "load":
        tensors, metadata = read(files[0])
        named.load_state_dict(tensors, strict=True)
        compare(named, metadata, files[1])
    elif what == "save":
        torch.manual_seed(1)
        for parameter in plain.parameters():
            nn.init.normal_(parameter, 0.1, 0.3)
        for layer in LAYERS:
            if hasattr(layer, "running_mean"):
                nn.init.normal_(layer.running_mean, 0, 0.3)
                nn.init.uniform_(layer.running_var, 0.5, 2)
        write(files[0], plain.state_dict())
    elif what == "answer":
        plain.load_state_dict(read(files[0])[0], strict=False)  # all but the counters
        compare(plain, read(files[1])[1], files[2])


if __name__ == "__main__":
    main(*sys.argv[1:])
