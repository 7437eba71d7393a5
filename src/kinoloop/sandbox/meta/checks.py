"""What may be written into each field: values are checked before anything is changed."""

from collections.abc import Callable
from typing import Any

from kinoloop.core.currency import currency
from kinoloop.sandbox.meta.asking import Ask
from kinoloop.sandbox.meta.desk import Desk
from kinoloop.sandbox.meta.errors import refuse
from kinoloop.sandbox.meta.nodes import Kind, Node

Check = Callable[[Desk, Node, Ask, str], Any]
"""Gives the value to store, or refuses."""
STATUSES = ("ACTIVE", "PAUSED", "DELETED", "ARCHIVED")


def text(desk: Desk, node: Node, ask: Ask, name: str) -> str:
    value = (ask.text(name) or "").strip()
    if not value:
        raise refuse(100, None, f"(#100) Param {name} must be a non-empty string.")
    return value


def anything(desk: Desk, node: Node, ask: Ask, name: str) -> Any:
    return ask.value(name)


def status(desk: Desk, node: Node, ask: Ask, name: str) -> str:
    value = str(ask.value(name))
    if value not in STATUSES:
        words = f'(#100) Param {name} must be one of {{{", ".join(STATUSES)}}} - got value "{value}".'
        raise refuse(100, None, words)
    return value


def amount(desk: Desk, node: Node, ask: Ask, name: str) -> int:
    """Minor units above zero."""
    value = ask.number(name)
    if value is None or value <= 0:
        raise refuse(100, None, f"(#100) Param {name} must be a positive integer")
    return value


def budget(desk: Desk, node: Node, ask: Ask, name: str) -> int:
    """At least the account's minimum."""
    value = amount(desk, node, ask, name)
    least = int(desk.account(node.account_id).data["min_daily_budget"])
    if value < least:
        money = currency(str(desk.account(node.account_id).data["currency"]))
        words = f"Your daily budget must be at least {money.show(least)}."
        raise refuse(100, 1885272, text=words, data={"blame_field_specs": [[name]]})
    return value


def creative(desk: Desk, node: Node, ask: Ask, name: str) -> str:
    """The number of a creative of the same account."""
    given = ask.value(name)
    id_ = str(given.get("creative_id", given.get("id", ""))) if isinstance(given, dict) else str(given)
    found = desk.nodes.find(id_)
    if found is None or found.kind != "adcreative" or found.account_id != node.account_id:
        raise refuse(100, None, "(#100) Invalid parameter", title="Creative does not exist", text=id_)
    return id_


UPDATES: dict[Kind, dict[str, Check]] = {
    "account": {"name": text},
    "campaign": {
        "name": text,
        "status": status,
        "daily_budget": budget,
        "bid_strategy": text,
        "special_ad_categories": anything,
    },
    "adset": {
        "name": text,
        "status": status,
        "daily_budget": budget,
        "bid_amount": amount,
        "bid_strategy": text,
        "targeting": anything,
        "end_time": text,
        "attribution_spec": anything,
    },
    "ad": {
        "name": text,
        "status": status,
        "bid_amount": amount,
        "creative": creative,
        "tracking_specs": anything,
    },
    "adcreative": {"name": text, "status": status},
    "advideo": {"name": text, "title": text, "description": text},
}
STORED_AS = {("ad", "creative"): "creative_id", ("advideo", "name"): "title"}
