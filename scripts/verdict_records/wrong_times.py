"""Signed times that cannot be read, and moments at and beyond the limits of the window."""

from .case import ABSENT

# Texts in place of a signed time. `{n}` is the right number.
TEXTS = [
    "",
    " ",
    "+{n}",
    " {n}",
    "{n} ",
    "{n}.0",
    "{n}e0",
    "0x65e1f0a0",
    "-{n}",
    "--{n}",
    "-",
    "0",
    "-0",
    "soon",
    "00000{n}",
    "{n:0>20}",
    "{n:0>21}",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "{n},{n}",
    "{n}\u0000",
    "\uff11\uff12\uff13",
    "{n}000",
    "{rfc}",
    "{lower}",
    "{plain}+00:00",
    "{plain}",
    "1e9",
    "NaN",
    "null",
]


def text(form):
    def kind(case):
        usual = case.scheme.time_text(case) if case.scheme.has_time else ""
        rfc = case.rfc3339()
        case.time_text = form.format(n=usual, rfc=rfc, lower=rfc.lower(), plain=rfc[:-1])
        case.sign()

    return kind


# Windows, and by how many milliseconds the time is judged after the last moment on the side of the past.
WINDOWS = [ABSENT, 10, 0]
BEYOND = [0, 1, -1, 499, 500, 999, 1000, 60_000]


def limit(place, sign):
    """The time stands at a limit of the window or beside it: `sign` is 1 for the past, -1 for the future."""
    window, beyond = WINDOWS[place % len(WINDOWS)], BEYOND[place // len(WINDOWS)]

    def kind(case):
        if window is not ABSENT:
            case.window = window
            seconds = window
        else:
            seconds = case.sender.past_s if sign > 0 else 300
        case.set_now_ms(case.at_ms + sign * (seconds * 1000 + beyond))
        case.sign()

    return kind


def judged_at(now, window=ABSENT):
    def kind(case):
        case.now, case.window = now, window
        case.sign()

    return kind


def beside(window, offset_ms):
    def kind(case):
        case.window = window
        case.set_now_ms(case.at_ms + offset_ms)
        case.sign()

    return kind


DAY = 86_400_000


def kinds(sender):
    found = {}
    for place in range(len(WINDOWS) * len(BEYOND)):
        found[f"past {place}"] = limit(place, 1)
        found[f"future {place}"] = limit(place, -1)
    if sender.name in SIGNING_TIMES:
        found.update({f"time text {place}": text(form) for place, form in enumerate(TEXTS)})
    for now in [0, -1, -0.001, 0.5, 2**53, 2**63 - 1, -(2**63)]:
        found[f"judged at {now}"] = judged_at(now)
        found[f"judged at {now}, unchecked"] = judged_at(now, None)
    found["a year later, unchecked"] = beside(None, 365 * DAY)
    found["a year before, unchecked"] = beside(None, -365 * DAY)
    found["a day later"] = beside(ABSENT, DAY)
    found["ten days later"] = beside(ABSENT, 10 * DAY)
    found["the longest window"] = beside(2**64 - 1, 365 * DAY)
    for window in [300, 3600, 31_536_000]:
        found[f"in a window of {window} s"] = beside(window, window * 1000)
        found[f"before a window of {window} s"] = beside(window, -window * 1000 - 1000)
    found["a long window"] = beside(10**12, -365 * DAY)
    return found


SIGNING_TIMES = ["standard-webhooks", "svix", "stripe", "slack", "hmac-header", "signed-request", "unico-check+signed"]
