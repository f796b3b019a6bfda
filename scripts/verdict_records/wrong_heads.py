"""Checks before the body: method, headers, tenant, peer, access rule, keys. Also the body's size."""

from . import access
from .case import ABSENT
from .odd_bodies import FOREIGN


def sent(change):
    """Signed as usual, and then changed."""

    def kind(case):
        case.sign()
        change(case)

    return kind


def with_method(method):
    return sent(lambda case: setattr(case, "method", method))


def with_headers(*headers):
    def change(case):
        names = {name.lower() for name, _ in headers}
        case.headers = [pair for pair in case.headers if pair[0].lower() not in names]
        case.headers.extend([list(pair) for pair in headers])

    return sent(change)


def cycled(choices, change):
    return sent(lambda case: change(case, case.pick(choices)))


MEDIA_TYPES = [
    "application/json",
    "application/json; charset=utf-8",
    "Application/JSON ;charset=UTF-8",
    "application/cloudevents+json",
    "application/cloudevents+json; charset=utf-8",
    "application/cloudevents-batch+json",
    "application/x-www-form-urlencoded",
    "text/plain",
    "text/json",
    "application/jsonx",
    "application/json, text/plain",
    "application/problem+json",
    "",
    " application/json ",
    ";",
    "multipart/form-data; boundary=x",
    "*/*",
    "application/\u0458son",
]
ENCODINGS = ["gzip", "identity", " Identity ", "br", "", "gzip, identity", "IDENTITY", "deflate"]
LENGTHS = ["1048576", "1048577", "102400", "102401", "0", "-1", "x", "18446744073709551616"]
LENGTHS += ["1048577 ", "+1048577", ""]
NAMES = ["", " ", "x y", "é", "x:y", "x\n"]
METHODS = ["GET", "PUT", "post", "Post", "", "POST ", "PATCH", "DELETE", "OPTIONS", "PÖST", "PO\u0000ST"]
PATHS = ["", "?", "/hook?x=1#y", "//", "/ho ok", "/é", "/%2e%2e/", "http://evil.example/", "/" + "a" * 3000, "*"]
TENANTS = ["acme", "globex", "Ünïcode / with spaces", "", "t" * 256, "t" * 257, "é" * 128, "é" * 129, " ", "a\u0000b"]
ENDPOINTS = ["orders", "a.b-c_D9", "e" * 64, "e" * 65, "", "a/b", "é", " hook", "hook\n"]
BAD_KEYS = [
    [],
    ["utf8:"],
    ["whsec_"],
    ["whsec_%"],
    ["base64:"],
    ["base64:%"],
    ["base64:AAAA"],
    ["base64:YWJj="],
    ["base64:YWJjZA"],
    ["hex:"],
    ["hex:0"],
    ["hex:xx"],
    ["hex:0000"],
    ["hex:0x01"],
    ["utf8: stray"],
    ["utf8:stray\n"],
    ['utf8:"quoted"'],
    ["utf8:`ticked`"],
    ["utf8:\u0000"],
    ["no encoding"],
    ["UTF8:text"],
    ["text"],
    [""],
    ["utf8:good", "hex:0"],
    ["der:"],
    ["der:AAAA"],
    ["der:%"],
    ["pem:"],
    ["pem:AAAA"],
    ["pem:-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"],
]


def with_tenant(case, tenant):
    case.tenant = tenant


def with_endpoint(case, endpoint):
    case.endpoint = endpoint


def with_keys(keys):
    return sent(lambda case: setattr(case, "keys", keys))


def without_access(case):
    """For a tenant or for all: the pack that signs nothing has no rule."""
    case.settings.pop("access", None)
    case.tenant = case.pick([ABSENT, "acme"])


def with_rule(place, present):
    """The rule at this place of `access.rules`, and what `present` makes of the headers that it takes and refuses."""

    def change(case):
        rule, right, wrong = access.rules(case.dice)[place]
        known = [name.lower() for name, _ in case.headers]
        headers = present(right, wrong)
        # Both rules of a sender that needs one may read the same header. The rule of this case counts then.
        if any(name.lower() in known for name, _ in right):
            names = [name.lower() for name, _ in right]
            case.headers = [pair for pair in case.headers if pair[0].lower() not in names]
            case.settings.pop("access", None)
        case.access(rule)
        case.headers.extend([list(pair) for pair in headers])
        if case.dice.once_in(4):
            case.tenant = "acme"

    return sent(change)


PRESENTED = {
    "right": lambda right, wrong: right,
    "wrong": lambda right, wrong: wrong,
    "missing": lambda right, wrong: [],
    "twice": lambda right, wrong: access.repeated(right),
    "shortened": lambda right, wrong: access.shortened(right),
    "in other case": lambda right, wrong: access.in_other_case(right),
    "in part": lambda right, wrong: access.without_last(right),
    "emptied": lambda right, wrong: access.emptied(right),
}


def with_token(cases):
    def change(case):
        rule, value = case.pick(cases(case))
        case.settings.pop("access", None)
        case.headers = [pair for pair in case.headers if pair[0].lower() != "authorization"]
        case.access(rule)
        case.add_header(case.dice.one_of(["authorization", "Authorization"]), value)

    return change


def recorded_token(case):
    """At a fixed moment, so the request is too old for senders that date themselves, but where nothing is checked."""
    case.now, case.window = access.TOKENS_ARE_OF, None
    with_token(lambda case: [access.recorded_token(case.dice)])(case)


def from_network(case):
    rule, peer, headers = case.pick(access.network_cases())
    case.access(rule)
    case.headers.extend([list(pair) for pair in headers])
    if peer is not None:
        case.peer = peer


def with_unusable_rule(case):
    case.settings["access"] = case.pick(access.UNUSABLE)


def kinds(sender):
    media_type = sender.media_type
    found = {
        "media type twice": with_headers(["content-type", media_type], ["Content-Type", media_type]),
        "no media type": with_headers(),
        "encoding twice": with_headers(["content-encoding", "identity"], ["content-encoding", "identity"]),
        "host once": with_headers(["host", "a.example"]),
        "host twice": with_headers(["host", "a.example"], ["Host", "a.example"]),
        "host twice, differently": with_headers(["host", "a.example"], ["host", "b.example"]),
        "length twice": with_headers(["content-length", "9999999"], ["content-length", "9999999"]),
        "a foreign header": cycled(FOREIGN, lambda case, text: case.add_header("x-note", text)),
        "an odd header's name": cycled(NAMES, lambda case, name: case.add_header(name, "1")),
        "a path": cycled(PATHS, lambda case, path: setattr(case, "path", path)),
        "no access rule": sent(without_access),
        "access for none": sent(lambda case: case.settings.update(access="none")),
        "keys for nothing": with_keys(["utf8:unused secret"]),
        "a recorded token": sent(recorded_token),
    }
    for place in range(5):
        found[f"media type {place}"] = cycled(MEDIA_TYPES, lambda case, text: replace(case, "content-type", text))
        found[f"encoding {place}"] = cycled(ENCODINGS, lambda case, text: replace(case, "content-encoding", text))
        found[f"length {place}"] = cycled(LENGTHS, lambda case, text: replace(case, "content-length", text))
        found[f"method {place}"] = cycled(METHODS, lambda case, method: setattr(case, "method", method))
        found[f"network {place}"] = sent(from_network)
        found[f"unusable rule {place}"] = sent(with_unusable_rule)
        found[f"token {place}"] = sent(with_token(lambda case: access.token_cases(int(case.now))))
    for place in range(3):
        found[f"tenant {place}"] = cycled(TENANTS, with_tenant)
        found[f"endpoint {place}"] = cycled(ENDPOINTS, with_endpoint)
    for place in range(6):
        found[f"bad keys {place}"] = cycled(BAD_KEYS, lambda case, keys: setattr(case, "keys", keys))
    for place in range(7):
        for name, present in PRESENTED.items():
            found[f"access {place} {name}"] = with_rule(place, present)
    return found


def replace(case, name, text):
    case.set_header(name, None)
    case.add_header(name, text)
