"""Mistakes in a signature, in the text that it covers, and in the id beside it."""

import base64

from .case import Secret
from .signing import MacInBody, SignedByKey, encoded


def flipped(text):
    """Another letter in the middle."""
    at = len(text) // 2
    return text[:at] + ("b" if text[at] == "a" else "a") + text[at + 1 :]


def recoded(text, encoding):
    """The same signature in another encoding."""
    try:
        if encoding == "hex":
            return base64.b64encode(bytes.fromhex(text)).decode()
        return base64.urlsafe_b64decode(text.replace("+", "-").replace("/", "_") + "==").hex()
    except ValueError:
        return text


# Changes of a signature's text. The second argument is its encoding.
EDITS = {
    "flipped": lambda text, _: flipped(text),
    "first letter": lambda text, _: ("B" if text[0] == "A" else "A") + text[1:],
    "last letter": lambda text, _: text[:-1] + ("B" if text[-1] == "A" else "A"),
    "short": lambda text, _: text[:-2],
    "odd": lambda text, _: text[:-1],
    "long": lambda text, _: text + "00",
    "twice as long": lambda text, _: text + text,
    "half": lambda text, _: text[: len(text) // 2],
    "empty": lambda text, _: "",
    "upper case": lambda text, _: text.upper(),
    "lower case": lambda text, _: text.lower(),
    "other encoding": recoded,
    "url alphabet": lambda text, _: text.replace("+", "-").replace("/", "_"),
    "standard alphabet": lambda text, _: text.replace("-", "+").replace("_", "/"),
    "unpadded": lambda text, _: text.rstrip("="),
    "padded": lambda text, _: text + "=",
    "space inside": lambda text, _: text[:4] + " " + text[4:],
    "space before": lambda text, _: " " + text,
    "space behind": lambda text, _: text + " ",
    "tab behind": lambda text, _: text + "\t",
    "quoted": lambda text, _: f'"{text}"',
    "0x": lambda text, _: "0x" + text,
    "0x in place": lambda text, _: "0x" + text[2:],
    "prefixed": lambda text, _: "sha256=" + text,
    "zero": lambda _, encoding: encoded(bytes(32), encoding),
    "foreign": lambda text, _: "é" + text[1:],
    "percent": lambda text, _: text.replace("=", "%3D").replace("/", "%2F") + "%",
    "null": lambda text, _: "null",
    "line end": lambda text, _: text + "\r\n",
    "zero byte": lambda text, _: text + "\u0000",
}


def edited(edit):
    def kind(case):
        case.sign()
        scheme = case.scheme
        text = edit(scheme.signature(case), scheme.encoding)
        if isinstance(scheme, MacInBody):
            scheme.put(case, text)
        else:
            case.set_header(scheme.signature_header, scheme.laid_out(case, text))

    return kind


def made(how):
    """A signature made in another way: `how` gives the arguments of `signature`."""

    def kind(case):
        case.sign()
        text = case.scheme.signature(case, **how(case))
        if isinstance(case.scheme, MacInBody):
            case.scheme.put(case, text)
        else:
            case.set_header(case.scheme.signature_header, case.scheme.laid_out(case, text))

    return kind


def other_digest(case):
    if isinstance(case.scheme, SignedByKey):
        algorithm = case.scheme.algorithm
        others = {"RS256": "PS256", "PS256": "RS256", "HS256": "HS512", "ES256": "ES384"}
        return {"digest": others.get(algorithm, "RS256" if algorithm != "RS256" else "RS512")}
    return {"digest": case.dice.one_of(["sha1", "sha512", "md5", "sha384"])}


MADE = {
    "another secret": lambda case: {"secret": b"another secret of 32 bytes at least, and of no one"},
    "the secret's text": lambda case: {"secret": case.keys[0].split(":")[-1].encode() if case.keys else b"x"},
    "another digest": other_digest,
    "another body": lambda case: {"body": case.body + b"\n"},
    "no body": lambda case: {"body": b""},
    "the body without white space": lambda case: {"body": case.body.replace(b" ", b"")},
    "the body in upper case": lambda case: {"body": case.body.upper()},
}


# Changes of the body after it was signed.
def one_bit(case):
    at = case.dice.number(len(case.body))
    return case.body[:at] + bytes([case.body[at] ^ 1 << case.dice.number(8)]) + case.body[at + 1 :]


AFTERWARDS = {
    "a bit": one_bit,
    "another bit": one_bit,
    "the last byte gone": lambda case: case.body[:-1],
    "a line end": lambda case: case.body + b"\n",
    "a space before": lambda case: b" " + case.body,
    "a space inside": lambda case: case.body.replace(b":", b": ", 1),
    "spaces inside": lambda case: case.body.replace(b",", b", ").replace(b":", b": "),
    "an escape": lambda case: case.body.replace(b"a", b"\\u0061", 1),
    "slashes escaped": lambda case: case.body.replace(b"/", b"\\/"),
    "more behind": lambda case: case.body + case.body,
    "a member more": lambda case: case.body.rstrip(b"}") + b',"role":"admin"}',
    "emptied": lambda case: b"",
    "a byte order mark": lambda case: b"\xef\xbb\xbf" + case.body,
}


def afterwards(change):
    def kind(case):
        case.sign()
        case.body = change(case)

    return kind


def of_header(change, name_of=lambda scheme: scheme.signature_header):
    """A change of the headers of one name: `change` takes the case, the name and the first value."""

    def kind(case):
        case.sign()
        name = name_of(case.scheme)
        if name:
            change(case, name, case.header(name))

    return kind


HEADERS = {
    "missing": lambda case, name, value: case.set_header(name, None),
    "emptied": lambda case, name, value: case.set_header(name, ""),
    "blank": lambda case, name, value: case.set_header(name, " "),
    "twice": lambda case, name, value: case.add_header(name, value),
    "twice, first wrong": lambda case, name, value: case.headers.insert(0, [name, "wrong"]),
    "twice, in two cases": lambda case, name, value: case.add_header(name.swapcase(), value),
    "in another case": lambda case, name, value: rename(case, name, name.upper()),
    "underscored": lambda case, name, value: rename(case, name, name.replace("-", "_")),
    "joined": lambda case, name, value: case.set_header(name, f"{value}, {value}"),
    "joined by spaces": lambda case, name, value: case.set_header(name, f"{value} {value}"),
    "foreign": lambda case, name, value: case.set_header(name, "日本\u202e"),
    "too long": lambda case, name, value: case.set_header(name, value + "0" * (8193 - len(value))),
    "very long": lambda case, name, value: case.set_header(name, value + " " * (4097 - len(value))),
    "long enough": lambda case, name, value: case.set_header(name, value + " " * (4096 - len(value))),
}


def rename(case, name, other):
    for pair in case.headers:
        if pair[0].lower() == name.lower():
            pair[0] = other


def of_id(text):
    """Another id, signed as it is."""

    def kind(case):
        case.identity = text(case) if callable(text) else text
        case.sign()

    return kind


IDS = {
    "empty": "",
    "a space": " ",
    "with a dot": "msg.1",
    "with a line end": "msg\n1",
    "with a bar": "msg|1",
    "with a colon": "msg:1",
    "of 256 bytes": "m" * 256,
    "of 257 bytes": "m" * 257,
    "of 256 bytes, foreign": "é" * 128,
    "foreign": "日本\u202e\u001b[31m",
    "a zero byte": "a\u0000b",
    "a number": lambda case: str(case.dice.number(10**9)),
    "like a token": "eyJhbGciOiJSUzI1NiJ9.e30",
}


# Several signatures in one header, of a right and a wrong one: up to the bound of 16, and past it.
MANY = [
    lambda right, wrong: [wrong, right],
    lambda right, wrong: [right, wrong],
    lambda right, wrong: ["", right],
    lambda right, wrong: ["not a signature", right],
    lambda right, wrong: [wrong] * 13 + [right],
    lambda right, wrong: [wrong] * 14 + [right],
    lambda right, wrong: [wrong] * 15 + [right],
    lambda right, wrong: [wrong] * 16 + [right],
    lambda right, wrong: ["x"] * 14 + [right],
    lambda right, wrong: ["x"] * 15 + [right],
    lambda right, wrong: ["x"] * 16 + [right],
    lambda right, wrong: [right] * 20,
]


def many(signatures):
    def kind(case):
        case.sign()
        scheme = case.scheme
        value = scheme.laid_out(case, *signatures(scheme.signature(case), scheme.signature(case, secret=b"another")))
        case.set_header(scheme.signature_header, value)

    return kind


# Texts that may stand beside a signature, and the separators between them.
BESIDE = [
    lambda value: "v0=00,v2,00 " + value,
    lambda value: value + " v1a,xx",
    lambda value: value + ",v0=00",
    lambda value: value.replace(",", ", "),
    lambda value: value.replace(" ", "  "),
    lambda value: value + ",",
    lambda value: "," + value,
    lambda value: value.replace("t=", "T=").replace("v1", "V1"),
    lambda value: value.replace("v1", "v2"),
    lambda value: value.replace("t=", "t=1,t="),
    lambda value: value.replace("t=", "x="),
    lambda value: value.replace("t=", "t ="),
]


def beside(edit):
    return of_header(lambda case, name, value: case.set_header(name, edit(value)))


def another_key(case):
    """Keys of which none, or a later one, signed."""
    others = [Secret(case.dice, 40).spelled(case.dice) for _ in range(1 + case.dice.number(4))]
    place = case.dice.number(len(others) + 2)
    case.keys = others if place > len(others) else others[:place] + case.keys + others[place:]
    case.sign()


# Senders whose signature covers an id or a nonce, and a time in a header of its own.
WITH_ID = ["standard-webhooks", "svix", "hmac-header", "signed-request", "unico-check+signed"]
WITH_TIME = WITH_ID + ["slack"]
IN_BODY = ["facephi", "hmac-body-field"]
IN_LIST = ["standard-webhooks", "svix", "stripe", "hmac-header"]


def kinds(sender):
    """All mistakes in the signatures of `sender`, each under a name."""
    found = {f"signature {name}": edited(edit) for name, edit in EDITS.items()}
    found.update({f"signed with {name}": made(how) for name, how in MADE.items()})
    found.update({f"body afterwards: {name}": afterwards(change) for name, change in AFTERWARDS.items()})
    found["other keys"] = another_key
    if sender.name not in IN_BODY:
        found.update({f"signature's header {name}": of_header(change) for name, change in HEADERS.items()})
    if sender.name in IN_LIST:
        found.update({f"list {place}": many(signatures) for place, signatures in enumerate(MANY)})
        found.update({f"beside {place}": beside(edit) for place, edit in enumerate(BESIDE)})
    if sender.name in WITH_ID:
        of = lambda scheme: scheme.id_header
        found.update({f"id's header {name}": of_header(change, of) for name, change in HEADERS.items()})
        found.update({f"id {name}": of_id(text) for name, text in IDS.items()})
    if sender.name in WITH_TIME:
        of = lambda scheme: scheme.timestamp_header
        found.update({f"time's header {name}": of_header(change, of) for name, change in HEADERS.items()})
    return found
