#!/usr/bin/env python3
"""Writes tests/vectors/event_keys.json: event keys, computed without hookgate.

An event key is SHA-256 over `hookgate/key/v1`, followed by endpoint, tenant (empty where there is
none), pack and the pack's parts, each preceded by its length in bytes as an unsigned 64-bit
big-endian number. The encoding is frozen: the file may grow, but no key in it may change.
"""

import base64
import hashlib
import hmac
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

# A Facephi event as the vendor's sample has it, invented values; the signature goes before `data`.
FACEPHI_KEY = "N0tASecretForAnyone0123456789abc"
FACEPHI_SOURCE = "/operations/11111111-2222-4333-8444-555555555555"
FACEPHI_ID = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
FACEPHI_HEAD = (
    '{"specversion":"1.0","type":"com.idv_suite.api.workflows.operation_finished.v1",'
    f'"source":"{FACEPHI_SOURCE}","id":"{FACEPHI_ID}","time":"2026-11-21T23:35:15.360Z",'
)
FACEPHI_DATA = '{"status":"SUCCEEDED","reason":""}'


# Unico IDCloud: which bodies the endpoint takes, a body, and the parts that identify its event.
IDCLOUD = [
    ("current", '{"processId":"p1","state":"PROCESS_STATE_FINISHED"}', ["p1", "state", "PROCESS_STATE_FINISHED"]),
    ("current", '{"processId":"p1","state":"created"}', ["p1", "state", "PROCESS_STATE_CREATED"]),
    ("numeric", '{"id":"p1","status":2}', ["p1", "process_status", "2"]),
    ("numeric", '{"id":"p1","status":"2"}', ["p1", "payment_status", "2"]),
    ("numeric", '{"id":"p1","status":"approved"}', ["p1", "payment_status", "approved"]),
    ("both", '{"processId":"p1","state":"PROCESS_STATE_FINISHED"}', ["p1", "end"]),
    ("both", '{"id":"p1","status":3}', ["p1", "end"]),
    ("both", '{"id":"p1","status":2}', ["p1", "process_status", "2"]),
    ("both", '{"id":"p1","status":"end"}', ["p1", "payment_status", "end"]),
]


def event_key(endpoint, tenant, pack, parts):
    digest = hashlib.sha256(b"hookgate/key/v1")
    for part in [endpoint.encode(), (tenant or "").encode(), pack.encode(), *parts]:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def facephi(recipe):
    """A signed body, and the key of its event."""
    tail = f'"data":{FACEPHI_DATA}}}'
    data = FACEPHI_DATA.encode()
    signed = {"without_member": (FACEPHI_HEAD + tail).encode(), "data_only": data}[recipe]
    mac = hmac.new(FACEPHI_KEY.encode(), signed, hashlib.sha256).digest()
    parts = [FACEPHI_SOURCE.encode(), FACEPHI_ID.encode()]
    if recipe == "data_only":
        parts.insert(0, hashlib.sha256(data).digest())
    return {
        "recipe": recipe,
        "secret": FACEPHI_KEY,
        "body": f'{FACEPHI_HEAD}"signature":"{base64.b64encode(mac).decode()}",{tail}',
        "key": event_key("test", None, "facephi", parts),
    }


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
    signed = [facephi(recipe) for recipe in ["without_member", "data_only"]]
    idcloud = [
        {
            "generation": generation,
            "body": body,
            "key": event_key("test", None, "idcloud", [part.encode() for part in parts]),
        }
        for generation, body, parts in IDCLOUD
    ]
    vectors = {"keys": keys, "logto_recordings": recordings, "facephi": signed, "idcloud": idcloud}
    text = json.dumps(vectors, indent=2, ensure_ascii=False) + "\n"
    (ROOT / "tests/vectors/event_keys.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
