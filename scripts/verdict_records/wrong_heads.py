"""Checks before the body: method, headers, tenant, peer, access rule, keys. Also the body's size."""

import itertools

from . import access
from .case import ABSENT, shares
from .odd_bodies import FOREIGN


def sent(change):
    """Signed as usual, and then changed."""

    def kind(case):
        case.sign()
        change(case)

    return kind


def with_headers(*headers):
    def change(case):
        names = {name.lower() for name, _ in headers}
        case.headers = [pair for pair in case.headers if pair[0].lower() not in names]
        case.headers.extend([list(pair) for pair in headers])

    return sent(change)


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
TENANTS = ["acme", "globex", "Ünïcode / with spaces", "", "t" * 256, "t" * 257, "é" * 128, "é" * 129]
TENANTS += [" ", "a\u0000b"]
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


def show_token(case, rule, make):
    """The token takes the place of all other credentials."""
    case.settings.pop("access", None)
    case.headers = [pair for pair in case.headers if pair[0].lower() != "authorization"]
    case.access(rule)
    case.add_header(case.dice.one_of(["authorization", "Authorization"]), make())


def with_token(place):
    return sent(lambda case: show_token(case, *access.token_cases(int(case.now))[place]))


def with_recorded_token(recorded):
    """At a fixed moment, so only the token's time is checked."""

    def change(case):
        case.now, case.window = access.TOKENS_ARE_OF, None
        show_token(case, *access.recorded_token(recorded))

    return sent(change)


def from_network(network):
    rule, peer, headers = network

    def change(case):
        case.access(rule)
        case.headers.extend([list(pair) for pair in headers])
        if peer is not None:
            case.peer = peer

    return sent(change)


def with_unusable_rule(rule):
    return sent(lambda case: case.settings.update(access=rule))


def with_header(name):
    """One header of this name, with the text that is chosen."""

    def make(text):
        def change(case):
            case.set_header(name, None)
            case.add_header(name, text)

        return sent(change)

    return make


def with_attribute(name):
    return lambda value: sent(lambda case: setattr(case, name, value))


def shared_kinds(sender):
    """Kinds of which each sender has some."""
    found = {}
    for name, choices, make in [
        ("media type", MEDIA_TYPES, with_header("content-type")),
        ("encoding", ENCODINGS, with_header("content-encoding")),
        ("length", LENGTHS, with_header("content-length")),
        ("method", METHODS, with_attribute("method")),
        ("path", PATHS, with_attribute("path")),
        ("tenant", TENANTS, with_attribute("tenant")),
        ("endpoint", ENDPOINTS, with_attribute("endpoint")),
        ("bad keys", BAD_KEYS, with_attribute("keys")),
        ("network", access.network_cases(), from_network),
        ("token", range(access.TOKENS_COUNT), with_token),
        ("recorded token", access.RECORDED, with_recorded_token),
        ("foreign header", FOREIGN, with_header("x-note")),
        ("odd header", NAMES, lambda name: sent(lambda case: case.add_header(name, "1"))),
        ("access", list(itertools.product(range(7), PRESENTED.values())), lambda pair: with_rule(*pair)),
    ]:
        found.update(shares(sender, name, choices, make))
    return found


def kinds(sender):
    media_type = sender.media_type
    return {
        "media type twice": with_headers(["content-type", media_type], ["Content-Type", media_type]),
        "no media type": with_headers(),
        "encoding twice": with_headers(["content-encoding", "identity"], ["content-encoding", "identity"]),
        "host once": with_headers(["host", "a.example"]),
        "host twice": with_headers(["host", "a.example"], ["Host", "a.example"]),
        "host twice, differently": with_headers(["host", "a.example"], ["host", "b.example"]),
        "length twice": with_headers(["content-length", "9999999"], ["content-length", "9999999"]),
        "no access rule": sent(without_access),
        "access for none": sent(lambda case: case.settings.update(access="none")),
        "keys for nothing": with_attribute("keys")(["utf8:unused secret"]),
        **shares(sender, "unusable rule", access.UNUSABLE, with_unusable_rule, senders=2),
        **shared_kinds(sender),
    }
