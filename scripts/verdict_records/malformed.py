"""Lines that are no records, and settings with which no receiver can be built."""

import json

from . import public_keys
from .case import ABSENT, shares
from .odd_bodies import deep

SECRET = "cl43GgdTZpcCdipNaStkoyZiwLi9QlES"


def line(edit):
    """`edit` makes another line of the record's line."""

    def kind(case):
        case.sign()
        case.edit = edit

    return kind


def member(name, value):
    def kind(case):
        case.sign()
        case.members[name] = value

    return kind


def first(text):
    """Text that stands before all members."""
    return lambda line: line.replace(b"{", b"{" + text + b",", 1)


LINES = {
    "cut": lambda line: line[: len(line) // 2],
    "cut at its end": lambda line: line[:-1],
    "a bracket more": lambda line: line + b"}",
    "text behind": lambda line: line + b" x",
    "space behind": lambda line: line + b" \t",
    "space before": lambda line: b" \t" + line,
    "a byte order mark": lambda line: b"\xef\xbb\xbf" + line,
    "a comma at the end": lambda line: line[:-1] + b",}",
    "a list": lambda line: b"[" + line + b"]",
    "text": lambda line: json.dumps(line.decode("utf-8", "replace")).encode(),
    "no JSON": lambda line: b"not JSON",
    "empty": lambda line: b"{}",
    "null": lambda line: b"null",
    "a number": lambda line: b"17",
    "an empty list": lambda line: b"[]",
    "bytes that are no UTF-8": lambda line: line.replace(b'"provider"', b'"\xff"', 1),
    "bytes that are no UTF-8, in a value": first(b'"path":"\xff"'),
    "a lone surrogate": lambda line: line.replace(b'"id":"', b'"id":"\\ud800', 1),
    "a lone surrogate in a header": lambda line: line.replace(b'"headers":[', b'"headers":[["x","\\udfff"],', 1),
    "a surrogate pair": lambda line: line.replace(b'"id":"', b'"id":"\\ud83e\\udd80', 1),
    "a control character": lambda line: line.replace(b'"id":"', b'"id":"\x01', 1),
    "a foreign id": lambda line: line.replace(b'"id":"', '"id":"\u202e\u009b\U000e0041é'.encode(), 1),
    "an id that commands": lambda line: line.replace(b'"id":"', b'"id":"\\u001b[31m\\u007f\\u0000', 1),
    "deep": lambda line: first(b'"settings":' + deep(200).encode())(line),
    "deep, and unknown": lambda line: first(b'"note":' + deep(200).encode())(line),
    "an unknown member": first(b'"window":300'),
    "a secret for a member": first(b'"' + SECRET.encode() + b'":1'),
    "a member's name by an escape": lambda line: line.replace(b'"provider"', b'"provide\\u0072"', 1),
    "the id twice": first(b'"id":"twice"'),
    "the moment twice": first(b'"now":1'),
    "the keys twice": first(b'"keys":[]'),
    "the body twice": first(b'"body_base64":""'),
    "the settings twice": lambda line: first(b'"settings":{}')(first(b'"settings":{}')(line)),
    "a comment": lambda line: line.replace(b"{", b"{/* no */", 1),
    "quotes of another kind": lambda line: line.replace(b'"', b"'"),
}

VALUES = [
    ("id", ABSENT),
    ("id", None),
    ("id", 7),
    ("id", ""),
    ("provider", ABSENT),
    ("provider", SECRET),
    ("provider", "Logto"),
    ("provider", ""),
    ("provider", None),
    ("body_base64", ABSENT),
    ("body_base64", None),
    ("body_base64", SECRET + "="),
    ("body_base64", "YWJj YWJj"),
    ("body_base64", "YWI"),
    ("body_base64", "YWJ_"),
    ("keys", SECRET),
    ("keys", [SECRET, 1]),
    ("keys", None),
    ("keys", {"0": SECRET}),
    ("headers", {"host": "a"}),
    ("headers", [["host"]]),
    ("headers", [["host", "a", "b"]]),
    ("headers", [["host", 1]]),
    ("headers", [["host", None]]),
    ("headers", None),
    ("headers", "host: a"),
    ("method", None),
    ("method", 1),
    ("path", ["/"]),
    ("now", SECRET),
    ("now", "1700000000"),
    ("now", 1e300),
    ("now", 9_007_199_254_741.0),
    ("now", 2**63),
    ("now", 2**64),
    ("now", -(2**63) - 1),
    ("now", True),
    ("now", [1]),
    ("window_s", -1),
    ("window_s", 1.5),
    ("window_s", 300.0),
    ("window_s", "300"),
    ("window_s", 2**64),
    ("window_s", True),
    ("peer", SECRET),
    ("peer", "203.0.113.7"),
    ("peer", "203.0.113.7:70000"),
    ("peer", "2001:db8::1:443"),
    ("peer", "localhost:80"),
    ("peer", 443),
    ("endpoint", None),
    ("endpoint", 1),
    ("tenant", 1),
    ("tenant", ["acme"]),
    ("settings", [SECRET]),
    ("settings", SECRET),
    ("settings", None),
    ("settings", 1),
    ("settings", {SECRET: 1}),
    ("settings", {"access": {SECRET: [SECRET]}}),
    ("settings", {"access": {"api_key": {"header": SECRET}}}),
]


def settings(change):
    """Settings with `change` in them: `ABSENT` takes a member away."""

    def kind(case):
        case.sign()
        target = case.settings["signed"] if "signed" in case.settings else case.settings
        target.update(change)
        for name in [name for name, value in target.items() if value is ABSENT]:
            del target[name]

    return kind


def whole_settings(value):
    def kind(case):
        case.sign()
        access = case.settings.get("access")
        case.settings = {**({"access": access} if access else {}), **value}

    return kind


def repeated_setting(case):
    """A member of the settings twice: of the scheme's, or the access rule."""
    case.sign()
    name = next(iter(case.settings), "access")
    case.settings.setdefault("access", "none")
    twice = json.dumps({name: case.settings[name]})[:-1].encode()
    case.edit = lambda line: line.replace(b'"settings":{', b'"settings":' + twice + b",", 1)


TEMPLATES = [
    "",
    "{body",
    "body}",
    "{body}{body}",
    "{id}",
    "{nonce}.{timestamp}",
    "{who}.{body}",
    "{id}{body}",
    "{timestamp}{body}",
    "{timestamp}7{body}",
    "{timestamp}-{body}",
    "{nonce}{body}",
    "{id}.{id}.{body}",
    "{timestamp}.{timestamp}.{body}",
    "{algorithm}{body}",
    "{BODY}",
]

OF_ONE = {
    "logto": [{"accept_unreadable_time": "yes"}, {"interest": []}, {"accept_unreadable_time": None}],
    "facephi": [
        {"recipe": "all"},
        {"recipe": None},
        {"recipe": "data_only", "access": ABSENT},
        {"recipe": "without_member", "trust_claimed_type": True},
        {"plain_json": 1},
        {"trust": True},
    ],
    "idcloud": [
        {"generation": "next"},
        {"generation": {"both": {"terminal": []}}},
        {"generation": {"both": {}}},
        {"generation": {"both": {"terminal": ["approved"]}}},
        {"generation": "both"},
        {"generations": "current"},
        {"access": ABSENT},
    ],
    "unico-check": [
        {"distinct_by_content": "yes"},
        {"signed": {}},
        {"signed": None},
        {"signature": 1},
        {"access": ABSENT},
    ],
    "standard-webhooks": [{"tolerance": 300}, {"access": None}],
    "svix": [{"tolerance": 300}],
    "github": [{"sha1": True}],
    "stripe": [{"api_version": "2020"}],
    "slack": [{"version": "v1"}],
    "shopify": [{"shop": "a"}],
    "hmac-header": [
        {"signature_header": ABSENT},
        {"encoding": ABSENT},
        {"encoding": "base32"},
        {"encoding": "base64_url"},
        {"digest": "md5"},
        {"digest": None},
        {"signature_header": "x signature"},
        {"signature_header": ""},
        {"signature_header": "x-é"},
        {"id_header": "x id", "template": "{id}.{body}"},
        {"timestamp_header": "", "template": "{timestamp}.{body}", "layout": ABSENT, "id_header": ABSENT},
        {"id_header": "x-id", "template": "{body}", "timestamp_header": ABSENT, "layout": ABSENT},
        {"id_header": ABSENT, "template": "{id}.{body}", "timestamp_header": ABSENT, "layout": ABSENT},
        {"timestamp_header": "x-t", "template": "{body}", "id_header": ABSENT, "layout": ABSENT},
        {"timestamp_header": ABSENT, "template": "{timestamp}.{body}", "id_header": ABSENT, "layout": ABSENT},
        {"timestamp_header": "x-t", "layout": {"pairs": {"signature": "v1", "timestamp": "t"}}},
        {"layout": {"pairs": {"signature": ""}}},
        {"layout": {"space_separated": {"prefix": ""}}},
        {"layout": {"space_separated": {}}},
        {"layout": {"pairs": {}}},
        {"layout": {"comma": {}}},
        {"layout": "single"},
        {"layout": {"single": {"prefix": 1}}},
        {"timestamp_unit": "minutes"},
        {"secret": SECRET},
    ],
    "hmac-body-field": [
        {"member": ABSENT},
        {"member": ""},
        {"member": 'a"b'},
        {"member": "a\\b"},
        {"member": "a\n"},
        {"member": "data", "data_member": "data"},
        {"data_member": ""},
        {"recipe": "first"},
        {"recipe": "data_only", "access": ABSENT},
        {"encoding": "base64_url"},
        {"digest": "sha384"},
        {"secret": SECRET},
    ],
    "signed-request": [
        {"algorithms": ABSENT},
        {"algorithms": []},
        {"algorithms": ["none"]},
        {"algorithms": ["RS256", "ES256"]},
        {"algorithms": ["rs256"]},
        {"algorithms": "RS256"},
        {"algorithms": ["HS256"]},
        {"algorithms": ["Ed25519", "EdDSA"]},
        {"signature_header": ABSENT},
        {"signature_header": "x signature"},
        {"signature_header": "x-nonce", "nonce_header": "X-Nonce", "template": "{nonce}.{body}"},
        {"nonce_header": "x-nonce", "template": "{body}"},
        {"nonce_header": ABSENT, "template": "{nonce}.{body}"},
        {"timestamp_header": "x-t", "template": "{body}"},
        {"timestamp_header": ABSENT, "template": "{timestamp}.{body}"},
        {"algorithm_header": ABSENT, "template": "{algorithm}.{body}"},
        {"encoding": "pem"},
        {"timestamp_form": "minutes"},
        {"scheme": {"signature_header": "x-signature"}},
        {"accept_tokens_as_requests": True},
        {"accept_tokens_as_requests": 1},
        {"templat": "{body}"},
    ],
}
OF_ONE["unico-check+signed"] = OF_ONE["signed-request"] + [{"signed": {}}]


def schemes_own_object(case):
    """The scheme's settings in an object of their own."""
    case.sign()
    target = case.settings["signed"] if "signed" in case.settings else case.settings
    access = target.pop("access", None)
    algorithms = target.pop("algorithms")
    scheme = dict(target)
    target.clear()
    target.update({"algorithms": algorithms, "scheme": scheme})
    if access:
        target["access"] = access


def unusable_public_keys():
    read = lambda name: (public_keys.FOLDER / name).read_text()
    return [
        ["pem:" + read("weak.pub.pem")],
        ["pem:" + read("rsa.key.pem")],
        ["pem:" + read("secp256k1.pub.pem")],
        ["pem:" + read("ed.crt.pem")],
        ["pem:" + read("p256.crt.pem")],
        ["pem:" + read("rsa.crt.pem"), "pem:" + read("rsa.crt.pem")],
        ["pem:" + read("rsa.crt.pem") + read("ed.crt.pem")],
        ["hex:01"],
        ["utf8:thirty-one bytes of a secret k"],
        ["utf8:thirty-two bytes of a secret key"],
    ]


def with_keys(keys):
    def kind(case):
        case.sign()
        case.keys = keys

    return kind


def kinds(sender):
    found = shares(sender, "line", list(LINES.values()), line, senders=2)
    found.update(shares(sender, "member", VALUES, lambda pair: member(*pair), senders=2))
    for place, change in enumerate(OF_ONE.get(sender.name, [])):
        found[f"settings {place}"] = settings(change)
    if sender.name in ("hmac-header", "signed-request"):
        for place, template in enumerate(TEMPLATES):
            more = {"layout": ABSENT} if sender.name == "hmac-header" else {}
            name = "id_header" if sender.name == "hmac-header" else "nonce_header"
            headers = {name: "x-id", "timestamp_header": "x-t"}
            wanted = {own: value for own, value in headers.items() if "{" + own.split("_")[0] in template}
            unset = {own: ABSENT for own in headers}
            found[f"template {place}"] = settings({**unset, **more, **wanted, "template": template})
    found["settings of another"] = whole_settings({"signature_header": "x-signature", "encoding": "hex"})
    found["a setting twice"] = repeated_setting
    if "signed" in sender.name:
        found["settings in an object"] = schemes_own_object
        for place, keys in enumerate(unusable_public_keys()):
            found[f"public keys {place}"] = with_keys(keys)
    return found
