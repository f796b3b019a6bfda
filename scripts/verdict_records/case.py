"""One record on its way: what its sender sends, and what it is judged by."""

import base64
import datetime
import json

# A member that the record does not have.
ABSENT = object()


class Secret:
    """A shared secret, and the ways in which a record can spell it."""

    def __init__(self, dice, length=None):
        length = length or 24 + dice.number(24)
        self.is_text = dice.once_in(2)
        self.key = dice.text(length).encode() if self.is_text else b"\x01" + dice.data(length)

    def spelled(self, dice):
        encoded = base64.b64encode(self.key).decode()
        forms = ["base64:" + encoded, "hex:" + self.key.hex(), "whsec_" + encoded]
        if self.is_text:
            forms += ["utf8:" + self.key.decode()] * 2
        return dice.one_of(forms)


def shares(sender, name, choices, make, senders=4):
    """Kinds of `sender`, made of some of `choices`: each of those goes to so many senders."""
    return {
        f"{name} {place}": make(choice)
        for place, choice in enumerate(choices)
        if (place * 3 + sender.place) % SENDERS < senders
    }


# The number of senders.
SENDERS = 14


class Verbatim(str):
    """The JSON text of a member's name, as it stands in a body."""


class Case:
    """A request of `provider`, whose `place` is the sender's and whose `turn` counts its kind's cases.

    A kind changes it before or after it calls `sign`.
    """

    def __init__(self, provider, dice, place, turn, at_ms):
        self.provider = provider
        self.dice = dice
        self.place = place
        self.turn = turn
        # The sender, and how it signs.
        self.sender = self.scheme = None
        # A signed request's claims about itself.
        self.algorithm_name, self.is_detached = "", False
        # When it was signed, or when its event happened, and when it is judged.
        self.at_ms = at_ms
        self.now = at_ms // 1000
        self.secret = Secret(dice)
        self.keys = [self.secret.spelled(dice)]
        self.identity = "msg_" + dice.text(20)
        self.time_text = None
        self.headers = []
        # The body as names and JSON texts, and as bytes once it is written.
        self.parts = []
        self.body = None
        self.method = self.path = self.window = self.peer = self.endpoint = self.tenant = ABSENT
        self.settings = {}
        # Members of the record that are not as usual, and a last change to its line.
        self.members = {}
        self.edit = None

    def pick(self, choices):
        """One of `choices`, another one for each sender and turn."""
        return choices[(self.place + self.turn * 17) % len(choices)]

    def sign(self):
        if self.body is None:
            self.scheme.write(self)
        self.scheme.sign(self)

    def part(self, name):
        return next((text for own, text in self.parts if own == name), None)

    def set_part(self, name, text):
        """Gives the member `name` of the body this JSON text. `None` takes the member away."""
        if text is None:
            self.parts = [part for part in self.parts if part[0] != name]
        elif self.part(name) is None:
            self.parts.append((name, text))
        else:
            self.parts = [(own, text if own == name else old) for own, old in self.parts]

    def rfc3339(self):
        return rfc3339(self.at_ms)

    def set_now_ms(self, now_ms):
        """Whole seconds are written without a fraction."""
        self.now = now_ms // 1000 if now_ms % 1000 == 0 else now_ms / 1000

    def header(self, name):
        """The first value of the header `name`."""
        return next((value for own, value in self.headers if own.lower() == name.lower()), None)

    def set_header(self, name, value):
        """Gives every header `name` this value. `None` takes it away."""
        if value is None:
            self.headers = [pair for pair in self.headers if pair[0].lower() != name.lower()]
            return
        for pair in self.headers:
            if pair[0].lower() == name.lower():
                pair[1] = value

    def add_header(self, name, value):
        self.headers.append([name, value])

    def access(self, rule):
        """Asks for `rule` beside the present rule."""
        known = self.settings.get("access")
        if known is None or known == "none":
            self.settings["access"] = rule
        else:
            self.settings["access"] = {"all": [known, rule]}

    def lines(self, name):
        """The record's line, in bytes, and the line of the same record that may leave its media type out."""
        record = self.record(name)
        line = self.edited(written(record, escaped=self.dice.once_in(2)))
        assuming = {**record, "settings": {**self.settings, "assume_media_type": True}}
        return line, self.edited(written(assuming, escaped=False))

    def record(self, name):
        usual = {
            "id": name,
            "provider": self.provider,
            "keys": self.keys or ABSENT,
            "method": self.method,
            "path": self.path,
            "headers": self.headers or ABSENT,
            "body_base64": base64.b64encode(self.body).decode(),
            "now": self.now,
            "window_s": self.window,
            "peer": self.peer,
            "endpoint": self.endpoint,
            "tenant": self.tenant,
            "settings": self.settings or ABSENT,
        }
        record = {**usual, **self.members}
        return {key: value for key, value in record.items() if value is not ABSENT}

    def edited(self, line):
        line = line.encode()
        return self.edit(line) if self.edit else line


def written(value, escaped=True):
    """Compact JSON. Lone surrogates can only be written as escapes."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=escaped)
    try:
        text.encode()
    except UnicodeEncodeError:
        text = json.dumps(value, separators=(",", ":"))
    return text


def rfc3339(at_ms):
    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=at_ms)
    return moment.isoformat(timespec="milliseconds") + "Z"
