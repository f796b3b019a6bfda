"""A JWS of a request that calls itself a token, and a text that a token's signature covers."""

from .case import ABSENT
from .signing import encoded

HEADS = [
    {},
    {"alg": "none"},
    {"alg": "None"},
    {"alg": "HS256"},
    {"alg": "RS256"},
    {"alg": "ES256"},
    {"alg": "XX256"},
    {"alg": 256},
    {"alg": None},
    {"alg": "{own}", "typ": "JWT"},
    {"alg": "{own}", "typ": "at+jwt"},
    {"alg": "{own}", "typ": "application/dpop+JWT"},
    {"alg": "{own}", "typ": "JOSE"},
    {"alg": "{own}", "typ": 5},
    {"alg": "{own}", "kid": "1"},
    {"alg": "{own}", "kid": 1},
    {"alg": "{own}", "crit": ["b64"], "b64": False},
    {"alg": "{own}", "crit": []},
    {"alg": "{own}", "jwk": {"kty": "oct", "k": "AA"}},
    [],
]


def as_jws(case):
    """The usual scheme, for a compact JWS."""
    settings(case)["encoding"] = "jws"
    case.scheme.encoding = "jws"


def settings(case):
    return case.settings.get("signed", case.settings)


def with_head(head):
    def kind(case):
        as_jws(case)
        case.sign()
        own = head
        if isinstance(own, dict):
            own = {name: case.scheme.algorithm if value == "{own}" else value for name, value in own.items()}
        if case.dice.once_in(3):
            settings(case)["accept_tokens_as_requests"] = True
        case.set_header("x-signature", case.scheme.signature(case, head=own))

    return kind


PARTS = [
    lambda head, payload, end: f"{head}.{payload}",
    lambda head, payload, end: f"{head}.{payload}.",
    lambda head, payload, end: f"{head}..{end}",
    lambda head, payload, end: f".{payload}.{end}",
    lambda head, payload, end: f"{head}.{payload}.{end}.x",
    lambda head, payload, end: f"{head}.e30.{end}",
    lambda head, payload, end: f"{head}.{payload}=.{end}",
    lambda head, payload, end: f"{head}.{payload}.{end}=",
    lambda head, payload, end: f" {head}.{payload}.{end}",
    lambda head, payload, end: f"{head}.{payload}.{end[:-4]}",
    lambda head, payload, end: "..",
    lambda head, payload, end: f"{head}.é.{end}",
]


def of_parts(joined):
    def kind(case):
        as_jws(case)
        case.sign()
        case.set_header("x-signature", joined(*case.header("x-signature").split(".")))

    return kind


def signed_part_of_token(case):
    """The body is the text that a token's signature covers."""
    plain = settings(case)
    for name in ("template", "timestamp_header", "timestamp_form", "nonce_header"):
        plain.pop(name, None)
    plain["encoding"] = "hex"
    case.scheme = type(case.scheme)(plain, case.scheme.algorithm)
    if case.turn % 2:
        plain["accept_tokens_as_requests"] = True
    start = encoded(b'{"alg":"RS256","typ":"JWT"}', "base64_url")
    case.body = f"{start}.{encoded(b'{}', 'base64_url')}".encode()
    case.sign()


NAMES = "none RS256 SHA256withRSA sha-256 HS256 SHA1 rs256 SHA512 ES256 EdDSA".split() + ["", "a" * 300, "é"]


def with_name(name):
    def kind(case):
        plain = settings(case)
        plain.setdefault("algorithm_header", "x-algorithm")
        case.scheme.algorithm_header = "x-algorithm"
        case.algorithm_name = name
        case.sign()

    return kind


def name_twice(case):
    with_name("RS256")(case)
    case.add_header("x-algorithm", "RS256")


def other_rsa_key(case):
    case.sign()
    if case.scheme.algorithm[:2] in ("RS", "PS"):
        case.set_header("x-signature", case.scheme.signature(case, key="other"))


def for_a_tenant(case):
    case.sign()
    case.tenant = case.dice.one_of(["acme", "", ABSENT])


def kinds(sender):
    if "signed" not in sender.name:
        return {}
    found = {f"head of a JWS {place}": with_head(head) for place, head in enumerate(HEADS)}
    found.update({f"parts of a JWS {place}": of_parts(joined) for place, joined in enumerate(PARTS)})
    found.update({f"name of the algorithm {place}": with_name(name) for place, name in enumerate(NAMES)})
    found["name of the algorithm twice"] = name_twice
    found.update({"part of a token": signed_part_of_token, "another RSA key": other_rsa_key, "a tenant": for_a_tenant})
    return found
