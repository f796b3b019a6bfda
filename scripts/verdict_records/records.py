"""All records, one after the other."""

import collections
import math

from . import malformed, odd_bodies, tokens_as_requests, wrong_heads, wrong_signatures, wrong_times
from .dice import Dice
from .senders import ALL, ROTA

SEED = "hookgate verdicts 1"
# One record in so many is right in all.
RIGHT = 7
NOT_SIGNING = ("idcloud", "unico-check")


def right(case):
    """What the provider sends, under one of its keys, for an endpoint and perhaps a tenant."""
    dice = case.dice
    case.sign()
    case.set_now_ms(case.at_ms + dice.one_of([0, 0, 1000, -1000, 250_000, -250_000, 1500, dice.number(290_000)]))
    if dice.once_in(3):
        case.endpoint = dice.one_of(["hook", "orders", "a.b-c_D"])
    if dice.once_in(4) and "signed" not in case.sender.name:
        case.tenant = dice.one_of(["acme", "globex", "Ünïcode / with spaces"])
    if dice.once_in(3) and case.sender.name not in NOT_SIGNING and not case.keys[0].startswith(("pem", "der")):
        case.keys.insert(dice.number(2), "utf8:the key before or after a rotation")
    if dice.once_in(4):
        case.window = dice.one_of([300, 3600, None])


def kinds_of(sender):
    """Every kind of record of `sender` that is wrong or odd, each under a name."""
    found = {}
    for module in (wrong_heads, wrong_times, malformed, tokens_as_requests, odd_bodies):
        found.update(module.kinds(sender))
    found.update(odd_bodies.OF_ONE.get(sender.name, {}))
    if sender.name not in NOT_SIGNING:
        found.update(wrong_signatures.kinds(sender))
    return found


def spread(names):
    """The names in an order in which kinds of one family are far apart, so that any part has some of each."""
    step = 97
    while math.gcd(step, len(names)) > 1:
        step += 1
    return [names[place * step % len(names)] for place in range(len(names))]


# A line in bytes, its sender and its kind. `assuming` is the line of the same record with `assume_media_type`.
Recorded = collections.namedtuple("Recorded", "sender kind line assuming")


def lines(count):
    """`count` records."""
    kinds = {sender.name: kinds_of(sender) for sender in ALL}
    orders = {name: spread(sorted(found)) for name, found in kinds.items()}
    turns = collections.Counter()
    rights, wrongs = collections.Counter(), collections.Counter()
    for number in range(count):
        sender = ROTA[number % len(ROTA)]
        name = sender.name
        if (rights[name] + wrongs[name]) % RIGHT == 0:
            kind, make = "right", right
            rights[name] += 1
        else:
            kind = orders[name][wrongs[name] % len(orders[name])]
            make = kinds[name][kind]
            wrongs[name] += 1
        turn = turns[name, kind]
        turns[name, kind] += 1
        dice = Dice(SEED, name, kind, turn)
        # Right ones go through every setting. Wrong ones begin at any setting.
        place = sender.place + (0 if kind == "right" else Dice(name, kind).number(1000))
        case = sender.case(dice, place, turn)
        make(case)
        yield Recorded(name, kind, *case.lines(f"{name}, {kind}, {turn}"))
