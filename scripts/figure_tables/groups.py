"""What is run: the groups, their programs, and how long each takes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Group:
    """Programs that print tables in Markdown. `seconds` is about how long they take on two cores, without building."""

    name: str
    seconds: int
    programs: list
    build: list
    # Asked for by name alone: it takes long, and changes seldom.
    is_asked_for: bool = False


def bench(*names):
    return [["cargo", "bench", "--quiet", "-p", "hookgate-benches", "--bench", name, "--", "table"] for name in names]


def built(*names):
    benches = [word for name in names for word in ("--bench", name)]
    return [["cargo", "bench", "--quiet", "-p", "hookgate-benches", "--no-run", *benches]]


STORES = ["cargo", "bench", "--quiet", "-p", "hookgate-store-benches"]

GROUPS = [
    Group("verify", 10, bench("hmac_header"), built("hmac_header")),
    Group("facephi", 15, bench("facephi"), built("facephi")),
    Group("access", 10, bench("access"), built("access")),
    Group("memory", 90, bench("memory_store", "memory_bytes"), built("memory_store", "memory_bytes")),
    Group("http", 240, [["scripts/bench-http"]], [["scripts/bench-http", "build"]]),
    Group("peers", 80, [["scripts/bench-peers"]], [["scripts/bench-http", "build"]]),
    Group("idle", 100, [["scripts/bench-http", "idle"]], [["scripts/bench-http", "build"]]),
    Group("stores", 230, [[*STORES, "--", "postgres", "redis", "sqlite"]], [[*STORES, "--no-run"]]),
    Group("command", 30, [["scripts/bench-command", "100000"]], [["scripts/bench-command", "--build"]]),
    Group("cold", 300, [["scripts/bench-command", "--cold"]], [], is_asked_for=True),
    Group("large", 90, [[*STORES, "--", "large-postgres", "large-sqlite"]], [[*STORES, "--no-run"]], is_asked_for=True),
]
