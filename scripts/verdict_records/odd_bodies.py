"""Bodies that are signed well and still odd: unknown, incomplete, repeated, deep, or no JSON at all."""

import gzip
import json

from .case import Verbatim, rfc3339, shares, written


def deep(levels):
    """JSON of so many levels. The body's own is one more."""
    return "[" * levels + "]" * levels


FOREIGN = [
    "Zażółć gęślą jaźń",
    "日本語🦀",
    "\u202egnp.exe",
    "\u001b[31mred",
    "a\u0000b",
    "\u2028\u2029\u0085",
    "\ufeff\u200b\u00ad",
    "\U000e0041\u2066",
    "e\u0301 and \u00e9",
    "'; DROP TABLE events; --",
    "<script>alert(1)</script>",
    "x" * 300,
    "\ud800",
    "\udc00\ud800",
    " ",
    "\ud83e\udd80",
]

# JSON texts in place of a member's own. A lone surrogate is text that no UTF-8 can hold.
VALUES = [
    "null",
    "true",
    "17",
    '""',
    "[]",
    "{}",
    '["a"]',
    '{"id":"inner"}',
    "-0",
    "1.0",
    "1E3",
    "1e400",
    "0.1e-7",
    "12345678901234567890",
    "-9223372036854775809",
    "NaN",
    "01",
    "+1",
    '"\\ud800"',
    '"\\udc00\\ud800"',
    '"\\ud83d\\ude00"',
    '"\\u0000"',
    '"a\\/b\\u0041"',
    '"\\x"',
    '"\t"',
    '"open',
    "'single'",
    "tru",
    '{"b":1,"a":2}',
    '{"2":1,"10":2,"1":3}',
    '{"a":1,"a":2}',
    '{"__proto__":{"a":1}}',
    '{"\\u0061":1,"a":2}',
    '{"\\ud800":1}',
    "[1,]",
    "[1 2]",
    deep(500),
    '"' + "[" * 200 + '"',
    "",
    " 1 ",
    "/* no */1",
    "[1.10,1e2,0.000001,1e21]",
]

# In place of the time of an event that has `{t}`, in RFC 3339, as its own.
TIMES = [
    '"yesterday"',
    '""',
    "null",
    "1700000000",
    "1700000000.5",
    "true",
    "{}",
    '["{t}"]',
    '"1970-01-01T00:00:00Z"',
    '"0001-01-01T00:00:00"',
    '"0001-01-01T00:00:00.0000000"',
    '"0001-01-01T00:00:00.1"',
    '"0001-01-01T00:00:00Z"',
    '"{lower}"',
    '"{t} "',
    '" {t}"',
    '"{plain}"',
    '"{plain}+00:00"',
    '"{plain}-00:00"',
    '"{plain}+02:00"',
    '"{plain}+0000"',
    '"{plain}+24:00"',
    '"{space}"',
    '"{date}"',
    '"{date}T24:00:00Z"',
    '"{date}T23:59:60Z"',
    '"2023-02-30T10:00:00Z"',
    '"10000-01-01T00:00:00Z"',
    '"9999-12-31T23:59:59.999999999Z"',
    '"-001-01-01T00:00:00Z"',
    '"{digits}"',
    '"\\u0032{rest}"',
    '"\\ud800"',
    '"{plain}\u22120:00"',
]


def time_texts(at_ms):
    """The forms of TIMES for this moment."""
    text = rfc3339(at_ms)
    plain = text[:-1]
    forms = {
        "t": text,
        "lower": text.lower(),
        "plain": plain,
        "space": text.replace("T", " "),
        "date": text[:10],
        "digits": plain + "123456789012Z",
        "rest": text[1:],
    }
    return forms


def event_time(form):
    def kind(case):
        text = form
        for name, value in time_texts(case.at_ms).items():
            text = text.replace("{" + name + "}", value)
        case.set_part(case.sender.time_part, text)
        case.sign()

    return kind


def time_twice(case):
    case.parts.append((case.sender.time_part, '"yesterday"'))
    case.sign()


def with_value(name, value):
    """The member `name` with this JSON text."""

    def kind(case):
        case.set_part(name, value)
        case.sign()

    return kind


def without(name):
    return with_value(name, None)


def repeated(name, value=None):
    """The member twice: with its own value, or another one."""

    def kind(case):
        case.parts.append((name, value or case.part(name) or '"twice"'))
        case.sign()

    return kind


def repeated_by_an_escape(name):
    def kind(case):
        escaped = Verbatim(f'"\\u{ord(name[0]):04x}{name[1:]}"')
        case.parts.append((escaped, '"hidden"'))
        case.sign()

    return kind


def named_by_an_escape(name):
    def kind(case):
        escaped = Verbatim(f'"{name[:-1]}\\u{ord(name[-1]):04x}"')
        case.parts = [(escaped if own == name else own, text) for own, text in case.parts]
        case.sign()

    return kind


def foreign_text(name):
    def kind(case):
        text = json.dumps(case.pick(FOREIGN), ensure_ascii=case.dice.once_in(2))
        try:
            text.encode()
        except UnicodeEncodeError:
            text = json.dumps(case.pick(FOREIGN))
        case.set_part(name, text)
        case.sign()

    return kind


def odd_value_beside(value):
    """In a member that nobody knows."""

    def kind(case):
        case.parts.append((case.dice.one_of(["extra", "__proto__", "0", "constructor"]), value))
        case.sign()

    return kind


NAMES = ['""', '"\\ud800"', '"\\u0000"', '"a\\"b"', '"\u202e"', '"7"', "'x'", "x", '"\\ud83d\\ude00"', '"\\uD83D"']


def odd_name_beside(name):
    def kind(case):
        case.parts.append((Verbatim(name), "1"))
        case.sign()

    return kind


def in_another_order(case):
    if case.dice.once_in(2):
        case.parts.reverse()
    else:
        case.parts.sort()
    case.sign()


def names_beyond_the_plane(case):
    """Sorted by code units and by code points, these names are in two orders (RFC 8785, section 3.2.3)."""
    case.parts[:0] = [("\ufb33", "1"), ("\U0001f600", "2"), ("10", "3"), ("2", "4")]
    case.sign()


# Changes of a body's bytes.
TEXTS = [
    lambda body: b"",
    lambda body: b"{}",
    lambda body: b"[]",
    lambda body: b"null",
    lambda body: b'"text"',
    lambda body: b"17",
    lambda body: b" \n",
    lambda body: b"Hello, World!",
    lambda body: b"token=1&id=2&payload=%7B%7D",
    lambda body: b"\xef\xbb\xbf" + body,
    lambda body: body + b"\n",
    lambda body: b" \t\r\n" + body,
    lambda body: body + b"x",
    lambda body: body + body,
    lambda body: body[:-1],
    lambda body: body[: len(body) // 2],
    lambda body: body[:-1] + b",}",
    lambda body: body.replace(b'"', b"'"),
    lambda body: b"[" + body + b"]",
    lambda body: body[:-1] + b',"bad":"\xff"}',
    lambda body: body[:-1] + b',"bad":"\xed\xa0\x80"}',
    lambda body: body[:-1] + b',"bad":"\xc0\xaf"}',
    lambda body: body.decode("utf-8", "replace").encode("utf-16"),
    lambda body: body + b"\x00",
    lambda body: b"<?xml version='1.0'?><event/>",
    lambda body: b"\xff\xfe\xfd",
]


def other_text(edit):
    """A sender that signs the body signs these bytes. A MAC in the body covers the body from before."""

    def kind(case):
        case.scheme.write(case)
        signs_body = hasattr(case.scheme, "put")
        if signs_body:
            case.scheme.sign(case)
        case.body = edit(case.body or b"")
        if not signs_body:
            case.scheme.sign(case)

    return kind


def of_length(length):
    """A body of exactly so many bytes."""

    def kind(case):
        case.parts.append(("fill", '""'))
        case.scheme.write(case)
        # A MAC in the body has a length of its own.
        if hasattr(case.scheme, "put"):
            case.scheme.sign(case)
        case.set_part("fill", '"' + "x" * (length - len(case.body)) + '"')
        case.body = None
        case.sign()

    return kind


# The largest bodies that are taken, and one byte more. Above 100 KiB a MAC in the body must fit the bytes as they are.
LENGTHS = {
    "standard-webhooks": [1_048_576, 1_048_577],
    "facephi": [102_400, 102_401],
    "hmac-body-field": [102_400, 102_401, 1_048_576, 1_048_577],
}


def kinds(sender):
    """All that may be odd in the body of `sender`, each under a name."""
    found = {}
    for name in sender.identifying:
        found[f"without {name}"] = without(name)
        found[f"{name} twice"] = repeated(name)
        found[f"{name} twice, differently"] = repeated(name, '"another"')
        found[f"{name} twice by an escape"] = repeated_by_an_escape(name)
        found[f"{name} named by an escape"] = named_by_an_escape(name)
        found.update({f"{name} foreign {place}": foreign_text(name) for place in range(3)})
        for value in ["null", "17", '""', "{}", '["a"]', "true", '"\\ud800"']:
            found[f"{name} is {value}"] = with_value(name, value)
    if sender.time_part:
        found.update({f"time {place}": event_time(form) for place, form in enumerate(TIMES)})
        found["time twice"] = time_twice
    found.update(shares(sender, "odd value", VALUES, odd_value_beside))
    found.update(shares(sender, "odd name", NAMES, odd_name_beside, senders=5))
    found.update({f"{levels} levels": odd_value_beside(deep(levels - 1)) for levels in (127, 128, 129)})
    found["names beyond the plane"] = names_beyond_the_plane
    found["another order"] = in_another_order
    found.update({f"text {place}": other_text(edit) for place, edit in enumerate(TEXTS)})
    for length in LENGTHS.get(sender.name, []):
        found[f"of {length} bytes"] = of_length(length)
    found["gzip"] = other_text(lambda body: gzip.compress(body, mtime=0))
    return found


# Values that only one provider reads.
OF_ONE = {
    "logto": {
        "an unknown event": with_value("event", '"Some.New.Event"'),
        "an event of a newer version": with_value("event", '"User.Created.v2"'),
        "data of another event": with_value("event", '"PostSignIn"'),
        "a known event without its data": with_value("data", "null"),
        "status": with_value("status", '"OK"'),
    },
    "facephi": {
        "an unknown type": with_value("type", '"com.idv_suite.api.workflows.teleported.v1"'),
        "a type without a version": with_value("type", '"com.idv_suite.api.workflows.id_captured"'),
        "another version": with_value("specversion", '"0.3"'),
        "binary data": with_value("data_base64", '"AAEC"'),
        "data that is no base64": with_value("data_base64", '"%"'),
        "an extension": with_value("level", "3"),
        "a subject that is no text": with_value("subject", "3"),
    },
    "idcloud": {
        "a number beyond 64 bits": with_value("status", "99999999999999999999"),
        "a status with a fraction": with_value("status", "2.5"),
        "a lower-case state": with_value("state", '"process_state_finished"'),
        "a flow that is no text": with_value("flow", "3"),
    },
    "unico-check": {
        "a new event": with_value("event", '"novo_evento"'),
        "a score with a fraction": with_value("score", "12.50"),
        "flat and enveloped": with_value("id", '"outer"'),
        "data twice nested": with_value("data", '{"data":{"id":"a","status":3}}'),
        "data that is text": with_value("data", '"{}"'),
        "data with an id twice": with_value("data", '{"id":"a","id":"b","status":3}'),
        "data with an odd status": with_value("data", '{"id":"a","status":3.0}'),
        "data with a foreign id": with_value("data", written({"id": "é\u202e", "status": 1}, False)),
    },
    "slack": {
        "a form": other_text(lambda body: b"command=%2Fhook&text=94070"),
        "a challenge": with_value("challenge", '"3eZbrw1aB"'),
    },
    "stripe": {
        "an id in an object": with_value("id", '{"id":"evt_1"}'),
        "an account": with_value("account", '"acct_1"'),
    },
}
OF_ONE["unico-check+signed"] = OF_ONE["unico-check"]
