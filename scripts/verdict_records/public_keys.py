"""Signatures by private keys, with whole numbers alone: Python's standard library has none.

Slow and not in constant time: for test keys. Every signature is the same in each run, ECDSA and PSS too.
"""

import base64
import hashlib
import pathlib

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "tests/vectors/signed_request"


def der_parts(data):
    """The values of the elements that stand one after the other in `data`."""
    parts = []
    while data:
        length, start = data[1], 2
        if length >= 0x80:
            start = 2 + (length & 0x7F)
            length = int.from_bytes(data[2:start], "big")
        parts.append(data[start : start + length])
        data = data[start + length :]
    return parts


def private_key(name):
    """What the PKCS #8 file `name`.key.pem holds (RFC 5958)."""
    lines = (FOLDER / f"{name}.key.pem").read_text().splitlines()
    key = base64.b64decode("".join(line for line in lines if not line.startswith("-")))
    return der_parts(der_parts(key)[0])[2]


class Rsa:
    """RFC 8017: PKCS #1 v1.5 (section 8.2) and PSS (section 8.1)."""

    # The bytes that precede each digest (section 9.2, note 1).
    PREFIXES = {
        "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
        "sha384": bytes.fromhex("3041300d060960864801650304020205000430"),
        "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
    }

    def __init__(self, name):
        numbers = [int.from_bytes(part, "big") for part in der_parts(der_parts(private_key(name))[0])]
        _, self.n, _, _, self.p, self.q, self.dp, self.dq, self.qi = numbers
        self.size = (self.n.bit_length() + 7) // 8

    def raw(self, message):
        """The private operation, by the Chinese remainder theorem (section 5.1.2)."""
        number = int.from_bytes(message, "big")
        one, two = pow(number, self.dp, self.p), pow(number, self.dq, self.q)
        return (two + self.q * ((one - two) * self.qi % self.p)).to_bytes(self.size, "big")

    def pkcs1(self, digest, message):
        end = self.PREFIXES[digest] + hashlib.new(digest, message).digest()
        return self.raw(b"\x00\x01" + b"\xff" * (self.size - len(end) - 3) + b"\x00" + end)

    def pss(self, digest, message):
        hashed = hashlib.new(digest, message).digest()
        salt = hashlib.new(digest, b"salt" + hashed).digest()
        mark = hashlib.new(digest, bytes(8) + hashed + salt).digest()
        data = bytes(self.size - 2 - len(mark) - len(salt)) + b"\x01" + salt
        mask = b"".join(
            hashlib.new(digest, mark + count.to_bytes(4, "big")).digest()
            for count in range(len(data) // len(mark) + 1)
        )
        masked = bytearray(a ^ b for a, b in zip(data, mask))
        masked[0] &= 0x7F
        return self.raw(bytes(masked) + mark + b"\xbc")


class Curve:
    """ECDSA over a curve of NIST (FIPS 186-5): r and s side by side, as RFC 7518, section 3.4, has them."""

    PARAMETERS = {
        "p256": (
            2**256 - 2**224 + 2**192 + 2**96 - 1,
            0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
            0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
            0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
        ),
        "p384": (
            2**384 - 2**128 - 2**96 + 2**32 - 1,
            0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
            0xAA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7,
            0x3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F,
        ),
    }

    def __init__(self, name):
        self.prime, self.order, *self.base = self.PARAMETERS[name]
        self.d = int.from_bytes(der_parts(der_parts(private_key(name))[0])[1], "big")
        self.size = (self.order.bit_length() + 7) // 8

    def add(self, one, two):
        if one is None or two is None:
            return one or two
        if one[0] == two[0]:
            if (one[1] + two[1]) % self.prime == 0:
                return None
            # The curves' parameter a is -3.
            slope = (3 * one[0] * one[0] - 3) * pow(2 * one[1], -1, self.prime)
        else:
            slope = (two[1] - one[1]) * pow(two[0] - one[0], -1, self.prime)
        x = (slope * slope - one[0] - two[0]) % self.prime
        return x, (slope * (one[0] - x) - one[1]) % self.prime

    def times(self, number):
        result, point = None, tuple(self.base)
        while number:
            if number & 1:
                result = self.add(result, point)
            point = self.add(point, point)
            number >>= 1
        return result

    def sign(self, digest, message):
        hashed = hashlib.new(digest, message).digest()
        seed = hashlib.sha512(self.d.to_bytes(self.size, "big") + hashed).digest()
        k = int.from_bytes(seed, "big") % (self.order - 1) + 1
        r = self.times(k)[0] % self.order
        s = pow(k, -1, self.order) * (int.from_bytes(hashed, "big") + r * self.d) % self.order
        return r.to_bytes(self.size, "big") + s.to_bytes(self.size, "big")


class Ed25519:
    """RFC 8032, section 5.1."""

    PRIME = 2**255 - 19
    ORDER = 2**252 + 27742317777372353535851937790883648493
    BASE_Y = 4 * pow(5, -1, PRIME) % PRIME
    D = -121665 * pow(121666, -1, PRIME) % PRIME

    def __init__(self, name):
        self.seed = der_parts(private_key(name))[0]
        x2 = (self.BASE_Y**2 - 1) * pow(self.D * self.BASE_Y**2 + 1, -1, self.PRIME) % self.PRIME
        x = pow(x2, (self.PRIME + 3) // 8, self.PRIME)
        if (x * x - x2) % self.PRIME:
            x = x * pow(2, (self.PRIME - 1) // 4, self.PRIME) % self.PRIME
        x = self.PRIME - x if x % 2 else x
        self.base = (x, self.BASE_Y, 1, x * self.BASE_Y % self.PRIME)

    def add(self, one, two):
        a = (one[1] - one[0]) * (two[1] - two[0]) % self.PRIME
        b = (one[1] + one[0]) * (two[1] + two[0]) % self.PRIME
        c = 2 * one[3] * two[3] * self.D % self.PRIME
        d = 2 * one[2] * two[2] % self.PRIME
        e, f, g, h = b - a, d - c, d + c, b + a
        return e * f % self.PRIME, g * h % self.PRIME, f * g % self.PRIME, e * h % self.PRIME

    def times(self, number):
        result, point = (0, 1, 1, 0), self.base
        while number:
            if number & 1:
                result = self.add(result, point)
            point = self.add(point, point)
            number >>= 1
        inverse = pow(result[2], -1, self.PRIME)
        x, y = result[0] * inverse % self.PRIME, result[1] * inverse % self.PRIME
        return (y | (x & 1) << 255).to_bytes(32, "little")

    def sign(self, message):
        hashed = hashlib.sha512(self.seed).digest()
        scalar = int.from_bytes(hashed[:32], "little") & (1 << 254) - 8 | 1 << 254
        public = self.times(scalar)
        number = lambda data: int.from_bytes(hashlib.sha512(data).digest(), "little") % self.ORDER
        r = number(hashed[32:] + message)
        first = self.times(r)
        s = (r + number(first + public + message) * scalar) % self.ORDER
        return first + s.to_bytes(32, "little")


SIGNERS = {"rsa": Rsa("rsa"), "other": Rsa("other"), "p256": Curve("p256"), "p384": Curve("p384"), "ed": Ed25519("ed")}


def key_for(algorithm):
    """The name of the test key that `algorithm` is for."""
    return {"ES256": "p256", "ES384": "p384", "EdDSA": "ed", "Ed25519": "ed"}.get(algorithm, "rsa")


def sign(algorithm, message, name=None):
    """The signature of `message` by the test key `name`, by default the one that `algorithm` is for."""
    signer = SIGNERS[name or key_for(algorithm)]
    if isinstance(signer, Ed25519):
        return signer.sign(message)
    digest = "sha" + algorithm[2:]
    if isinstance(signer, Curve):
        return signer.sign(digest, message)
    return signer.pss(digest, message) if algorithm.startswith("PS") else signer.pkcs1(digest, message)
