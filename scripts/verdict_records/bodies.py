"""The bodies of each sender: the members of its JSON, with their texts."""

import json

from . import public_keys
from .case import written

RECORDINGS = public_keys.FOLDER.parent / "logto"
# By name, so that a new recording changes no record.
LOGTO = [
    "001-User.Created",
    "002-User.Data.Updated",
    "006-User.SuspensionStatus.Updated",
    "009-Scope.Created",
    "011-Scope.Data.Updated",
    "012-Role.Scopes.Updated",
    "013-Role.Created",
    "014-Role.Data.Updated",
    "017-Role.Deleted",
    "018-Scope.Deleted",
    "019-Organization.Created",
    "020-Organization.Data.Updated",
    "023-Organization.Membership.Updated",
    "027-OrganizationScope.Created",
    "028-OrganizationScope.Data.Updated",
    "029-OrganizationRole.Scopes.Updated",
    "030-OrganizationRole.Created",
    "031-OrganizationRole.Data.Updated",
    "035-OrganizationRole.Deleted",
    "036-OrganizationScope.Deleted",
    "037-Organization.Deleted",
    "038-User.Deleted",
    "087-PostRegister",
    "088-PostSignIn",
    "091-Identifier.Lockout",
    "093-Message.RateLimited",
    "096-Grant.LimitExceeded",
    "110-PostResetPassword",
    "115-PostSignInAdaptiveMfaTriggered",
    "118-TrustedDevice.Deleted",
    "120-TrustedDevice.Created",
]


def members(value):
    return [(name, written(text, False)) for name, text in value.items()]


def logto(case):
    body = json.loads((RECORDINGS / f"{case.pick(LOGTO)}.body").read_bytes())
    body["createdAt"] = case.rfc3339()
    body["hookId"] = case.dice.text(21)
    return members(body)


TOPICS = [
    "operation_started",
    "id_captured",
    "selfie_captured",
    "facial_authentication_evaluated",
    "passive_liveness_evaluated",
    "id_validated",
    "operation_finished",
]


def facephi(case):
    dice = case.dice
    body = {
        "specversion": "1.0",
        "type": f"com.idv_suite.api.workflows.{case.pick(TOPICS)}.v{dice.one_of([1, 1, 1, 2])}",
        "source": f"/operations/{dice.uuid()}",
        "id": dice.uuid(),
        "time": case.rfc3339(),
    }
    if dice.once_in(3):
        body["subject"] = f"person-{dice.number(1000)}"
    if dice.once_in(4):
        body["datacontenttype"] = "application/json"
    if dice.once_in(4):
        body["traceparent"] = f"00-{dice.data(16).hex()}-{dice.data(8).hex()}-01"
    body["data"] = dice.one_of([DONE, ASSETS, {}, {"status": "UNHEARD_OF", "name": "José Ñandú 日本 🙂"}])
    return members(body)


DONE = {"status": "SUCCEEDED", "reason": ""}
ASSETS = {"assets": [{"type": "FRONT", "url": "https://cdn.example/1?a=b&c=d"}], "score": 0.75}
STATES = [
    "PROCESS_STATE_FINISHED",
    "PROCESS_STATE_CREATED",
    "PROCESS_STATE_FAILED",
    "finished",
    "PROCESS_STATE_PAUSED",
    "Ünbekannt",
]
STATUSES = [1, 2, 3, 4, 5, 17, -1, "approved", "waiting", "skiped", "2", "unheard-of", "end", ""]


def idcloud(case):
    """A body of the generation that the endpoint takes."""
    dice, generation = case.dice, case.settings.get("generation", "current")
    is_numeric = generation == "numeric" or (generation != "current" and dice.once_in(2))
    if is_numeric:
        return members({"id": dice.uuid(), "status": dice.one_of(STATUSES)})
    body = {"processId": dice.uuid(), "state": dice.one_of(STATES), "flow": "id"}
    if dice.once_in(4):
        body["id"] = "beside"
    return members(body)


def unico_check(case):
    dice = case.dice
    data = {"id": dice.uuid(), "status": dice.one_of([1, 2, 3, 4, 5, 17, "3", None])}
    if dice.once_in(2):
        data["score"] = dice.one_of([0, 50, -40, 100, None, 12.5])
    if dice.once_in(3):
        return members(data)
    event = dice.one_of(["update_process", "suspicious_score", "", "novo_evento"])
    return members({"eventDate": case.rfc3339(), "event": event, "data": data})


def webhook(case):
    kind = case.dice.one_of(["invoice.paid", "user.created", "ping"])
    return members({"type": kind, "timestamp": case.rfc3339(), "data": {"number": case.dice.number(10**6)}})


def github(case):
    case.add_header("x-github-event", case.dice.one_of(["push", "issues", "ping"]))
    case.add_header("x-github-delivery", case.dice.uuid())
    repository = {"full_name": f"octo/{case.dice.text(8)}"}
    return members({"action": "opened", "repository": repository, "zen": "Keep it logically awesome."})


def stripe(case):
    kind = case.dice.one_of(["invoice.paid", "charge.failed", "payment_intent.succeeded"])
    return members({"id": "evt_" + case.dice.text(24), "object": "event", "created": case.at_ms // 1000, "type": kind})


def slack(case):
    kind = case.dice.one_of(["event_callback", "event_callback", "url_verification"])
    body = {"token": case.dice.text(24), "team_id": "T0001", "type": kind}
    if kind == "event_callback":
        body["event_id"] = "Ev" + case.dice.text(9)
        body["event"] = {"type": "message", "text": "hé <@U1>", "ts": "1355517523.000005"}
    else:
        body["challenge"] = case.dice.text(40)
    return members(body)


def shopify(case):
    case.add_header("x-shopify-topic", case.dice.one_of(["orders/create", "orders/paid"]))
    return members({"id": case.dice.number(10**15), "email": "jon@example.com", "total_price": "598.94"})


def plain(case):
    dice = case.dice
    body = {"id": f"e-{dice.number(10**6)}", "name": "Zażółć 🦀", "n": dice.number(1000)}
    body["deep"] = {"b": [1, 2.5, None], "a": True}
    for name in ("data", "payload"):
        body[name] = {"amount": dice.number(10**6), "to": dice.text(8), "sub": {"z": 1, "a": "x/y"}}
    return members(body)
