"""Draws that depend on their seed alone, in every version of Python."""

import hashlib

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


class Dice:
    """Each record has dice of its own, so one more kind of record changes none of the others' draws."""

    def __init__(self, *seed):
        self.seed = "/".join(map(str, seed)).encode()
        self.drawn = 0

    def number(self, below):
        """A whole number from 0 to `below` - 1."""
        self.drawn += 1
        digest = hashlib.sha256(self.seed + b"#%d" % self.drawn).digest()
        return int.from_bytes(digest[:16], "big") % below

    def one_of(self, choices):
        return choices[self.number(len(choices))]

    def once_in(self, times):
        return self.number(times) == 0

    def text(self, length, letters=LETTERS):
        return "".join(self.one_of(letters) for _ in range(length))

    def data(self, length):
        return bytes(self.number(256) for _ in range(length))

    def uuid(self):
        digits = self.data(16).hex()
        return "-".join([digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]])
