"""What holds for an object because of what stands above it and what happened: status, learning, budgets."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np

from kinoloop.sandbox.market.market import Market
from kinoloop.sandbox.meta.nodes import Node, Nodes

GONE = ("DELETED", "ARCHIVED")
RESULTS_TO_LEARN = 50
LEARNING_DAYS = 7


def effective(nodes: Nodes, node: Node, now: datetime) -> str:
    """The status that really holds."""
    own = str(node.data.get("status", "ACTIVE"))
    if own != "ACTIVE" or node.kind not in ("adset", "ad"):
        return own
    for above, word in (("adset_id", "ADSET_PAUSED"), ("campaign_id", "CAMPAIGN_PAUSED")):
        parent = nodes.find(str(node.data.get(above, "")))
        if parent is not None and parent.data["status"] in GONE:
            return str(parent.data["status"])
        if parent is not None and parent.data["status"] == "PAUSED":
            return word
    reviewed = node.private.get("review_until")
    return "PENDING_REVIEW" if reviewed is not None and now < reviewed else "ACTIVE"


def plan_of_spend(nodes: Nodes, account_id: str, now: datetime) -> tuple[dict[str, int], set[str]]:
    """Daily budgets by whoever owns one, and the ads that do not run: what the market is told."""
    owners = [*nodes.of(account_id, "campaign"), *nodes.of(account_id, "adset")]
    budgets = {node.id: int(node.data["daily_budget"]) for node in owners if "daily_budget" in node.data}
    paused = {ad.id for ad in nodes.of(account_id, "ad") if effective(nodes, ad, now) != "ACTIVE"}
    return budgets, paused


def learning(nodes: Nodes, market: Market, adset: Node) -> dict[str, Any]:
    """The ad set's learning phase: about fifty results within a week of the last significant edit."""
    edited: datetime = adset.private.get("edited_at", adset.created_at)
    ads = [market.place(ad.id) for ad in nodes.under(adset, "ad") if market.has(ad.id)]
    reported = market.reported()
    since, until = ((at - market.start) / timedelta(hours=1) for at in (edited, market.now))
    week = min(until, since + LEARNING_DAYS * 24)
    results = int((np.isin(reported.ad, ads) & (reported.at >= since) & (reported.at <= week)).sum())
    status = "LEARNING"
    if results >= RESULTS_TO_LEARN:
        status = "SUCCESS"
    elif until > since + LEARNING_DAYS * 24:
        status = "FAIL"
    return {
        "status": status,
        "conversions": results,
        "last_sig_edit_ts": int(edited.timestamp()),
        "attribution_windows": ["1d_view", "7d_click"],
    }
