"""GET: one object, several by their ids, and the lists that hang on an object."""

from functools import partial
from typing import Any

from kinoloop.core.currency import currency
from kinoloop.sandbox.meta.asking import Ask
from kinoloop.sandbox.meta.desk import Desk
from kinoloop.sandbox.meta.errors import refuse
from kinoloop.sandbox.meta.fields import Wanted, wanted
from kinoloop.sandbox.meta.filters import conditions, passes
from kinoloop.sandbox.meta.nodes import EDGES, Kind, Node
from kinoloop.sandbox.meta.paging import page_of
from kinoloop.sandbox.meta.shown import show
from kinoloop.sandbox.meta.standing import GONE

_DEFAULT_STATUS = ("campaign", "adset", "ad")


def read(desk: Desk, ask: Ask) -> dict[str, Any]:
    """One object."""
    node = desk.node(ask.path[0])
    fields = wanted(ask.text("fields"))
    if not fields and node.kind == "account":
        fields = (Wanted("account_id"),)
    return show(desk, node, fields)


def read_many(desk: Desk, ask: Ask) -> dict[str, Any]:
    """`?ids=1,2`: each under its id. One unknown id refuses all."""
    ids = [id_ for id_ in (ask.text("ids") or "").split(",") if id_]
    if not ids or len(ids) > 50:
        raise refuse(100, None, "(#100) Param ids must hold 1 to 50 ids")
    fields = wanted(ask.text("fields"))
    return {id_: show(desk, desk.node(id_), fields) for id_ in ids}


def read_edge(desk: Desk, ask: Ask) -> dict[str, Any]:
    """A list that hangs on an object, page by page."""
    node, edge = desk.node(ask.path[0]), ask.path[1]
    if edge == "minimum_budgets" and node.kind == "account":
        return {"data": [_minimum(desk, node)]}
    if edge == "thumbnails" and node.kind == "advideo":
        uri = f"https://scontent.example/{node.id}.jpg"
        return {"data": [{"id": f"{node.id}1", "uri": uri, "is_preferred": True}]}
    kind = EDGES.get(edge)
    if kind is None:
        words = f"(#100) Tried accessing nonexisting field ({edge}) on node type ({node.kind})"
        raise refuse(100, None, words)
    rows = [child for child in desk.nodes.under(node, kind) if _wanted(desk, ask, kind, child)]
    page, paging = page_of(rows, ask, desk.habits)
    fields = wanted(ask.text("fields"))
    told: dict[str, Any] = {"data": [show(desk, child, fields) for child in page], "paging": paging}
    if ask.value("summary"):
        told["summary"] = {"total_count": len(rows)}
    return told


def own_accounts(desk: Desk, ask: Ask) -> dict[str, Any]:
    """`me/adaccounts`: those the token may use."""
    allowed = {plan.account_id for plan in desk.plans if plan.allowed}
    rows = [node for node in desk.nodes.accounts() if node.id in allowed]
    page, paging = page_of(rows, ask, desk.habits)
    fields = wanted(ask.text("fields")) or (Wanted("account_id"),)
    return {"data": [show(desk, node, fields) for node in page], "paging": paging}


def _wanted(desk: Desk, ask: Ask, kind: Kind, node: Node) -> bool:
    """Whether the filters let it through. What is gone shows only when asked for by status."""
    asked = conditions(ask.value("filtering"))
    statuses = ask.value("effective_status") or ask.value("status")
    by_status = statuses or any(str(item["field"]).endswith("effective_status") for item in asked)
    if kind in _DEFAULT_STATUS and not by_status and node.data.get("status") in GONE:
        return False
    field = partial(field_of, desk, node)
    if isinstance(statuses, list) and field("effective_status") not in statuses:
        return False
    return passes(asked, field)


def field_of(desk: Desk, node: Node, name: str) -> Any:
    """A field of the object, or of one above it: `effective_status`, `campaign.id`, `ad.name`."""
    kind, _, inner = name.rpartition(".")
    if kind in ("", node.kind):
        value = {"updated_time": node.updated_at, "created_time": node.created_at}.get(inner)
        return value.timestamp() if value else show(desk, node, (Wanted(inner),)).get(inner)
    above = desk.nodes.find(str(node.data.get(f"{kind}_id", "")))
    return show(desk, above, (Wanted(inner),)).get(inner) if above else None


def _minimum(desk: Desk, account: Node) -> dict[str, Any]:
    plan = desk.plan(account.id)
    told = dict.fromkeys(("imp", "video_views"), plan.minimum)
    higher = {"high_freq": plan.minimum * 5, "low_freq": plan.minimum * 40}
    amounts = {f"min_daily_budget_{name}": value for name, value in {**told, **higher}.items()}
    return {"currency": currency(plan.code).code, **amounts}
