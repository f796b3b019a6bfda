"""Every provider of `hookgate providers`: the settings of a record, how it signs, and what it sends."""

import base64

from . import bodies, public_keys
from .access import basic
from .case import ABSENT, SENDERS, Case, Secret
from .signing import MacInBody, MacInHeader, SignedByKey, Unsigned, mac_header

PAIRS = {"pairs": {"signature": "v1", "timestamp": "t"}}
LIST = {"space_separated": {"prefix": "v1,"}}
JSON = "application/json"


class Sender:
    """A provider, perhaps in one of several forms."""

    def __init__(self, name, make, parts, identifying, past_s=300, time_part=None, media_type=JSON):
        self.name = name
        self.provider = name.removesuffix("+signed")
        self.make = make
        self.parts = parts
        # Members of the body that the provider reads, and the one that dates the event.
        self.identifying = identifying
        self.time_part = time_part
        self.past_s = past_s
        self.media_type = media_type
        # Its place among all.
        self.place = 0

    def case(self, dice, place, turn):
        at_ms = (1_600_000_000 + dice.number(200_000_000)) * 1000
        case = Case(self.provider, dice, place, turn, at_ms)
        case.sender = self
        case.scheme = self.make(case)
        case.parts = self.parts(case)
        if dice.once_in(3):
            case.add_header("content-type", self.media_type)
        if dice.once_in(3):
            case.headers[:0] = [["host", "hooks.example.com"], ["user-agent", "sender/1.0"]]
        case.method = dice.one_of([ABSENT, "POST"])
        case.path = dice.one_of([ABSENT, "/hook", "/hook?source=1", "/"])
        return case


def preset(*arguments, **more):
    config = mac_header(*arguments, **more)
    return lambda case: MacInHeader(config)


def stamped(prefix):
    return preset(
        f"{prefix}-signature",
        "base64",
        layout=LIST,
        template="{id}.{timestamp}.{body}",
        id_header=f"{prefix}-id",
        timestamp_header=f"{prefix}-timestamp",
    )


def logto(case):
    if case.dice.once_in(4):
        case.settings["accept_unreadable_time"] = True
    return MacInHeader(mac_header("logto-signature-sha-256", "hex"))


RECIPES = ["without_member", "empty_member", "null_member", "sorted_keys", "data_only"]
# The credentials that a caller shows where the signature is not the whole proof.
API_KEY = "0f3c5d1e77ab"


def under_api_key(case, header="x-api-key"):
    case.settings["access"] = {"api_key": {"header": header, "value": API_KEY}}
    case.add_header(header, API_KEY)


def facephi(case):
    recipe = case.pick(RECIPES)
    if recipe != "without_member" or case.dice.once_in(2):
        case.settings["recipe"] = recipe
    if recipe == "data_only":
        under_api_key(case)
        if case.dice.once_in(2):
            case.settings["trust_claimed_type"] = True
    if case.dice.once_in(3):
        case.settings["plain_json"] = True
    if case.dice.once_in(4):
        case.settings["accept_unreadable_time"] = True
    config = {"member": "signature", "data_member": "data", "encoding": "base64", "digest": "sha256"}
    return MacInBody({**config, "recipe": recipe})


GENERATIONS = [ABSENT, "current", "numeric", {"both": {"terminal": [3, 4, 5]}}]


def idcloud(case):
    case.keys = []
    case.settings["access"] = {"basic": ["unico:" + API_KEY, "unico:77ab"]}
    case.add_header("authorization", basic("unico:" + API_KEY))
    generation = case.pick(GENERATIONS)
    if generation is not ABSENT:
        case.settings["generation"] = generation
    return Unsigned()


def unico_check(case):
    case.keys = []
    under_api_key(case, "authorization")
    unico_settings(case)
    return Unsigned()


def unico_settings(case):
    if case.dice.once_in(3):
        case.settings["distinct_by_content"] = True
    if case.dice.once_in(4):
        case.settings["accept_unreadable_time"] = True


def unico_check_signed(case):
    scheme = signed_request(case)
    case.settings = {"signed": case.settings}
    unico_settings(case)
    return scheme


LAYOUTS = [
    ABSENT,
    {"single": {}},
    {"single": {"prefix": "sha256="}},
    {"space_separated": {"prefix": "v1,"}},
    {"pairs": {"signature": "s"}},
    {"pairs": {"signature": "v1", "timestamp": "t"}},
]
TEMPLATES = [
    "{body}",
    "{timestamp}.{body}",
    "{id}.{timestamp}.{body}",
    "v0:{timestamp}:{body}",
    "{id}\n{body}",
    "{body}|{timestamp}|{id}",
]


def hmac_header(case):
    """Every layout, encoding, digest, template and unit of time, each with each other in the course of turns."""
    number = case.place + case.turn
    layout = LAYOUTS[number % 6]
    template = TEMPLATES[number // 6 % 6] if layout is not LAYOUTS[5] else TEMPLATES[1 + number // 6 % 3]
    header = case.dice.one_of(["x-signature", "X-Hook-MAC"])
    settings = {"signature_header": header, "encoding": ["hex", "base64"][number // 3 % 2]}
    digest = [ABSENT, "sha1", "sha256", "sha512"][number // 5 % 4]
    unit = [ABSENT, "seconds", "milliseconds"][number // 7 % 3]
    more = {"layout": layout, "template": template, "digest": digest}
    if "{id}" in template:
        more["id_header"] = "x-id"
    if "{timestamp}" in template:
        more["timestamp_unit"] = unit
        if layout is not LAYOUTS[5]:
            more["timestamp_header"] = "x-time"
    settings.update({key: value for key, value in more.items() if value is not ABSENT})
    case.settings.update(settings)
    return MacInHeader({**mac_header("", ""), **settings})


def hmac_body_field(case):
    number = case.place + case.turn
    settings = {"member": case.dice.one_of(["mac", "signature", "firma\u00e9"])}
    more = {
        "recipe": [ABSENT, *RECIPES][number % 6],
        "data_member": [ABSENT, "data", "payload"][number // 6 % 3],
        "encoding": [ABSENT, "base64", "hex"][number // 2 % 3],
        "digest": [ABSENT, "sha1", "sha256", "sha512"][number // 3 % 4],
    }
    settings.update({key: value for key, value in more.items() if value is not ABSENT})
    case.settings.update(settings)
    if settings.get("recipe") == "data_only":
        under_api_key(case)
    usual = {"recipe": "without_member", "data_member": "data", "encoding": "base64", "digest": "sha256"}
    return MacInBody({**usual, **settings})


ALGORITHMS = """
    RS256 PS256 ES256 EdDSA HS256 RS512 ES384 Ed25519 PS384 HS512 RS384 PS512 HS384
""".split()
REQUEST_TEMPLATES = [
    "{body}",
    "{timestamp}.{nonce}.{body}",
    "{body}\n{nonce}\n{timestamp}",
    "v1:{algorithm}:{nonce}:{body}",
    "{timestamp}|{body}",
]
# Other names of an algorithm in a header: as Java has them, or the digest alone.
JAVA = {
    "RS256": ["SHA256withRSA", "SHA-256", "sha256"],
    "RS384": ["SHA384withRSA"],
    "RS512": ["SHA512"],
    "ES256": ["SHA256"],
    "PS256": ["SHA-256"],
}


def signed_request(case):
    number = case.place + case.turn
    algorithm = ALGORITHMS[number % 13]
    template = REQUEST_TEMPLATES[number // 2 % 5]
    encoding = [ABSENT, "base64", "base64_url", "hex", "jws"][number // 3 % 5]
    form = [ABSENT, "seconds", "milliseconds", "rfc3339"][number // 4 % 4]
    settings = {"algorithms": [algorithm], "signature_header": "x-signature"}
    if case.dice.once_in(5) and algorithm in ("RS256", "PS256"):
        settings["algorithms"] = ["PS256", "RS256"]
    more = {"template": template, "encoding": encoding}
    if "{timestamp}" in template:
        more.update({"timestamp_header": "x-timestamp", "timestamp_form": form})
    if "{nonce}" in template:
        more["nonce_header"] = "x-nonce"
    if "{algorithm}" in template or case.dice.once_in(3):
        more["algorithm_header"] = "x-algorithm"
    settings.update({key: value for key, value in more.items() if value is not ABSENT})
    case.settings.update(settings)
    case.algorithm_name = case.dice.one_of([algorithm, *JAVA.get(algorithm, [])])
    case.is_detached = case.dice.once_in(2)
    if algorithm.startswith("HS"):
        case.secret = Secret(case.dice, 32 + case.dice.number(32))
        case.keys = [case.secret.spelled(case.dice)]
    else:
        case.keys = [public_key(case.dice, public_keys.key_for(algorithm))]
    return SignedByKey(settings, algorithm)


def public_key(dice, name):
    """The key or certificate `name`, in one of the ways in which a record can spell it."""
    read = lambda ending: (public_keys.FOLDER / f"{name}.{ending}").read_bytes()
    pem = read("crt.pem")
    spelled = ["pem:" + pem.decode(), "pem:" + base64.b64encode(pem).decode()]
    files = ["crt.der", "pub.der"] + (["pkcs1.der"] if name == "rsa" else [])
    spelled += ["der:" + base64.b64encode(read(file)).decode() for file in files]
    return dice.one_of(spelled)


SLACK = preset(
    "x-slack-signature",
    "hex",
    layout={"single": {"prefix": "v0="}},
    template="v0:{timestamp}:{body}",
    timestamp_header="x-slack-request-timestamp",
)
STRIPE = preset("stripe-signature", "hex", layout=PAIRS, template="{timestamp}.{body}")
GITHUB = preset("x-hub-signature-256", "hex", layout={"single": {"prefix": "sha256="}})
SHOPIFY = preset("x-shopify-hmac-sha256", "base64")
CLOUD_EVENT = "application/cloudevents+json"
OF_CLOUD_EVENT = ["id", "source", "type", "specversion", "time", "data"]
OF_UNICO = ["data", "event", "id", "status", "eventDate"]

ALL = [
    Sender("logto", logto, bodies.logto, ["event", "createdAt", "hookId"], 86_040, "createdAt"),
    Sender("facephi", facephi, bodies.facephi, OF_CLOUD_EVENT, 604_440, "time", CLOUD_EVENT),
    Sender("idcloud", idcloud, bodies.idcloud, ["processId", "state", "id", "status"]),
    Sender("unico-check", unico_check, bodies.unico_check, OF_UNICO + ["score"], time_part="eventDate"),
    Sender("unico-check+signed", unico_check_signed, bodies.unico_check, OF_UNICO, time_part="eventDate"),
    Sender("standard-webhooks", stamped("webhook"), bodies.webhook, ["type", "data"]),
    Sender("svix", stamped("svix"), bodies.webhook, ["type", "data"]),
    Sender("github", GITHUB, bodies.github, ["action", "repository"]),
    Sender("stripe", STRIPE, bodies.stripe, ["id", "type"]),
    Sender("slack", SLACK, bodies.slack, ["event_id", "type"]),
    Sender("shopify", SHOPIFY, bodies.shopify, ["id", "email"]),
    Sender("hmac-header", hmac_header, bodies.plain, ["id", "name"]),
    Sender("hmac-body-field", hmac_body_field, bodies.plain, ["data", "payload", "id"]),
    Sender("signed-request", signed_request, bodies.plain, ["id", "data"]),
]
MANIFOLD = ("unico-check+signed", "hmac-header", "hmac-body-field", "signed-request")
assert len(ALL) == SENDERS
for _place, _sender in enumerate(ALL):
    _sender.place = _place
# The order of records. Senders with many settings come twice as often.
ROTA = ALL + [sender for sender in ALL if sender.name in MANIFOLD]
