"""One request, from the token to the headers: checked, counted, handed to who knows, and answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kinoloop.sandbox.meta import creating, reading, reports, uploads, writing
from kinoloop.sandbox.meta.access import Access
from kinoloop.sandbox.meta.asking import Ask
from kinoloop.sandbox.meta.desk import Desk
from kinoloop.sandbox.meta.errors import missing, refuse
from kinoloop.sandbox.meta.insights import rows_of
from kinoloop.sandbox.meta.limits import TIERS
from kinoloop.sandbox.meta.nodes import EDGES, Node
from kinoloop.sandbox.meta.paging import page_of
from kinoloop.sandbox.wire import Answer, Refusal


@dataclass
class Said:
    """An answer before it is bytes."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)

    def answer(self) -> Answer:
        return Answer(self.status, self.body, self.headers)


def answer(desk: Desk, access: Access, ask: Ask) -> Said:
    """Always an answer; refusals carry the trace id of this request."""
    try:
        access.check(ask, revoked=desk.habits.revoked)
        said = Said(200, _counted(desk, access, ask))
    except Refusal as refusal:
        said = Said(refusal.answer.status, _traced(refusal.answer.body, desk.trace))
    said.headers |= _headers(desk, ask)
    return said


def account_of(desk: Desk, ask: Ask) -> str | None:
    """The account a request is about; None where it is about none."""
    report = reports.find(desk, ask.path[0]) if ask.path else None
    if report is not None:
        return report.account_id
    node = desk.nodes.find(ask.path[0]) if ask.path else None
    return node.account_id if node else None


def _counted(desk: Desk, access: Access, ask: Ask) -> Any:
    desk.app.take(desk.now)
    account = account_of(desk, ask)
    if account is not None:
        desk.limits(account).take(
            desk.now,
            TIERS[desk.tier],
            write=ask.method != "GET" and not _insights(desk, ask),
            insights=_insights(desk, ask),
            active_ads=desk.active_ads(account),
            mutations=desk.habits.mutations,
        )
    if ask.method == "GET":
        return _get(desk, access, ask)
    if ask.method == "POST":
        return _post(desk, ask)
    return writing.delete(desk, ask)


def _get(desk: Desk, access: Access, ask: Ask) -> Any:
    report = reports.find(desk, ask.path[0]) if ask.path else None
    if report is not None:
        page = ask.path[1:] == ("insights",)
        return reports.result(desk, ask, report) if page else reports.read(desk, ask, report)
    return _get_other(desk, access, ask)


def _get_other(desk: Desk, access: Access, ask: Ask) -> Any:
    match ask.path:
        case ("debug_token",):
            token = ask.text("input_token")
            return {"data": access.inspect(token, desk.now, revoked=desk.habits.revoked)}
        case ("me",):
            return {"id": access.user_id, "name": "Sandbox system user"}
        case ("me", "adaccounts"):
            return reading.own_accounts(desk, ask)
        case (_, "insights"):
            return _insights_now(desk, ask)
        case (_, _):
            return reading.read_edge(desk, ask)
    if len(ask.path) > 1:
        raise refuse(2500)
    return reading.read(desk, ask) if ask.path else reading.read_many(desk, ask)


def _post(desk: Desk, ask: Ask) -> Any:
    match ask.path:
        case (_,):
            return writing.update(desk, ask)
        case (id_, "insights"):
            return reports.start(desk, ask, _measured(desk, id_))
        case (id_, "advideos"):
            return uploads.add_video(desk, ask, desk.account(id_))
        case (id_, "adimages"):
            return uploads.add_image(desk, ask, desk.account(id_))
        case (id_, edge) if edge in EDGES:
            return creating.create(desk, ask, desk.account(id_), EDGES[edge])
        case (id_, _):
            raise missing(id_, "post")
    raise refuse(2500)


def _insights_now(desk: Desk, ask: Ask) -> dict[str, Any]:
    rows = rows_of(desk, _measured(desk, ask.path[0]), ask, sync=True)
    page, paging = page_of(rows, ask, desk.habits)
    return {"data": page, "paging": paging}


def _measured(desk: Desk, id_: str) -> Node:
    node = desk.node(id_)
    if node.kind not in ("account", "campaign", "adset", "ad"):
        raise missing(id_, "get")
    return node


def _insights(desk: Desk, ask: Ask) -> bool:
    return ask.path[-1:] == ("insights",) or bool(ask.path and reports.find(desk, ask.path[0]))


def _headers(desk: Desk, ask: Ask) -> dict[str, str]:
    told = {"facebook-api-version": "v26.0", "x-fb-trace-id": desk.trace, **desk.app.headers(desk.now)}
    account = account_of(desk, ask)
    if account is None:
        return told
    limits = desk.limits(account)
    return told | limits.headers(
        desk.now,
        TIERS[desk.tier],
        account,
        insights=_insights(desk, ask),
        ads=desk.active_ads(account),
    )


def _traced(body: Any, trace: str) -> Any:
    if isinstance(body, Mapping) and isinstance(body.get("error"), Mapping):
        return {"error": {**body["error"], "fbtrace_id": trace}}
    return body
