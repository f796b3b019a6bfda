#!/usr/bin/env python3
"""Writes tests/vectors/event_keys.json: event keys, computed without hookgate.

An event key is SHA-256 over `hookgate/key/v1`, followed by endpoint, tenant (empty where there is
none), pack and the pack's parts, each preceded by its length in bytes as an unsigned 64-bit
big-endian number. The encoding is frozen: the file may grow, but no key in it may change.
"""

import hashlib
import json
import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent

# endpoint, tenant, pack, parts
CASES = [
    ("logto", None, "logto", [b"one part"]),
    ("logto", "", "logto", [b"one part"]),
    ("logto", "acme", "logto", [b"one part"]),
    ("facephi-prod", None, "facephi", [b"source", b"id"]),
    ("facephi-prod", None, "facephi", [b"sourc", b"eid"]),
    ("facephi-prod", None, "facephi", [b"sourceid"]),
    ("facephi-prod", None, "facephi", [b"source", b"id", b""]),
    ("facephi-prod", None, "facephi", [b"id", b"source"]),
    ("a", "b", "c", [b""]),
    ("ab", "", "c", [b""]),
    ("", "ab", "c", [b""]),
    ("a", "bc", "", [b""]),
    ("endpoint", "Zażółć 🦀", "pack", ["ключ".encode(), bytes(range(256))]),
    ("endpoint", None, "pack", [b"x" * 1000]),
    ("endpoint", None, "pack", [b"part"] * 20),
]

# The pack's parts of recorded deliveries: the SHA-256 of the body.
RECORDINGS = ["001-User.Created", "088-PostSignIn", "204-Organization.Created"]


def event_key(endpoint, tenant, pack, parts):
    digest = hashlib.sha256(b"hookgate/key/v1")
    for part in [endpoint.encode(), (tenant or "").encode(), pack.encode(), *parts]:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def main():
    keys = [
        {
            "endpoint": endpoint,
            "tenant": tenant,
            "pack": pack,
            "parts": [part.hex() for part in parts],
            "key": event_key(endpoint, tenant, pack, parts),
        }
        for endpoint, tenant, pack, parts in CASES
    ]
    recordings = []
    for name in RECORDINGS:
        body = (ROOT / "tests/vectors/logto" / f"{name}.body").read_bytes()
        parts = [hashlib.sha256(body).digest()]
        key = event_key("test", None, "logto", parts)
        recordings.append({"recording": name, "endpoint": "test", "key": key})
    vectors = {"keys": keys, "logto_recordings": recordings}
    text = json.dumps(vectors, indent=2, ensure_ascii=False) + "\n"
    (ROOT / "tests/vectors/event_keys.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
