"""The records with their verdicts: a table of all, and the few that keep every kind of verdict."""

import collections
import json
import pathlib
import re
import subprocess

from .odd_bodies import OF_ONE

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "cli/tests/vectors/verdicts"
# The number of records that there is room for, and the longest line that is chosen.
CHOSEN = 1000
LONGEST = 4000


# Families of kinds at whose limits a small change would show.
OF_LIMITS = [
    *("past ", "future ", " levels", "id of  bytes", "id of  bytes, foreign", "list ", "beside ", "time text "),
    *("network ", "token ", "tenant ", "endpoint ", "length "),
    *("head of a JWS ", "parts of a JWS ", "name of the algorithm "),
]


class Judged:
    """A record, its line as it was judged, and the command's verdict on it."""

    def __init__(self, recorded, judged_line, verdict):
        self.sender, self.kind, self.line = recorded.sender, recorded.kind, recorded.line
        self.judged_line = judged_line
        self.verdict = json.loads(verdict)
        # Kinds that differ in a number alone are variants of one.
        self.family = re.sub("[0-9]+", "", self.kind)

    def outcome(self):
        """Verdict, and reason or error text without the place in the line."""
        said = self.verdict.get("reason") or self.verdict.get("error") or self.verdict["key_id"]
        return self.verdict["verdict"], re.sub(r" \(column \d+\)", "", said)


def verdicts(command, lines):
    done = subprocess.run([command, "verify", "-"], input=b"\n".join(lines) + b"\n", stdout=subprocess.PIPE)
    # 2: some lines are no records.
    assert done.returncode == 2, f"exit status {done.returncode}"
    said = done.stdout.splitlines()
    assert len(said) == len(lines), f"{len(said)} verdicts on {len(lines)} records"
    return said


def judge(command, recorded):
    """A record that is refused for want of a media type is judged with `assume_media_type` instead."""
    lines = [it.line for it in recorded]
    for place, said in enumerate(verdicts(command, lines)):
        if json.loads(said).get("reason") == "unsupported_media_type" and not has_media_type(lines[place]):
            lines[place] = recorded[place].assuming
    return [Judged(*it) for it in zip(recorded, lines, verdicts(command, lines))]


def has_media_type(line):
    return any(name.lower() == "content-type" for name, _ in json.loads(line).get("headers", []))


def table(judged):
    """How many records of each provider have which outcome."""
    counts = collections.Counter((it.sender, *it.outcome()) for it in judged)
    rows = [f"{sender} | {verdict} | {said} | {count}" for (sender, verdict, said), count in sorted(counts.items())]
    return "\n".join(rows)


def features(it):
    """The settings and other terms of a record that is right in all."""
    record = json.loads(it.line)
    settings = record.get("settings", {})
    settings = {**settings, **settings.get("signed", {})}
    found = {f"{name} {json.dumps(settings[name])}" for name in settings.keys() - {"access", "signed"}}
    found |= {f"{name} given" for name in ("tenant", "endpoint", "peer") if name in record}
    found |= {f"window {record.get('window_s', 'usual')}", f"key {it.verdict['key_id']}"}
    return found | {"key " + re.split("[:_]", key)[0] for key in record.get("keys", [])}


class Choice:
    """The chosen records: of kinds that are as different as can be, and short."""

    def __init__(self):
        self.kept = {}
        self.kinds, self.families, self.senders = (collections.Counter() for _ in range(3))

    def take(self, candidates):
        """The best of these."""
        best = min(
            candidates,
            key=lambda it: (self.families[it.family], self.kinds[it.kind], self.senders[it.sender], len(it.line)),
        )
        if id(best) in self.kept:
            return
        self.kept[id(best)] = best
        self.kinds[best.kind] += 1
        self.families[best.family] += 1
        self.senders[best.sender] += 1


def grouped(judged, key):
    """Lists of records with the same key, the shortest list first."""
    groups = collections.defaultdict(list)
    for it in judged:
        groups[key(it)].append(it)
    return sorted(groups.values(), key=len)


def telling(judged):
    """Those of a provider and family with several outcomes: there the kind decides."""
    groups = grouped(judged, lambda it: (it.sender, it.family))
    groups = [group for group in groups if len({it.outcome()[:2] for it in group}) > 1]
    return {id(it) for group in groups for it in group}


def choose(judged):
    """In this order:

    - one for each kind of the families in which limits are reached, of a provider for which the kind decides;
    - one for each kind that one provider alone has;
    - one for each outcome of each provider that has none yet;
    - right ones that show a setting which no right one before had;
    - one for each other kind that decides, while there is room.
    """
    short = [it for it in judged if len(it.line) <= LONGEST]
    choice = Choice()
    decided = telling(short)
    kinds = grouped([it for it in short if id(it) in decided], lambda it: it.kind)
    for candidates in kinds:
        if candidates[0].family in OF_LIMITS:
            choice.take(candidates)
    for candidates in grouped(short, lambda it: (it.sender, it.kind)):
        if candidates[0].kind in OF_ONE.get(candidates[0].sender, {}):
            choice.take(candidates)
    for candidates in grouped(short, lambda it: (it.sender, *it.outcome())):
        if not any(id(it) in choice.kept for it in candidates):
            choice.take(candidates)
    seen = set()
    for it in sorted(short, key=lambda it: len(it.line)):
        shown = {(it.sender, feature) for feature in features(it)} if it.kind == "right" else set()
        if not shown <= seen:
            seen |= shown
            choice.take([it])
    for candidates in kinds:
        if len(choice.kept) < CHOSEN and not choice.kinds[candidates[0].kind]:
            choice.take(candidates)
    return [it for it in judged if id(it) in choice.kept]


def vector(command, judged):
    """The files of the vector, by name. Records of senders that came later stand at its end, and stay."""
    kept = [it.judged_line for it in choose(judged)] + later({it.sender for it in judged})
    said = verdicts(command, kept)
    return {"records.jsonl": b"\n".join(kept) + b"\n", "verdicts.jsonl": b"\n".join(said) + b"\n"}


def later(senders):
    """The vector's records of other senders than these."""
    path = FOLDER / "records.jsonl"
    lines = path.read_bytes().splitlines() if path.exists() else []
    of_others = re.compile(rb'\{"id":"([a-z0-9+-]+), ')
    found = [(of_others.match(line), line) for line in lines]
    return [line for match, line in found if match and match[1].decode() not in senders]


def write(command, judged):
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in vector(command, judged).items():
        (FOLDER / name).write_bytes(text)


def differing(command, judged):
    """The names of the vector's files that would be written otherwise."""
    made = vector(command, judged).items()
    return [name for name, text in made if (FOLDER / name).read_bytes() != text]
