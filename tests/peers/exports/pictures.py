"""Test pictures as PNG files and as raw bytes: pictures.py mnist|cifar10 COUNT FOLDER

Writes FOLDER/00000.png ... and FOLDER/pixels.bin, which holds the same bytes. Sets are searched in CRADLE_DATA. Spread over
the whole test part, as many of each class of CIFAR-10. Exits with 77 where the set, or what reads JPEG, is missing."""
import glob
import gzip
import os
import struct
import sys
import zlib


def find(name):
    for folder in os.environ.get("CRADLE_DATA", "").split(":"):
        if os.path.exists(os.path.join(folder, name)):
            return os.path.join(folder, name)
    print("SKIP: %s is in no folder of CRADLE_DATA" % name)
    sys.exit(77)


def mnist(count):
    folder = find("mnist")
    path = os.path.join(folder, "t10k-images-idx3-ubyte")
    data = open(path, "rb").read() if os.path.exists(path) else gzip.open(path + ".gz").read()
    for i in range(count):
        at = 16 + i * 10000 // count * 784
        yield 28, 28, 1, data[at:at + 784]


def cifar10(count):
    try:
        from PIL import Image
    except ImportError:
        print("SKIP: nothing reads JPEG in Python (Debian: python3-pil)")
        sys.exit(77)
    classes = sorted(glob.glob(os.path.join(find("cifar10"), "test", "*")))
    for folder in classes:
        for path in sorted(glob.glob(os.path.join(folder, "*")))[:count // len(classes)]:
            picture = Image.open(path).convert("RGB")
            yield picture.height, picture.width, 3, picture.tobytes()


def png(height, width, channels, data):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    size = width * channels
    rows = b"".join(b"\0" + data[size * i:size * (i + 1)] for i in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0 if channels == 1 else 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b""))


name, number, out = sys.argv[1], int(sys.argv[2]), sys.argv[3]
pictures = list({"mnist": mnist, "cifar10": cifar10}[name](number))
os.makedirs(out, exist_ok=True)
with open(os.path.join(out, "pixels.bin"), "wb") as file:
    for index, (h, w, c, pixels) in enumerate(pictures):
        file.write(pixels)
        with open(os.path.join(out, "%05d.png" % index), "wb") as one:
            one.write(png(h, w, c, pixels))
