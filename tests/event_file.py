"""Reads an event file of TensorBoard with nothing of Cradle's and holds it against the run's own event log.

usage: event_file.py RUN FILE [--live]

The messages are described here from TensorFlow's event.proto and summary.proto and parsed by protobuf; the checksums
are those of RFC 3720, bit by bit in the other direction than the library's. --live: the file was written during the
training, with a picture of the first weights after each epoch.
"""
import json
import math
import struct
import sys
import zlib

from google.protobuf import descriptor_pb2, descriptor_pool

try:
    from google.protobuf.message_factory import GetMessageClass
except ImportError:
    from google.protobuf.message_factory import MessageFactory

    def GetMessageClass(descriptor):
        return MessageFactory().GetPrototype(descriptor)

FIELD = descriptor_pb2.FieldDescriptorProto


def event_class():
    file = descriptor_pb2.FileDescriptorProto(name="event.proto", package="t", syntax="proto3")

    def message(name, *fields):
        made = file.message_type.add(name=name)
        for number, field, kind, repeated in fields:
            item = made.field.add(name=field, number=number)
            item.label = FIELD.LABEL_REPEATED if repeated else FIELD.LABEL_OPTIONAL
            if isinstance(kind, str):
                item.type, item.type_name = FIELD.TYPE_MESSAGE, ".t." + kind
            else:
                item.type = kind

    message("Histogram", *[(n, name, FIELD.TYPE_DOUBLE, n > 5) for n, name in
                           enumerate(["min", "max", "num", "sum", "sum_squares", "bucket_limit", "bucket"], 1)])
    message("Image", (1, "height", FIELD.TYPE_INT32, False), (2, "width", FIELD.TYPE_INT32, False),
            (3, "colorspace", FIELD.TYPE_INT32, False), (4, "encoded_image_string", FIELD.TYPE_BYTES, False))
    message("Value", (1, "tag", FIELD.TYPE_STRING, False), (2, "simple_value", FIELD.TYPE_FLOAT, False),
            (4, "image", "Image", False), (5, "histo", "Histogram", False))
    message("Summary", (1, "value", "Value", True))
    message("Event", (1, "wall_time", FIELD.TYPE_DOUBLE, False), (2, "step", FIELD.TYPE_INT64, False),
            (3, "file_version", FIELD.TYPE_STRING, False), (5, "summary", "Summary", False))
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return GetMessageClass(pool.FindMessageTypeByName("t.Event"))


def reverse(value, bits):
    return int(f"{value:0{bits}b}"[::-1], 2)


def table():
    rows = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = (value << 1 ^ 0x1EDC6F41 * (value >> 31)) & 0xFFFFFFFF
        rows.append(value)
    return rows


TABLE, MIRRORED = table(), [reverse(byte, 8) for byte in range(256)]


def masked(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = (crc << 8 & 0xFFFFFFFF) ^ TABLE[crc >> 24 ^ MIRRORED[byte]]
    crc = reverse(crc ^ 0xFFFFFFFF, 32)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def read(path):
    data, at, events, kind = open(path, "rb").read(), 0, [], event_class()
    while at < len(data):
        length, checksum = struct.unpack_from("<QI", data, at)
        assert checksum == masked(data[at:at + 8]), f"the length at byte {at} has another checksum"
        content = data[at + 12:at + 12 + length]
        assert len(content) == length, f"the record at byte {at} is cut off"
        assert struct.unpack_from("<I", data, at + 12 + length)[0] == masked(content), f"record at byte {at}: checksum"
        event = kind()
        event.ParseFromString(content)
        size = event.ByteSize()
        event.DiscardUnknownFields()
        assert event.ByteSize() == size, f"the record at byte {at} has unknown fields"
        events.append(event)
        at += 16 + length
    return events


def single(value):
    value = float(value)
    return struct.unpack("<f", struct.pack("<f", value))[0]


def expected(log):
    """Of each event of the log: (step, {tag: number}, {tag: histogram})."""
    for line in log:
        event = json.loads(line)
        kind, scalars, spreads = event["event"], {}, {}
        if kind == "step":
            for key in ("loss", "accuracy", "lr", "images_per_second"):
                scalars[f"step/{key}"] = event[key]
        elif kind == "epoch":
            for key in ("loss", "accuracy", "lr", "images_per_second"):
                scalars[f"epoch/{key}"] = event[key]
            for part, key in (("validation", "validation"), ("training", "train")):
                for what in ("loss", "accuracy"):
                    if f"{key}_{what}" in event:
                        scalars[f"{part}/{what}"] = event[f"{key}_{what}"]
            for name, value in event.get("scores", {}).items():
                scalars[f"validation/score/{name}"] = value
        elif kind == "observe":
            for seen in event["weights"]:
                for what, key in (("norm", "weight"), ("gradient", "gradient"), ("update", "update")):
                    scalars[f"weights/{seen['name']}/{what}"] = seen[key]
                if "spread" in seen:
                    spreads[f"gradients/{seen['name']}"] = seen["spread"]
            for seen in event["units"]:
                for what in ("mean", "deviation", "least", "most", "zeros", "silent", "saturated"):
                    if what in seen:
                        scalars[f"activations/{seen['layer']}/{what}"] = seen[what]
                spreads[f"activations/{seen['layer']}"] = seen["spread"]
        else:
            continue
        yield event["step"], kind, scalars, spreads


def edge(spread, at):
    if "low" in spread:
        return spread["low"] + (spread["high"] - spread["low"]) * at / 64
    return -2.0 ** (32 - at - 24) if at <= 32 else 2.0 ** (at - 57)


def check_histogram(histo, spread):
    assert list(histo.bucket) == [0] + spread["bins"], (list(histo.bucket), spread)
    limits = [edge(spread, spread["first"] + i) for i in range(len(spread["bins"]) + 1)]
    assert list(histo.bucket_limit) == limits, (list(histo.bucket_limit), limits)
    assert histo.num == sum(spread["bins"]) and histo.min == limits[0] and histo.max == limits[-1]
    assert histo.sum_squares >= 0


def check_image(image):
    png = image.encoded_image_string
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", png[16:24])
    assert (image.width, image.height) == (width, height) and image.colorspace in (1, 3)
    assert zlib.crc32(png[12:29]) == struct.unpack(">I", png[29:33])[0]


def same(a, b):
    return a == b or (math.isnan(a) and math.isnan(b))


def main(run, path, live):
    events = read(path)
    assert events[0].file_version == "brain.Event:2" and not any(event.file_version for event in events[1:])
    wanted = [item for item in expected(open(f"{run}/events.jsonl")) if item[2]]
    pictures, seconds, i = 0, 0, 0
    for event in events[1:]:
        assert event.wall_time >= seconds, f"step {event.step}: time goes back"
        seconds = event.wall_time
        values = {value.tag: value for value in event.summary.value}
        assert len(values) == len(event.summary.value), f"step {event.step}: a tag is there twice"
        images = [value for value in values.values() if value.HasField("image")]
        for value in images:
            check_image(value.image)
            del values[value.tag]
        pictures += len(images)
        if not values:
            continue
        step, kind, scalars, spreads = wanted[i]
        i += 1
        assert event.step == step, f"a {kind}: step {event.step}, expected {step}"
        assert set(values) == set(scalars) | set(tag for tag in spreads), (step, set(values) ^ set(scalars) ^ set(spreads))
        assert not live or len(images) == (kind == "epoch"), f"step {step}: {len(images)} pictures"
        for tag, number in scalars.items():
            number = single(number)
            if tag.endswith("images_per_second"):  # is rounded in the log
                assert abs(values[tag].simple_value - number) <= 1e-3 + 1e-6 * number, (step, tag)
            elif kind == "observe":  # has four digits in the log
                assert abs(values[tag].simple_value - number) <= 1e-3 * abs(number), (step, tag, number)
            else:
                assert same(values[tag].simple_value, number), (step, tag, values[tag].simple_value, number)
        for tag, spread in spreads.items():
            check_histogram(values[tag].histo, spread)
    assert i == len(wanted), f"{i} events, expected {len(wanted)}"
    assert pictures > 0, "there is no picture"
    print(f"{i} events, {pictures} pictures")


main(sys.argv[1], sys.argv[2], "--live" in sys.argv)
