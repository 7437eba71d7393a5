"""All guards at once, on the value that will really be sent."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kinoloop.delivery.accounts.records import AdAccount, LiveTree
from kinoloop.delivery.drift.records import Drift
from kinoloop.delivery.guards.records import Block, Exposure, Span, Verdict, Wish
from kinoloop.delivery.guards.rules import exposure as loss
from kinoloop.delivery.guards.rules import gates, money, rates, trees
from kinoloop.delivery.history.records import HistoryRow


def judge(
    change: Wish,
    account: AdAccount,
    live: LiveTree,
    past: Sequence[HistoryRow],
    now: datetime,
    chance: float,
    exposure: Exposure,
    drifts: Sequence[Drift],
) -> Verdict:
    """May the change be sent now, and which value. `past`: what was sent to the account, oldest first.

    What is forbidden blocks; what is only too early waits for the latest instant that any guard names. A
    budget is varied inside every limit, with `chance` in [0, 1), unless the change is `exact`.
    """
    found = _ask(change, account, live, past, now, exposure, drifts)
    blocks = [block for block in found.values() if block is not None]
    hard = tuple(block for block in blocks if block.until is None)
    facts = _facts(found) | _numbers(change, account, live, past, now, exposure)
    if hard:
        return Verdict(False, None, hard, None, facts)
    if blocks:
        until = max(block.until for block in blocks if block.until is not None)
        return Verdict(False, None, tuple(blocks), until, facts)
    value = change.requested
    if change.change_type == "budget" and isinstance(value, int) and not change.exact:
        value = money.fuzzed(
            value, chance, account.guards.fuzz, _span(change, account, live, past, now, exposure)
        )
    facts["loss_bound"]["after"] = loss.used_after(change, value, exposure)
    return Verdict(True, value, (), None, facts)


def _ask(
    change: Wish,
    account: AdAccount,
    live: LiveTree,
    past: Sequence[HistoryRow],
    now: datetime,
    exposure: Exposure,
    drifts: Sequence[Drift],
) -> dict[str, Block | None]:
    return {
        "kill_switch": gates.kill_switch(account),
        "authority": gates.authority(change, account),
        "tree_drift": trees.tree_drift(change, live),
        "creative_drift": trees.creative_drift(change, live, drifts),
        "unchanged": gates.unchanged(change, live),
        "account_limits": money.account_limits(change, account, live),
        "velocity": money.velocity(change, account, live, past, now),
        "loss_bound": loss.loss_bound(change, account, live, exposure),
        "never_empty": trees.never_empty(change, account, live, past, now),
        "one_at_a_time": gates.one_at_a_time(change, live, past, now),
        "rate_campaign": rates.rate_campaign(change, account, past, now),
        "rate_account": rates.rate_account(account, past, now),
        "budget_rate": rates.budget_rate(change, account, past, now),
        "cooldown": gates.cooldown(change, account, live, past, now),
    }


def _span(
    change: Wish,
    account: AdAccount,
    live: LiveTree,
    past: Sequence[HistoryRow],
    now: datetime,
    exposure: Exposure,
) -> Span:
    """The budgets that every limit lets through."""
    span = money.limits_span(change, account, live)
    span = span.within(money.velocity_span(change, account, live, past, now))
    return span.within(money.direction_span(change, live)).within(loss.loss_span(change, live, exposure))


def _facts(found: dict[str, Block | None]) -> dict[str, Any]:
    return {"checks": {name: _word(block) for name, block in found.items()}}


def _word(block: Block | None) -> str:
    if block is None:
        return "passed"
    return "blocked" if block.until is None else "waits"


def _numbers(
    change: Wish,
    account: AdAccount,
    live: LiveTree,
    past: Sequence[HistoryRow],
    now: datetime,
    exposure: Exposure,
) -> dict[str, Any]:
    guards, recent = account.guards, rates.recent(past, now)
    told: dict[str, Any] = {
        "rate_account": {"used": len(recent), "limit": guards.rate_per_account},
        "rate_campaign": {
            "used": sum(row.campaign_id == change.campaign_id for row in recent),
            "limit": guards.rate_per_campaign,
        },
        "loss_bound": {"used": exposure.used, "bound": exposure.bound},
    }
    if change.change_type == "budget":
        mine = [row for row in recent if row.entity_id == change.entity_id and row.of_budget]
        span = money.velocity_span(change, account, live, past, now)
        base = money.bases(change, account, live, past, now)
        told["budget_rate"] = {"used": len(mine), "limit": guards.budget_rate}
        told["velocity"] = {"measured_from": list(base), "low": span.low, "high": span.high}
    return told
