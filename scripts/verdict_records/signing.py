"""How senders sign, in the words of the settings of docs/verify.md."""

import base64
import hmac
import json

from . import public_keys
from .case import Verbatim, written


def encoded(signature, encoding):
    if encoding == "hex":
        return signature.hex()
    if encoding == "base64_url":
        return base64.urlsafe_b64encode(signature).decode().rstrip("=")
    return base64.b64encode(signature).decode()


def filled(template, parts):
    """The signed text: `template` in bytes, with `parts` in place of its placeholders."""
    text, rest = b"", template
    while rest:
        literal, brace, rest = rest.partition("{")
        text += literal.encode()
        if brace:
            name, _, rest = rest.partition("}")
            part = parts[name]
            text += part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
    return text


def mac_header(header, encoding, **more):
    """Settings of `hmac-header`, all of them named."""
    usual = {"layout": {"single": {"prefix": ""}}, "template": "{body}", "digest": "sha256"}
    usual.update({"id_header": None, "timestamp_header": None, "timestamp_unit": "seconds"})
    return {"signature_header": header, "encoding": encoding, **usual, **more}


def joined(parts):
    """A compact JSON object of names and JSON texts."""
    name = lambda own: own if isinstance(own, Verbatim) else written(own, False)
    text = "{" + ",".join(f"{name(own)}:{text}" for own, text in parts) + "}"
    return text.encode("utf-8", "surrogatepass")


def by_code_units(pair):
    """RFC 8785, section 3.2.3: names are sorted by their UTF-16 code units."""
    return pair[0].encode("utf-16-be", "surrogatepass")


def in_order(text):
    """The JSON text with the members of every object sorted. A text that is no JSON stays as it is."""

    def ordered(value):
        if isinstance(value, dict):
            return {name: ordered(inner) for name, inner in sorted(value.items(), key=by_code_units)}
        return [ordered(inner) for inner in value] if isinstance(value, list) else value

    try:
        return written(ordered(json.loads(text)), False)
    except (ValueError, RecursionError):
        return text


class Plain:
    """A sender that signs the body as it is written."""

    def write(self, case):
        case.body = joined(case.parts)


class MacInHeader(Plain):
    """A MAC in a header: `config` is the settings of `hmac-header`."""

    def __init__(self, config):
        self.config = config
        self.signature_header = config["signature_header"]
        self.encoding = config["encoding"]
        self.id_header = config["id_header"]
        self.timestamp_header = config["timestamp_header"]
        self.pairs = config["layout"].get("pairs")
        self.has_time = "{timestamp}" in config["template"]
        self.bound = 4096

    def time_text(self, case):
        if case.time_text is not None:
            return case.time_text
        return str(case.at_ms // (1000 if self.config["timestamp_unit"] == "seconds" else 1))

    def signature(self, case, secret=None, digest=None, body=None):
        """The signature alone, as it is encoded."""
        parts = {
            "id": case.identity,
            "timestamp": self.time_text(case) if self.has_time else "",
            "body": case.body if body is None else body,
        }
        text = filled(self.config["template"], parts)
        key = case.secret.key if secret is None else secret
        return encoded(hmac.digest(key, text, digest or self.config["digest"]), self.encoding)

    def laid_out(self, case, *signatures):
        """The header's value with these signatures, where the layout takes several."""
        ((kind, layout),) = self.config["layout"].items()
        if kind == "single":
            return layout.get("prefix", "") + signatures[-1]
        if kind == "space_separated":
            return " ".join(layout["prefix"] + signature for signature in signatures)
        pairs = [f"{layout['signature']}={signature}" for signature in signatures]
        if layout.get("timestamp"):
            pairs.insert(0, f"{layout['timestamp']}={self.time_text(case)}")
        return ",".join(pairs)

    def sign(self, case):
        value = self.laid_out(case, self.signature(case))
        signed = [[self.signature_header, value]]
        if self.id_header:
            signed.append([self.id_header, case.identity])
        if self.timestamp_header:
            signed.append([self.timestamp_header, self.time_text(case)])
        case.headers.extend(signed)


def read_name(own):
    """The name that a JSON text stands for, where it stands for one."""
    try:
        return json.loads(own) if isinstance(own, Verbatim) else own
    except ValueError:
        return own


class MacInBody:
    """A MAC in a member of the JSON: `config` is the settings of `hmac-body-field`."""

    has_time = False
    id_header = timestamp_header = None

    def __init__(self, config):
        self.member = config["member"]
        self.data_member = config["data_member"]
        self.encoding = config["encoding"]
        self.digest = config["digest"]
        self.recipe = config["recipe"]

    def signed_text(self, parts):
        """The bytes that the recipe signs, as ECMAScript's `JSON.stringify` writes them."""
        parts = [(read_name(own), text) for own, text in parts]
        if self.recipe == "data_only":
            return dict(parts).get(self.data_member, "").encode("utf-8", "surrogatepass")
        blank = {"empty_member": '""', "null_member": "null"}.get(self.recipe)
        if blank:
            parts = [(own, blank if own == self.member else text) for own, text in parts]
        else:
            parts = [part for part in parts if part[0] != self.member]
        if self.recipe == "sorted_keys":
            parts = [(own, in_order(text)) for own, text in sorted(parts, key=by_code_units)]
        return joined(parts)

    def signature(self, case, secret=None, digest=None, body=None):
        """The MAC as it is encoded. `body` is signed in place of the case's own body."""
        text = self.signed_text(case.parts) if body is None else body
        key = case.secret.key if secret is None else secret
        return encoded(hmac.digest(key, text, digest or self.digest), self.encoding)

    def write(self, case):
        """The member gets a place among the others. `sign` fills it."""
        if case.part(self.member) is None:
            case.parts.insert(case.dice.number(len(case.parts) + 1), (self.member, '""'))

    def sign(self, case):
        self.put(case, self.signature(case))

    def put(self, case, signature):
        """Writes the body with this text as its MAC."""
        case.set_part(self.member, written(signature, False))
        case.body = joined(case.parts)


class SignedByKey(Plain):
    """A signature by a private key: `config` is the settings of `signed-request` without its algorithms."""

    def __init__(self, config, algorithm):
        self.config = config
        self.algorithm = algorithm
        self.signature_header = config["signature_header"]
        self.encoding = config.get("encoding", "base64")
        self.nonce_header = config.get("nonce_header")
        self.timestamp_header = config.get("timestamp_header")
        self.algorithm_header = config.get("algorithm_header")
        self.id_header = self.nonce_header
        self.has_time = self.timestamp_header is not None
        self.pairs = None
        self.bound = 8192

    def time_text(self, case):
        if case.time_text is not None:
            return case.time_text
        form = self.config.get("timestamp_form", "seconds")
        if form == "rfc3339":
            return case.rfc3339()
        return str(case.at_ms // (1000 if form == "seconds" else 1))

    def signature(self, case, secret=None, digest=None, body=None, key=None, head=None):
        """The header's value. `digest` may name another algorithm, `head` what a JWS says of itself."""
        algorithm = digest or self.algorithm
        parts = {
            "nonce": case.identity,
            "timestamp": self.time_text(case) if self.has_time else "",
            "algorithm": case.algorithm_name,
            "body": case.body if body is None else body,
        }
        text = filled(self.config.get("template", "{body}"), parts)
        made = lambda message: self.made(algorithm, message, case, secret, key)
        if self.encoding != "jws":
            return encoded(made(text), self.encoding)
        head = {"alg": algorithm} if head is None else head
        start = encoded(written(head).encode(), "base64_url")
        payload = encoded(text, "base64_url")
        ending = encoded(made(f"{start}.{payload}".encode()), "base64_url")
        return f"{start}.{'' if case.is_detached else payload}.{ending}"

    def made(self, algorithm, message, case, secret, key):
        if algorithm.startswith("HS"):
            return hmac.digest(secret or case.secret.key, message, "sha" + algorithm[2:])
        # A mistaken algorithm is made with the key that it is for.
        return public_keys.sign(algorithm, message, key)

    def laid_out(self, case, *signatures):
        return signatures[-1]

    def sign(self, case):
        case.add_header(self.signature_header, self.signature(case))
        if self.nonce_header:
            case.add_header(self.nonce_header, case.identity)
        if self.timestamp_header:
            case.add_header(self.timestamp_header, self.time_text(case))
        if self.algorithm_header:
            case.add_header(self.algorithm_header, case.algorithm_name)


class Unsigned(Plain):
    """Nothing is signed: the access rule is the proof."""

    has_time = False

    def sign(self, case):
        pass
