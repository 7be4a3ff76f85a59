#!/usr/bin/env python3
"""Event files and W&B logs on disk through the commands: runs, curves, damage, growth; nothing in
the source is changed. The files are made here byte by byte. Ends with `N passed, N failed`."""

import hashlib
import json
import os
import struct
import subprocess
import sys
import tempfile
import traceback
import zlib

EVENTS = "events.out.tfevents.1700000000.host"


# --- the formats ---

def varint(x):
    out = b""
    while x > 127:
        out, x = out + bytes([x & 127 | 128]), x >> 7
    return out + bytes([x])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, float):
        return varint(number << 3 | 1) + struct.pack("<d", value)
    value = value if isinstance(value, bytes) else value.encode()
    return varint(number << 3 | 2) + varint(len(value)) + value


def masked(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    crc ^= 0xffffffff
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xa282ead8) & 0xffffffff)


def tfrecord(data):
    size = struct.pack("<Q", len(data))
    return size + masked(size) + data + masked(data)


def scalar(tag, step, value, wall=1700000000.123456):
    simple = varint(2 << 3 | 5) + struct.pack("<f", value)
    return tfrecord(field(1, wall) + field(2, step) + field(5, field(1, field(1, tag) + simple)))


def wandb_log(records):
    out = b":W&B\xe1\xbe\x00"
    for data in records:
        out += struct.pack("<IHB", zlib.crc32(b"\x01" + data), len(data), 1) + data
    return out


def item(key, text):
    return field(1, field(1, key) + field(16, text))


def history(step, **values):
    items = b"".join(item(key, text) for key, text in values.items())
    return field(2, items + item("_timestamp", "1700000000.25") + field(2, field(1, step)))


# --- the commands ---

class Place:
    def __init__(self, tmp):
        self.dir = os.path.join(tmp, "source")
        self.env = dict(os.environ, XDG_CACHE_HOME=os.path.join(tmp, "cache"), LC_ALL="C.UTF-8")

    def put(self, rel, data):
        path = os.path.join(self.dir, rel)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as out:
            out.write(data)

    def mlw(self, *words):
        done = subprocess.run([os.environ["MLW_BIN"], *words, "--source", self.dir, "-o", "json"],
                              env=self.env, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, (words, done.stderr)
        return json.loads(done.stdout)

    def digest(self):
        seen = hashlib.sha256()
        for top, dirs, files in os.walk(self.dir):
            dirs.sort()
            for name in sorted(files):
                path = os.path.join(top, name)
                with open(path, "rb") as data:
                    seen.update(path.encode() + data.read() + str(os.stat(path).st_mtime_ns).encode())
        return seen.hexdigest()


def case_event_files_are_runs_and_curves(place):
    place.put(EVENTS, scalar("loss", 1, 0.5) + scalar("loss", 2, float("nan")))
    place.put("a/b/" + EVENTS, scalar("acc/val é", 7, 2.0))
    before = place.digest()
    runs = {run["run_id"]: run for run in place.mlw("ls", "runs")}
    assert sorted(runs) == [".", "a/b"], runs
    assert runs["a/b"]["metrics"] == {"acc/val é": 2}, runs
    assert runs["."]["nonfinite"] == {"loss": "NaN"}, runs
    assert runs["."]["start_time"] == "2023-11-14T22:13:20.123456Z", runs
    points = place.mlw("history", ".", "loss")
    assert [(p["step"], p["value"], p.get("nan")) for p in points] == [(1, 0.5, None), (2, None, True)], points
    assert place.digest() == before


def case_an_event_file_that_grows_is_followed(place):
    place.put(EVENTS, scalar("x", 1, 1.0) + scalar("x", 2, 2.0)[:-3])
    assert len(place.mlw("history", ".", "x")) == 1
    torn = place.mlw("doctor")
    assert [(d["file"], d["offset"]) for d in torn] == [(EVENTS, len(scalar("x", 1, 1.0)))], torn
    place.put(EVENTS, scalar("x", 1, 1.0) + scalar("x", 2, 2.0))
    assert [p["value"] for p in place.mlw("history", ".", "x")] == [1, 2]
    assert place.mlw("doctor") == []


def case_a_wandb_log_is_a_run_with_its_curves(place):
    run = field(17, field(1, "abc") + field(3, "proj") + field(8, "nice") + field(4, item("lr", "1e-05")))
    log = wandb_log([run, history(3, loss="1", t='"no"'), history(5, loss="Infinity"),
                     field(3, item("best", "0.25")), field(18, field(1, 1))])
    place.put("wandb/run-20260101_000000-abc/run-abc.wandb", log)
    before = place.digest()
    (row,) = place.mlw("ls", "runs")
    assert (row["run_id"], row["name"], row["experiment"], row["status"]) == ("abc", "nice", "proj", "failed"), row
    assert row["params"] == {"lr": "1e-05"} and row["metrics"] == {"best": 0.25, "loss": None}, row
    points = place.mlw("history", "abc", "loss")
    assert [(p["step"], p["value"], p.get("inf")) for p in points] == [(3, 1, None), (5, None, 1)], points
    assert place.digest() == before


def case_damage_is_counted_with_file_and_offset(place):
    good, bad = scalar("x", 1, 1.0), bytearray(scalar("x", 2, 2.0))
    bad[-6] ^= 1
    place.put("t/" + EVENTS, good + bytes(bad) + scalar("x", 3, 3.0))
    assert [p["step"] for p in place.mlw("history", "t", "x")] == [1, 3]
    (damage,) = place.mlw("doctor")
    assert (damage["file"], damage["offset"]) == ("t/" + EVENTS, len(good)), damage
    assert "checksum" in damage["reason"], damage


def main():
    passed = failed = 0
    for name, case in list(globals().items()):
        if name.startswith("case_"):
            with tempfile.TemporaryDirectory() as tmp:
                try:
                    case(Place(tmp))
                    passed += 1
                except Exception:
                    traceback.print_exc()
                    failed += 1
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
