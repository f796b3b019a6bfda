"""What the documents show: every row of their tables, the figures in it, and the bars that we set ourselves."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """What a figure has to be: at most, or at least. One beyond it is marked."""

    limit: float
    is_least: bool = False
    unit: str = ""

    def is_missed(self, value):
        return value < self.limit if self.is_least else value > self.limit

    def __str__(self):
        return ("at least " if self.is_least else "") + f"{self.limit:g}{self.unit}"


def most(limit, unit=""):
    return Bar(limit, unit=unit)


def least(limit, unit=""):
    return Bar(limit, is_least=True, unit=unit)


@dataclass(frozen=True)
class Figure:
    """A cell of what a group prints: the name of its row there, and of its column."""

    source: str
    bar: Bar | None = None
    column: str = "ratio"


@dataclass(frozen=True)
class Row:
    """A row of a document's table. A cell is a text, or a list of figures. The bar is said in a cell of its own."""

    group: str
    cells: list
    bar: str | None = None

    def name(self):
        """What does not change from run to run, nor with a bar."""
        return tuple(cell for cell in self.cells if isinstance(cell, str))

    def shape(self):
        return self.cells if self.bar is None else [*self.cells, self.bar]


@dataclass(frozen=True)
class Table:
    name: str
    file: str
    columns: list
    rows: list

    def __post_init__(self):
        names = {row.name() for row in self.rows}
        assert len(names) == len(self.rows), f"two rows of `{self.name}` have one name"


def with_bars(group, *cells):
    """A row that says the bars of its last cell's figures: one for all where they are the same."""
    bars = [str(figure.bar) for figure in cells[-1] if figure.bar]
    said = bars[:1] if len(set(bars)) == 1 else bars
    return Row(group, list(cells), " / ".join(said) or "none")


def ratios(group, what, beside, *figures):
    return with_bars(group, what, beside, figures)


def amount(group, what, *figures):
    return with_bars(group, what, figures)


def peer(name, source, bar=None):
    time = Figure(source, column="CPU time a request")
    rate = Figure(source, column="requests a second on one core")
    return with_bars("peers", name, [time], [rate], [Figure(source, bar)])


def store(name, engine, under_way, bar):
    source = f"{engine}, {under_way} under way"
    rates = [[Figure(source, column=side)] for side in ("store", "bare")]
    return with_bars("stores", name, str(under_way), *rates, [Figure(source, bar)])


TABLES = [
    Table(
        "ratios",
        "README.md",
        ["what", "beside", "ratio (spread)", "bar"],
        [
            ratios(
                "verify",
                "verify, Logto preset, 512 B / 16 KiB / 256 KiB",
                "the bare keyed HMAC of the same bytes",
                Figure("logto, 512 B", most(1.10)),
                Figure("logto, 16 KiB", most(1.03)),
                Figure("logto, 256 KiB", most(1.01)),
            ),
            ratios(
                "verify",
                "verify, Standard Webhooks preset, same sizes",
                "the same",
                Figure("templated, 512 B", most(1.25)),
                Figure("templated, 16 KiB", most(1.03)),
                Figure("templated, 256 KiB", most(1.01)),
            ),
            ratios(
                "http",
                "whole road on axum, 0.8 KiB, Logto / Standard Webhooks: CPU time a request",
                "a hand-written handler without dedup",
                Figure("axum: logto, by hand", most(1.08)),
                Figure("axum: standard-webhooks, by hand", most(1.05)),
            ),
            ratios(
                "http",
                "whole road on actix-web, the same",
                "the same",
                Figure("actix: logto, by hand", most(1.12)),
                Figure("actix: standard-webhooks, by hand", most(1.10)),
            ),
            ratios(
                "http",
                "spans without a subscriber, Logto / Standard Webhooks on axum",
                "the build without them",
                Figure("axum: logto, without spans, no subscriber", most(1.03)),
                Figure("axum: standard-webhooks, without spans, no subscriber", most(1.03)),
            ),
            ratios(
                "http",
                "spans and metrics with a counting recorder",
                "the same",
                Figure("axum: logto, without spans and metrics, counting recorder", most(1.10)),
                Figure("axum: standard-webhooks, without spans and metrics, counting recorder", most(1.10)),
            ),
            ratios(
                "facephi",
                "verify and decode, Facephi, 0.8 / 2 / 16 KiB",
                "HMAC and one serde pass",
                Figure("compact, 0.8 KiB", most(1.15)),
                Figure("compact, 2 KiB", most(1.15)),
                Figure("compact, 16 KiB", most(1.15)),
            ),
            ratios(
                "facephi",
                "the same, escaped and pretty-printed",
                "the same",
                Figure("re-written, 0.8 KiB", most(4)),
                Figure("re-written, 2 KiB", most(4)),
                Figure("re-written, 16 KiB", most(4)),
            ),
            ratios(
                "access",
                "bearer token, HS256 / ES256, cached key",
                "`jsonwebtoken` alone",
                Figure("Bearer, HS256", most(1.1)),
                Figure("Bearer, ES256", most(1.1)),
            ),
            ratios(
                "access",
                "Basic / API key",
                "two SHA-256 and one constant-time comparison",
                Figure("Basic", most(1.5)),
                Figure("ApiKey", most(1.5)),
            ),
            ratios(
                "memory",
                "claim and settle of a new key, 10,000 / 1,000,000 / 5,000,000 keys",
                "moka's atomic insert is slower by",
                Figure("10,000 keys", least(2.5)),
                Figure("1,000,000 keys", least(2.5)),
                Figure("5,000,000 keys", least(2.5)),
            ),
            ratios(
                "idle",
                "resident memory on axum: 10,000 idle keep-alive connections, 1,000 deliveries a second",
                "a hand-written handler without dedup",
                Figure("axum: memory, 10000 idle connections", most(1.1)),
            ),
            ratios(
                "command",
                "`hookgate verify --jobs 2`: records a second",
                "`--jobs 1`",
                Figure("verify"),
            ),
        ],
    ),
    Table(
        "peers",
        "README.md",
        ["receiver", "CPU time a request", "requests a second on one core", "hookgate's rate beside it (spread)", "bar"],
        [
            peer("hookgate on axum, with dedup", "hookgate on axum, with dedup"),
            peer("webhook-verify 0.1.0 on axum, no dedup", "webhook-verify 0.1.0 on axum", least(1.03)),
            peer("@octokit/webhooks 14.2.0 on Node 20, no dedup", "@octokit/webhooks 14.2.0 on Node", least(1.03)),
            peer("hookgate on actix-web, with dedup", "hookgate on actix-web, with dedup"),
            peer("webhook-verify 0.1.0 on actix-web, no dedup", "webhook-verify 0.1.0 on actix-web", least(1.03)),
            peer("hookgate on axum, signed CloudEvents, with dedup", "hookgate on axum, signed cloudevents, with dedup"),
            peer(
                "cloudevents-sdk 0.9 on axum, verifies nothing", "cloudevents-sdk 0.9 on axum, verifies nothing", least(1.03)
            ),
        ],
    ),
    Table(
        "amounts",
        "README.md",
        ["what", "figure (spread)", "bar"],
        [
            amount(
                "memory",
                "memory store: bytes a key, at 1,000,000 keys",
                Figure("bytes a key", most(67), column="figure"),
            ),
            amount(
                "memory",
                "memory store: longest pause while growing to 5,000,000 keys",
                Figure("longest pause while growing", column="figure"),
            ),
            amount(
                "command",
                "`hookgate explain` / `hookgate verify`: time to first output",
                Figure("explain, first output", most(20, " ms"), column="figure"),
                Figure("verify, first output", most(20, " ms"), column="figure"),
            ),
            amount(
                "command",
                "`hookgate verify`, 0.8 KiB bodies: records a second of one core",
                Figure("records a second of one core", column="figure"),
            ),
            amount("command", "the command's program, release build", Figure("binary", column="figure")),
            amount(
                "cold",
                "its build with nothing built before: by the clock / of processors",
                Figure("cold build, by the clock", column="figure"),
                Figure("cold build, of processors", column="figure"),
            ),
        ],
    ),
    Table(
        "stores",
        "docs/stores.md",
        ["engine", "under way", "store", "bare", "ratio (spread)", "bar"],
        [
            store("PostgreSQL", "PostgreSQL", 1, least(0.92)),
            store("PostgreSQL", "PostgreSQL", 8, least(0.8)),
            store("PostgreSQL", "PostgreSQL", 64, least(3)),
            store("Redis", "Redis", 1, least(0.95)),
            store("Redis", "Redis", 32, least(0.85)),
            store("SQLite, `FULL`", "SQLite FULL", 1, least(0.92)),
            store("SQLite, `FULL`", "SQLite FULL", 8, least(0.8)),
            store("SQLite, `FULL`", "SQLite FULL", 64, least(6)),
            store("SQLite, `NORMAL`", "SQLite NORMAL", 1, least(0.8)),
            store("SQLite, `NORMAL`", "SQLite NORMAL", 8, least(0.8)),
            store("SQLite, `NORMAL`", "SQLite NORMAL", 64, least(0.8)),
        ],
    ),
    Table(
        "large",
        "docs/stores.md",
        ["a claim in", "with 10,000 keys", "with 10,000,000 keys", "ratio"],
        [
            Row(
                "large",
                [
                    engine,
                    [Figure(f"{engine}, large", column="10,000 keys")],
                    [Figure(f"{engine}, large", column="10,000,000 keys")],
                    [Figure(f"{engine}, large")],
                ],
            )
            for engine in ("PostgreSQL", "SQLite")
        ],
    ),
]

# What a document says beside the machine on which its tables were measured: words, and the printed row whose figure follows.
VERSIONS = {
    "README.md": [],
    "docs/stores.md": [
        ("PostgreSQL", "PostgreSQL, version"),
        ("Redis", "Redis, version"),
        ("SQLite", "SQLite FULL, version"),
        ("a disk that has 4 KiB for good after", "SQLite FULL, flush"),
    ],
}


def sources(group):
    """The rows that a group has to print."""
    figures = [figure for table in TABLES for row in table.rows if row.group == group for cell in row.cells if not isinstance(cell, str) for figure in cell]
    return {figure.source for figure in figures}
