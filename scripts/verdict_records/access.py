"""Access rules of `settings.access`, what a sender presents for them, and mistakes in either."""

import base64
import hmac
import json

from . import public_keys
from .signing import encoded

TOKENS = public_keys.FOLDER.parent / "jwt"
TOKEN_SECRET = b"4c0b9ff1e0e84f0f8d8c57bd4ef13b21"
# All recorded tokens are good at this moment, if they ever are.
TOKENS_ARE_OF = 1_700_000_000
RECORDED = [it for it in json.loads((TOKENS / "tokens.json").read_text()) if len(it["token"]) < 2000]


def basic(pair):
    return "Basic " + base64.b64encode(pair.encode()).decode()


def token(claims, head=None, algorithm="HS256", secret=TOKEN_SECRET, key=None):
    """A signed token. `head` is what it says of itself beside its algorithm."""
    part = lambda value: encoded(json.dumps(value).encode(), "base64_url")
    message = f"{part({'alg': algorithm, **(head or {})})}.{part(claims)}"
    if algorithm.startswith("HS"):
        signature = hmac.digest(secret, message.encode(), "sha" + algorithm[2:])
    else:
        signature = public_keys.sign(algorithm, message.encode(), key)
    return f"Bearer {message}.{encoded(signature, 'base64_url')}"


def bearer(**more):
    secret = "utf8:" + TOKEN_SECRET.decode()
    return {"bearer": {"secret": secret, "algorithms": ["HS256"], **more}}


def rules(dice):
    """A rule of each kind, the headers that satisfy it, and headers that do not."""
    key, other = dice.text(24), dice.text(24)
    user, name = dice.text(8), dice.one_of(["x-api-key", "X-Api-Key", "api-key", "x-hook-token"])
    pair = f"{user}:{key}"
    api_key = {"api_key": {"header": name, "value": key}}
    headers = {"headers": [["x-client", user], ["x-token", key]]}
    two = {"basic": [f"{user}:{other}", pair]}
    right, wrong = [["authorization", basic(pair)]], [["authorization", basic(f"{user}:{other}x")]]
    one, another = [["x-client", user], ["x-token", key]], [["x-client", user], ["x-token", other]]
    return [
        (api_key, [[name.lower(), key]], [[name, other]]),
        (headers, one, another),
        (two, right, wrong),
        ({"any": [two, api_key]}, dice.one_of([right, [[name, key]]]), wrong),
        ({"all": [headers, two]}, one + right, one + wrong),
        ({"any": [{"all": [headers, api_key]}, two]}, one + [[name, key]], another),
        ({"all": [{"any": [api_key, headers]}, two]}, right + one, wrong + one),
    ]


# What may happen to credentials on their way.
def repeated(headers):
    return headers + headers[-1:]


def shortened(headers):
    return [[name, value[:-1]] for name, value in headers]


def in_other_case(headers):
    return [[name.upper(), value.swapcase()] for name, value in headers]


def without_last(headers):
    return headers[:-1]


def emptied(headers):
    return [[name, ""] for name, _ in headers]


def token_cases(now):
    """Rules, and what makes a token: right ones, and each claim wrong, dated around `now`."""
    fine = {"exp": now + 600}
    cases = [
        (bearer(), lambda: token(fine)),
        (bearer(), lambda: token(fine, {"typ": "JWT"})),
        (bearer(), lambda: token(fine, {"typ": "at+jwt"})),
        (bearer(), lambda: token(fine, {"typ": "logout+jwt"})),
        (bearer(), lambda: token(fine, {"crit": ["b64"]})),
        (bearer(), lambda: token(fine, {"kid": "1"})),
        (bearer(), lambda: token(fine, secret=TOKEN_SECRET[::-1])),
        (bearer(), lambda: token(fine, algorithm="HS512")),
        (bearer(), lambda: token(fine) + "x"),
        (bearer(), lambda: token(fine).replace("Bearer ", "bearer   ")),
        (bearer(), lambda: token(fine).replace("Bearer ", "Bearer")),
        (bearer(), lambda: token(fine).replace("Bearer ", "Basic ")),
        (bearer(), lambda: token({})),
        (bearer(), lambda: token({"exp": now - 59})),
        (bearer(), lambda: token({"exp": now - 60})),
        (bearer(leeway_s=0), lambda: token({"exp": now})),
        (bearer(leeway_s=0), lambda: token({"exp": now + 1})),
        (bearer(), lambda: token({**fine, "nbf": now + 60})),
        (bearer(), lambda: token({**fine, "nbf": now + 61})),
        (bearer(), lambda: token({**fine, "nbf": now + 60.5})),
        (bearer(issuer="https://id.example"), lambda: token({**fine, "iss": "https://id.example"})),
        (bearer(issuer="https://id.example"), lambda: token({**fine, "iss": "https://id.example/"})),
        (bearer(audience="hooks"), lambda: token({**fine, "aud": ["a", "hooks"]})),
        (bearer(audience="hooks"), lambda: token({**fine, "aud": "Hooks"})),
        (bearer(), lambda: token({**fine, "aud": "hooks"})),
        (bearer(issued_to=["facephi", "unico"]), lambda: token({**fine, "azp": "unico"})),
        (bearer(issued_to=["facephi"]), lambda: token({**fine, "client_id": "unico", "azp": "facephi"})),
        (bearer(scopes=["a", "b"]), lambda: token({**fine, "scope": "b c a"})),
        (bearer(scopes=["a", "b"]), lambda: token({**fine, "scp": ["a"]})),
    ]
    return cases + [case for algorithm in PUBLIC for case in public_token_cases(algorithm, fine)]


PUBLIC = ["RS256", "PS384", "ES256", "ES384", "EdDSA"]
# The number of cases: one of RSA is by another key.
TOKENS_COUNT = 29 + 2 * len(PUBLIC) + 1


def public_token_cases(algorithm, claims):
    pem = (public_keys.FOLDER / f"{public_keys.key_for(algorithm)}.crt.pem").read_text()
    rule = {"bearer": {"pem": pem, "algorithms": [algorithm]}}
    cases = [(rule, lambda: token(claims, algorithm=algorithm)), (rule, lambda: token(claims))]
    if algorithm == "RS256":
        cases.append((rule, lambda: token(claims, algorithm=algorithm, key="other")))
    return cases


def recorded_token(recorded):
    """A rule, and a token of another library that is or is not for it, at `TOKENS_ARE_OF`."""
    asked = {"issuer": "https://id.example", "audience": "hookgate", "scopes": ["webhooks"]}
    if recorded["key"] == "secret":
        rule = bearer(**asked)
    else:
        algorithm = {"rsa": "RS256", "ec": "ES256"}.get(recorded["key"], "EdDSA")
        pem = (TOKENS / f"{recorded['key']}.crt.pem").read_text()
        rule = {"bearer": {"pem": pem, "algorithms": [algorithm], **asked}}
    return rule, lambda: "Bearer " + recorded["token"]


NETWORKS = ["203.0.113.0/24", "2001:db8::/32", "198.51.100.7"]


def behind(forwarding):
    proxies = ["10.0.0.0/8", "fd00::/8"]
    return {"networks": {"allow": NETWORKS, "proxies": proxies, "forwarding": forwarding}}


def network_cases():
    """Rules, peers, and forwarding headers."""
    direct, listed = {"networks": NETWORKS}, {"networks": {"allow": NETWORKS}}
    cases = [(direct, peer, []) for peer in PEERS] + [(listed, peer, []) for peer in PEERS[:2]]
    x_forwarded_for, forwarded = behind("x_forwarded_for"), behind("forwarded")
    for values in FORWARDED_FOR:
        headers = [["X-Forwarded-For", value] for value in values]
        cases.append((x_forwarded_for, "10.0.0.1:9", headers))
        nodes = [", ".join(f'for="{node.strip()}"' for node in value.split(",")) for value in values]
        cases.append((forwarded, "[fd00::1]:9", [["Forwarded", value] for value in nodes]))
    for value in FORWARDED:
        cases.append((forwarded, "10.9.9.9:1", [["forwarded", value]]))
    cases.append((x_forwarded_for, "203.0.113.4:1", [["x-forwarded-for", "192.0.2.1"]]))
    cases.append((x_forwarded_for, "192.0.2.1:1", [["x-forwarded-for", "203.0.113.4"]]))
    cases.append((forwarded, "10.0.0.1:1", [["x-forwarded-for", "203.0.113.4"]]))
    return cases


PEERS = [
    "203.0.113.7:443",
    "192.0.2.1:443",
    "198.51.100.7:1",
    "198.51.100.8:1",
    "[2001:db8::1]:443",
    "[2001:db9::1]:443",
    "[::ffff:203.0.113.7]:443",
    "[::ffff:192.0.2.7]:443",
    "0.0.0.0:0",
    "[::]:80",
    "[::ffff:0.0.0.0]:80",
    None,
]
# The last address that is no proxy's counts. Addresses left of it are never read.
FORWARDED_FOR = [
    ["203.0.113.9"],
    ["192.0.2.1, 203.0.113.9"],
    ["203.0.113.9, 192.0.2.1"],
    ["203.0.113.9, 10.1.1.1, 10.2.2.2"],
    ["203.0.113.9", "10.3.3.3"],
    ["unknown, 203.0.113.9"],
    ["203.0.113.9, unknown"],
    ["203.0.113.9, , ,"],
    ["10.0.0.7"],
    [""],
    [],
    ["203.0.113.9:4711"],
    ["[2001:db8::9]:4711"],
    ["203.0.113.9, 0.0.0.0"],
    ["203.0.113.9, " + ", ".join(["10.0.0.2"] * 14)],
    ["203.0.113.9, " + ", ".join(["10.0.0.2"] * 15)],
    ["203.0.113.9, " + ", ".join(["10.0.0.2"] * 16)],
    ["203.0.113.9 , \u00e9"],
]
FORWARDED = [
    "for=203.0.113.9;proto=https;by=10.0.0.1",
    'For="[2001:db8::9]:1" ; host="a,b"',
    "for=203.0.113.9;for=203.0.113.9",
    "by=203.0.113.9",
    'for="203.0.113.9',
    'for="x\\"", for=203.0.113.9',
    "for=203.0.113.9, for=_hidden",
]

# Rules that mean nothing, or that nobody can satisfy.
UNUSABLE = [
    "all",
    "None",
    {},
    [],
    None,
    {"all": []},
    {"any": []},
    {"all": [{"any": []}]},
    {"any": [{"networks": NETWORKS}, "none"]},
    {"all": [{"networks": NETWORKS}, {"networks": NETWORKS}]},
    {"any": ["none", {"basic": ["u:p"]}]},
    {"headers": []},
    {"headers": [["x-a", "1"], ["X-A", "2"]]},
    {"headers": [["x a", "1"]]},
    {"headers": [["x-a"]]},
    {"basic": []},
    {"basic": ["no colon"]},
    {"basic": ["u:"]},
    {"basic": [":p"]},
    {"basic": ["u:p\n"]},
    {"basic": "u:p"},
    {"api_key": {"header": "x-key"}},
    {"api_key": {"header": "x key", "value": "1"}},
    {"api_key": {"header": "x-key", "value": ""}},
    {"api_key": {"header": "x-key", "value": " 1"}},
    {"api_key": {"header": "x-key", "value": "1\u0007"}},
    {"api_key": {"header": "x-key", "value": "1", "prefix": "2"}},
    {"api_key": {"header": "x-key", "value": "1"}, "basic": ["u:p"]},
    {"bearer": {"algorithms": ["RS256"]}},
    {"bearer": {"secret": "utf8:short", "algorithms": ["HS256"]}},
    {"bearer": {"secret": "short", "algorithms": ["HS256"]}},
    bearer(algorithms=[]),
    bearer(algorithms=["none"]),
    bearer(algorithms=["RS256"]),
    bearer(issuer=""),
    bearer(scopes=["a b"]),
    bearer(pem="x"),
    bearer(leeway_s=-1),
    {"bearer": {"pem": "AAAA", "algorithms": ["RS256"]}},
    {"bearer": {"pem": "%", "algorithms": ["RS256"]}},
    {"networks": []},
    {"networks": {"allow": []}},
    {"networks": ["203.0.113.7/24"]},
    {"networks": ["::ffff:203.0.113.0/120"]},
    {"networks": ["203.0.113.7", "example.com"]},
    {"networks": {"allow": NETWORKS, "proxies": ["10.0.0.1"]}},
    {"networks": {"allow": NETWORKS, "forwarding": "forwarded"}},
    {"networks": {"allow": NETWORKS, "proxies": ["0.0.0.0/0"], "forwarding": "forwarded"}},
    {"networks": {"allow": NETWORKS, "proxies": ["10.0.0.1"], "forwarding": "via"}},
]
