"""What the scripts of tests/peers share: numbers that every version of Python draws alike, the files, the comparison.

A script makes its tensors, {name: (kind, torch tensor)} in the order of the file, and calls main:

    SCRIPT.py            writes tests/fixtures/NAME.safetensors
    SCRIPT.py --check    makes them anew and compares; 77 where PyTorch is missing
"""
import json
import math
import os
import struct
import sys

try:
    import torch
except ImportError:
    print("SKIP: python3-torch")
    sys.exit(77)

FIXTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "fixtures")


def draw(source, shape, deviation, mean=0.0):
    """Normal numbers by Box and Muller from Python's own generator, the same in every version; exact in float."""
    numbers = []
    for _ in range(math.prod(shape)):
        radius = math.sqrt(-2 * math.log(1 - source.random()))
        numbers.append(mean + deviation * radius * math.cos(2 * math.pi * source.random()))
    return torch.tensor(numbers, dtype=torch.float32).double().reshape(shape)


CODES = {"F32": "f", "F64": "d", "I32": "i"}


def write(path, tensors):
    header, data = {}, b""
    for name, (kind, shape, numbers) in tensors.items():
        packed = struct.pack("<%d%s" % (len(numbers), CODES[kind]), *numbers)
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [len(data), len(data) + len(packed)]}
        data += packed
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def read(path):
    with open(path, "rb") as file:
        content = file.read()
    begin = 8 + struct.unpack("<Q", content[:8])[0]
    tensors = {}
    for name, entry in json.loads(content[8:begin]).items():
        first, last = entry["data_offsets"]
        code = CODES[entry["dtype"]]
        count = (last - first) // struct.calcsize("<" + code)
        numbers = struct.unpack_from("<%d%s" % (count, code), content, begin + first)
        tensors[name] = (entry["dtype"], entry["shape"], list(numbers))
    return tensors


def check(path, fresh):
    frozen = read(path)
    if list(frozen) != list(fresh):
        return "%s: other tensors than this script makes" % path
    for name, (kind, shape, numbers) in fresh.items():
        if (kind, shape) != frozen[name][:2]:
            return "%s: %s has another shape" % (path, name)
        norm = math.sqrt(sum(x * x for x in numbers))
        off = math.sqrt(sum((a - b) ** 2 for a, b in zip(numbers, frozen[name][2])))
        if off > 1e-12 * norm:
            return "%s: %s is off by %g of its norm" % (path, name, off / norm)
    return None


def main(name, make):
    path = os.path.join(FIXTURES, name + ".safetensors")
    checks = len(sys.argv) > 1 and sys.argv[1] == "--check"
    rest = sys.argv[2:] if checks else sys.argv[1:]
    if rest:
        path = rest[0]
    tensors = {name: (kind, list(value.shape), value.reshape(-1).tolist()) for name, (kind, value) in make().items()}
    if not checks:
        write(path, tensors)
        return
    fault = check(path, tensors)
    if fault:
        sys.exit(fault)
