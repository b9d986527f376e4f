#!/usr/bin/env python3
"""Writes fuzz/corpus/: small files of every kind that the harnesses read. Needs Pillow (for JPEG); the files are checked
in, so that only who changes them runs this."""
import gzip
import io
import json
import os
import struct
import zipfile
import zlib

from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))


def put(corpus, name, data):
    os.makedirs(os.path.join(HERE, "corpus", corpus), exist_ok=True)
    with open(os.path.join(HERE, "corpus", corpus, name), "wb") as file:
        file.write(data.encode() if isinstance(data, str) else data)


def configs():
    put("config", "whole.yaml", """\
data:
  source: {folder: {path: ~/pictures, size: 32}}
  validation: 0.1
  standardize: channel
model:
  - conv: {filters: 4, kernel: 3, padding: same, bias: auto}
  - batchnorm
  - relu
  - maxpool: 2
  - residual:
      - conv: {filters: 6, kernel: 3, stride: 2}
      - batchnorm
  - repeat: {times: 2, layers: [{conv: 4}, relu]}
  - avgpool: {size: 2, stride: 1, padding: 1}
  - dropout: 0.25
  - dense: {units: 10, init: {normal: {std: 0.1}}}
train:
  loss: cross-entropy
  optimizer: {sgd: {lr: 0.1, momentum: 0.9, nesterov: true, weight_decay: 5e-4}}
  schedule: {cosine: {warmup: 1}}
  epochs: 30
""")
    put("config", "dense.yaml", "model:\n  - dense: 20\n  - relu\n  - residual: [{dense: {units: 7, init: zeros}}]\n"
                                "  - dense: 3\n")
    put("config", "globalpool.yaml", "model: [conv: 3, globalpool]\n")
    put("config", "search.yaml", "train:\n  lr: !log [1e-4, 1e-1]\n  n: !int [1, 4]\n"
                                 "  o: !choice [{sgd: {lr: !uniform [0, 1]}}, adam]\n")
    put("config", "anchors.yaml", "a: &x {k: [1, 2.5, -.inf, .nan], s: 'it''s'}\nb: *x\nc: \"\\u00e9\\n\"\nd: |\n  two\n"
                                  "  lines\ne: >-\n  folded\n  text\n? f\n: ~\n")
    put("config", "override.bin", b"model:\n  - conv: 3\n  - dense: 4\n\0model[0].conv.filters=5")
    put("config", "override_map.bin", b"train: {optimizer: sgd}\n\0train.optimizer.sgd.lr=0.1")
    put("config", "override_list.bin", b"a: [1, 2]\n\0a[1]={b: [c, !log [1, 2]]}")


def idx(magic, dimensions, data):
    return struct.pack(">I%dI" % len(dimensions), magic, *dimensions) + bytes(data)


def idx_pairs():
    labels = idx(0x801, [3], [0, 2, 1])
    grey = idx(0x803, [3, 4, 5], range(60))
    colour = idx(0x804, [3, 2, 2, 3], range(36))

    def pair(name, labels, pictures):
        put("idx", name, struct.pack(">H", len(labels)) + labels + pictures)

    pair("grey", labels, grey)
    pair("colour", labels, colour)
    pair("gzip", gzip.compress(labels, mtime=0), gzip.compress(grey, mtime=0))
    pair("swapped", grey, labels)
    pair("one_label_too_many", idx(0x801, [4], [0, 2, 1, 0]), grey)
    pair("empty", b"", b"")
    pair("announces_all", labels, idx(0x803, [0xffffffff, 0x7fffffff, 0xffffffff], b""))


def tables():
    put("csv", "header", b"\0\xef\xbb\xbfwidth, height,kind\n1,2.5,cat\n-3e2,.5,dog\n\n7,8,cat\n")
    put("csv", "quotes", b'\0"a ""b""",kind\r\n"1","x, y"\r\n2,"line\nbreak"\r\n')
    put("csv", "missing", b"\x01x,y,kind\nNA,1,a\n2,,b\n3,4,c\n")
    put("csv", "targets", b"\x02price,x\n1.5,2\n-7,3\n")
    put("csv", "bytes", b"\x030,255,1\n7,8,0\n")
    put("csv", "semicolons", b"\x041;2\n3;4\n5;4\n")
    put("csv", "ragged", b"\x001,2\n1,2,3\n1\n")
    put("csv", "open_quote", b'\x001,a\n2,"b\n3,c\n')
    put("csv", "long_numbers", b"\x000.12345678901234567890123,1\n123456789012345678901234567890e-30,2\n1e999,1\n")


def npy(header, numbers):
    header = header.encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + numbers


def arrays():
    y = npy("{'descr': '<i2', 'fortran_order': False, 'shape': (2,), }", b"\0\0\1\0")
    bytes_ = npy("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 2, 3), }", bytes(range(12)))
    floats = npy("{'descr': '>f4', 'fortran_order': False, 'shape': (2, 1), }", struct.pack(">2f", 1.5, -2))
    halves = npy("{'descr': '<f2', 'fortran_order': False, 'shape': (2, 3, 1, 1), }", bytes(range(12)))
    huge = npy("{'descr': '<f8', 'fortran_order': False, 'shape': (9223372036854775807, 2), }", b"")
    for name, x in [("bytes", bytes_), ("floats", floats), ("halves", halves), ("huge", huge), ("none", b"")]:
        put("npy", name, struct.pack(">H", len(y)) + y + x)
    for name, method in [("stored.zip", zipfile.ZIP_STORED), ("deflated.zip", zipfile.ZIP_DEFLATED)]:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", method) as archive:
            for entry, data in [("x.npy", bytes_), ("y.npy", y)]:
                archive.writestr(zipfile.ZipInfo(entry), data, method)
        put("npy", name, file.getvalue())


def png(width, height, depth, kind, rows, extra=b"", interlace=0):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlace)) +
            extra + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def palette():
    data = bytes([255, 0, 0, 0, 255, 0])
    return struct.pack(">I", len(data)) + b"PLTE" + data + struct.pack(">I", zlib.crc32(b"PLTE" + data))


def pictures():
    head = bytes([7, 9, 0])  # 8 x 10, colour
    picture = Image.new("RGB", (13, 9))
    picture.putdata([(x * 19 % 256, y * 28 % 256, x * y % 256) for y in range(9) for x in range(13)])

    def jpeg(picture, **options):
        file = io.BytesIO()
        picture.save(file, "JPEG", **options)
        return file.getvalue()

    exif = Image.Exif()
    exif[0x0112] = 6
    put("image", "colour.jpg", head + jpeg(picture))
    put("image", "progressive.jpg", head + jpeg(picture, progressive=True))
    put("image", "grey.jpg", bytes([39, 39, 1]) + jpeg(picture.convert("L")))
    put("image", "cmyk.jpg", head + jpeg(picture.convert("CMYK")))
    put("image", "turned.jpg", bytes([3, 20, 0]) + jpeg(picture, exif=exif))
    put("image", "exif.tiff", head + exif.tobytes()[6:])
    put("image", "large.jpg", bytes([4, 4, 0]) + jpeg(picture.resize((130, 90)), quality=20))
    rows = b"".join(b"\x00" + bytes(range(y, y + 12)) for y in range(3))
    put("image", "colour.png", head + png(4, 3, 8, 2, rows))
    put("image", "alpha.png", head + png(3, 3, 8, 6, rows))
    put("image", "grey16.png", bytes([5, 5, 1]) + png(6, 3, 16, 0, rows))
    put("image", "palette.png", head + png(8, 3, 1, 3, b"\x00\xaa\x01\x55\x02\x33", palette()))
    put("image", "filters.png", head + png(4, 3, 8, 2, b"\x04" + rows[1:13] + b"\x03" + rows[14:26] + b"\x02" + rows[27:]))
    put("image", "interlaced.png", head + png(1, 1, 8, 2, b"\x00\x01\x02\x03", interlace=1))
    put("image", "bomb.png", head + png(60000, 60000, 8, 2, b"\x00" * 100))
    put("image", "neither.gif", head + b"GIF89a\x01\x00\x01\x00\x00\x00\x00;")


def safetensors(entries, data, pad=True):
    text = json.dumps(entries, separators=(",", ":")).encode()
    if pad:
        text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def tensor_files():
    two = {"__metadata__": {"step": "3", "kind": "last"},
           "a.weight": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
           "b": {"dtype": "F64", "shape": [1], "data_offsets": [24, 32]},
           "c": {"dtype": "I32", "shape": [], "data_offsets": [32, 36]},
           "d": {"dtype": "U8", "shape": [0], "data_offsets": [36, 36]}}
    put("safetensors", "two", safetensors(two, bytes(range(36))))
    put("safetensors", "unpadded", safetensors({"x": two["b"] | {"data_offsets": [0, 8]}}, bytes(8), False))
    put("safetensors", "none", safetensors({}, b""))
    put("safetensors", "overlap", safetensors({"x": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]},
                                               "y": {"dtype": "U8", "shape": [4], "data_offsets": [2, 6]}}, bytes(6)))
    put("safetensors", "huge_shape", safetensors({"x": {"dtype": "F32", "shape": [2**62, 4], "data_offsets": [0, 0]}}, b""))
    put("safetensors", "header_beyond", struct.pack("<Q", 2**63) + b"{}")


def varint(value):
    value &= 2**64 - 1
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def number(field, value):
    return varint(field << 3) + varint(value)


def part(field, data):
    data = data.encode() if isinstance(data, str) else data
    return varint(field << 3 | 2) + varint(len(data)) + data


def onnx_node(op, inputs, outputs, **attributes):
    body = b"".join(part(1, x) for x in inputs) + b"".join(part(2, x) for x in outputs) + part(4, op)
    for name, value in attributes.items():
        if isinstance(value, list):
            kind, data = 7, b"".join(number(8, x) for x in value)
        elif isinstance(value, float):
            kind, data = 1, varint(2 << 3 | 5) + struct.pack("<f", value)
        elif isinstance(value, str):
            kind, data = 3, part(4, value)
        else:
            kind, data = 2, number(3, value)
        body += part(5, part(1, name) + data + number(20, kind))
    return part(1, body)


def onnx_constant(name, dims, numbers):
    whole = all(isinstance(x, int) for x in numbers)
    return part(5, b"".join(number(1, d) for d in dims) + number(2, 7 if whole else 1) + part(8, name) +
                part(9, struct.pack("<%d%s" % (len(numbers), "q" if whole else "f"), *numbers)))


def onnx_port(field, name, element, dims):
    sides = part(1, part(2, "N")) + b"".join(part(1, number(1, d)) for d in dims)
    return part(field, part(1, name) + part(2, part(1, number(1, element) + part(2, sides))))


def onnx_file(name, element, sides, answers, *graph):
    body = part(2, name) + onnx_port(11, "x", element, sides) + b"".join(graph) + onnx_port(12, "y", 1, answers)
    put("onnx", name, number(1, 7) + part(7, body) + part(8, number(2, 13)))


def onnx_files():
    onnx_file("conv", 2, [4, 4, 1], [2],
              onnx_constant("w", [2, 1, 3, 3], [0.1 * i for i in range(18)]), onnx_constant("b", [2], [0.5, -1.0]),
              onnx_node("Cast", ["x"], ["a"], to=1), onnx_node("Transpose", ["a"], ["c"], perm=[0, 3, 1, 2]),
              onnx_node("Conv", ["c", "w", "b"], ["d"], kernel_shape=[3, 3], strides=[1, 1], pads=[1, 1, 1, 1], group=1),
              onnx_node("MaxPool", ["d"], ["e"], kernel_shape=[2, 2], strides=[2, 2], pads=[0, 0, 0, 0]),
              onnx_node("AveragePool", ["e"], ["f"], kernel_shape=[2, 2], strides=[1, 1], pads=[0, 0, 0, 0]),
              onnx_node("Flatten", ["f"], ["g"], axis=1), onnx_node("Softmax", ["g"], ["y"], axis=1))
    onnx_file("dense", 1, [3], [2],
              onnx_constant("w", [2, 3], [0.25] * 6), onnx_constant("b", [2], [0.5, -1.0]), onnx_constant("p", [1], [0.1]),
              onnx_node("Gemm", ["x", "w", "b"], ["a"], transB=1), onnx_node("PRelu", ["a", "p"], ["c"]),
              onnx_node("Elu", ["c"], ["d"], alpha=0.5), onnx_node("HardSigmoid", ["d"], ["e"], alpha=0.5, beta=0.1),
              onnx_node("Split", ["e"], ["f", "g"], axis=1), onnx_node("Max", ["f", "g"], ["h"]),
              onnx_node("Concat", ["h", "g"], ["i"], axis=1), onnx_node("Erf", ["i"], ["y"]))
    onnx_file("shapes", 1, [2, 2, 2], [2, 4, 4],
              onnx_constant("w", [2, 2, 2, 2], [0.5] * 16), onnx_constant("s", [3], [0, 2, -1]),
              onnx_constant("t", [4], [0, 2, 2, 2]), onnx_constant("u", [4], [1.0, 1.0, 2.0, 2.0]),
              onnx_constant("one", [2], [1.0, 1.0]), onnx_constant("zero", [2], [0.0, 0.0]),
              onnx_constant("half", [], [0.5]),
              onnx_node("Reshape", ["x", "s"], ["a"]), onnx_node("InstanceNormalization", ["a", "one", "zero"], ["b"], epsilon=1e-3),
              onnx_node("Reshape", ["b", "t"], ["c"]), onnx_node("Mul", ["c", "half"], ["d"]),
              onnx_node("ConvTranspose", ["d", "w"], ["e"], kernel_shape=[2, 2], strides=[1, 1], pads=[0, 0, 1, 1], group=1,
                        output_padding=[0, 0]),
              onnx_node("Resize", ["e", "", "u"], ["y"], mode="linear", coordinate_transformation_mode="half_pixel"))
    onnx_file("vast", 1, [2**40, 2**30], [1], onnx_node("Relu", ["x"], ["y"]))
    put("onnx", "none", b"")


configs()
idx_pairs()
tables()
arrays()
pictures()
tensor_files()
onnx_files()
