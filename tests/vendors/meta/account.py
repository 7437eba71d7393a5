"""A small account as Graph tells of it: one campaign with the budget, one whose ad sets have theirs."""

from typing import Any

from tests.vendors.meta.graph import Call, Graph

ACCOUNT = {"id": "act_1", "name": "Bakery", "currency": "USD", "timezone_name": "Europe/Berlin"}
COMMON = {"account_id": "1", "status": "ACTIVE", "effective_status": "ACTIVE"}
UPDATED = {"updated_time": "2026-11-19T10:00:00+0100"}
MINIMUMS = [
    {"currency": "EUR", "min_daily_budget_imp": 93},
    {
        "currency": "USD",
        "min_daily_budget_imp": 100,
        "min_daily_budget_video_views": 100,
        "min_daily_budget_high_freq": 500,
        "min_daily_budget_low_freq": 4000,
    },
]
SHARED = {
    "id": "10",
    "name": "Shared",
    **COMMON,
    **UPDATED,
    "daily_budget": "5000",
    "objective": "OUTCOME_LEADS",
}
OWN = {"id": "11", "name": "Own", **COMMON, **UPDATED, "daily_budget": "0", "lifetime_budget": "0"}
LEARNING = {
    "status": "LEARNING",
    "conversions": 12,
    "last_sig_edit_ts": 1790000000,
    "attribution_windows": ["7d_click"],
}
SET_20 = {
    "id": "20",
    "name": "A",
    **COMMON,
    **UPDATED,
    "campaign_id": "11",
    "daily_budget": "2000",
    "learning_stage_info": LEARNING,
}
SET_21 = {
    "id": "21",
    "name": "B",
    **COMMON,
    **UPDATED,
    "campaign_id": "11",
    "daily_budget": "3000",
    "bid_amount": 450,
}
SET_22 = {
    "id": "22",
    "name": "C",
    **COMMON,
    **UPDATED,
    "campaign_id": "10",
    "effective_status": "CAMPAIGN_PAUSED",
}
AD_30 = {
    "id": "30",
    "name": "One",
    **COMMON,
    **UPDATED,
    "campaign_id": "11",
    "adset_id": "20",
    "creative": {"id": "40"},
}
AD_31 = {
    "id": "31",
    "name": "Two",
    **COMMON,
    **UPDATED,
    "campaign_id": "11",
    "adset_id": "20",
    "status": "PAUSED",
}
NODES: dict[str, dict[str, Any]] = {
    str(node["id"]): node for node in (SHARED, OWN, SET_20, SET_21, SET_22, AD_30, AD_31)
}


def with_account(graph: Graph) -> Graph:
    """Every node and edge of the account, one entry a page."""
    nodes = {id_: dict(node) for id_, node in NODES.items()}

    def under(above: str, kind: str) -> list[dict[str, Any]]:
        parent = {"adsets": "campaign_id", "ads": "adset_id"}.get(kind, "")
        first = {"campaigns": "1", "adsets": "2", "ads": "3"}[kind]
        mine = [node for node in nodes.values() if node["id"].startswith(first)]
        return mine if above == "act_1" else [node for node in mine if node.get(parent) == above]

    def rule(call: Call) -> tuple[int, Any] | None:
        above, _, edge = call.path.partition("/")
        if call.method != "GET":
            return None
        if call.path == "act_1":
            return 200, ACCOUNT
        if call.path == "act_1/minimum_budgets":
            return 200, {"data": MINIMUMS}
        if edge in {"campaigns", "adsets", "ads"}:
            return 200, page(call, under(above, edge))
        return (200, nodes[above]) if above in nodes and not edge else None

    def page(call: Call, entries: list[Any]) -> dict[str, Any]:
        place = int(call.params.get("after", "0"))
        more = f"{graph.url}/v26.0/{call.path}?after={place + 1}"
        return {
            "data": entries[place : place + 1],
            "paging": {"next": more} if place + 1 < len(entries) else {},
        }

    graph.rules.append(rule)
    return graph
