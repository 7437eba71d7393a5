"""POST to an object, and DELETE: checked whole, then done whole; budgets by the hour's limit; the market is
told.
"""

from typing import Any

from kinoloop.sandbox.meta.asking import Ask
from kinoloop.sandbox.meta.changes import By
from kinoloop.sandbox.meta.checks import STORED_AS, UPDATES
from kinoloop.sandbox.meta.desk import Desk
from kinoloop.sandbox.meta.errors import refuse
from kinoloop.sandbox.meta.nodes import Node
from kinoloop.sandbox.meta.specs import nature

SIGNIFICANT = 0.20
"""A budget moved by more than this part starts the learning phase anew (practice, not a documented
number).
"""


def update(desk: Desk, ask: Ask) -> dict[str, Any]:
    """Write the fields that were given. Names that are none are passed over, as the Graph does."""
    node = desk.node(ask.path[0], "post")
    wishes = _wishes(desk, node, ask)
    budget = wishes.get("daily_budget")
    if not ask.dry and budget is not None and budget != node.data.get("daily_budget"):
        desk.limits(node.account_id).change_budget(desk.now, node.id)
    if not ask.dry:
        apply(desk, node, wishes)
    return {"success": True}


def delete(desk: Desk, ask: Ask) -> dict[str, Any]:
    """Objects stay readable with status DELETED."""
    node = desk.node(ask.path[0], "delete")
    if "status" not in UPDATES[node.kind]:
        raise refuse(100, None, "(#100) This object cannot be deleted")
    apply(desk, node, {"status": "DELETED"})
    return {"success": True}


def apply(desk: Desk, node: Node, wishes: dict[str, Any], *, by: By = "api") -> None:
    """Write checked values, with what follows from them."""
    for name, value in wishes.items():
        if _significant(node, name, value):
            _learn_anew(desk, node)
        desk.write(node, name, value, by=by)
    if node.kind in ("campaign", "adset", "ad"):
        if "creative_id" in wishes and desk.market(node.account_id).has(node.id):
            shown = desk.nodes.find(str(node.data["creative_id"]))
            if shown is not None:
                desk.market(node.account_id).recast(node.id, nature(shown.data))
        desk.sync(node.account_id)


def _wishes(desk: Desk, node: Node, ask: Ask) -> dict[str, Any]:
    if node.data.get("status") == "DELETED":
        raise refuse(100, None, "(#100) Invalid parameter", text="You can't edit a deleted object.")
    checks = UPDATES[node.kind]
    wishes = {
        STORED_AS.get((node.kind, name), name): checks[name](desk, node, ask, name)
        for name in ask.params
        if name in checks
    }
    if "daily_budget" in wishes and "daily_budget" not in node.data:
        words = "The budget is set on the campaign or on its ad sets, and here it is on the other."
        raise refuse(100, 1885621, text=words)
    return wishes


def _significant(node: Node, name: str, value: Any) -> bool:
    before = node.data.get(name)
    if name == "daily_budget" and before:
        return bool(abs(value - before) > SIGNIFICANT * before)
    return name in ("bid_amount", "bid_strategy", "targeting", "creative_id") and before != value


def _learn_anew(desk: Desk, node: Node) -> None:
    """The ad set's learning phase starts again; a campaign's edit reaches all its sets."""
    if node.kind == "campaign":
        sets = list(desk.nodes.under(node, "adset"))
    else:
        parent = desk.nodes.find(str(node.data.get("adset_id", "")))
        sets = [node] if node.kind == "adset" else [parent] if parent else []
    for adset in sets:
        adset.private["edited_at"] = desk.now
