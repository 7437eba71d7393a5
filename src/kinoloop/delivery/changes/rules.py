"""What a change may become, what an approval covers, when it is tried again. Pure."""

import random
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from types import MappingProxyType

from kinoloop.core.errors import ConflictError, InputError
from kinoloop.core.ids import hash_json
from kinoloop.delivery.accounts.records import LiveTree
from kinoloop.delivery.changes.records import Change, ChangeState, Proposal
from kinoloop.delivery.guards.rules import fingerprint, same_tree
from kinoloop.delivery.guards.rules.wishes import NOUNS, level_of, named
from kinoloop.delivery.ports import WriteField

__all__ = [
    "ATTEMPTS",
    "FIELDS",
    "STEPS",
    "audit_word",
    "backoff",
    "check_step",
    "content_hash",
    "current_of",
    "fingerprint",
    "jitter",
    "percentage",
    "same_tree",
]

STEPS: Mapping[ChangeState, frozenset[ChangeState]] = MappingProxyType(
    {
        "proposed": frozenset({"approved", "rejected"}),
        "approved": frozenset({"claimed", "rejected"}),
        "claimed": frozenset({"claimed", "approved", "executing", "blocked", "failed"}),
        "executing": frozenset({"completed", "approved", "failed", "blocked", "unknown"}),
        "unknown": frozenset({"unknown", "completed", "approved", "failed", "blocked"}),
        "completed": frozenset({"reverted"}),
        "failed": frozenset(),
        "blocked": frozenset(),
        "reverted": frozenset(),
        "rejected": frozenset(),
    }
)
"""From each state the states it may go to. A lease that is over leads from claimed to claimed (by another)
and from executing or unknown to unknown."""
FIELDS: Mapping[str, WriteField] = MappingProxyType(
    {"budget": "daily_budget", "bid": "bid_amount", "status": "status", "creative": "creative_id"}
)
ATTEMPTS = 5
"""After so many tries of which nothing came, a change is a dead letter."""
FIRST_WAIT = 30.0
_LEVELS: Mapping[str, Collection[str]] = MappingProxyType(
    {"budget": {"campaign", "adset"}, "bid": {"adset"}, "creative": {"ad"}, "status": NOUNS}
)


def check_step(before: ChangeState, after: ChangeState) -> None:
    """Raises ConflictError for a step that is not in the table."""
    if after not in STEPS[before]:
        raise ConflictError(f"A change that is {before} cannot become {after}.", fix="Look at it again.")


def content_hash(change: Change) -> str:
    """SHA-256 of exactly what an approval covers: what, where, from what to what, why, on which tree."""
    return hash_json(
        {
            "account": change.account_id,
            "entity": [change.kind, change.entity_id, change.campaign_id],
            "change": [change.change_type, change.current, change.requested],
            "exact": change.exact,
            "dry_run": change.dry_run,
            "reverts": change.reverts,
            "reason": change.reason,
            "expected": asdict(change.expected),
            "tree": change.tree,
        }
    )


def current_of(proposal: Proposal, live: LiveTree) -> int | str | None:
    """What the wish would replace. Raises InputError for what cannot be, ConflictError when it is so."""
    entity, wanted = live.entity, proposal.requested
    if (entity.entity_id, entity.kind, entity.account_id) != (
        proposal.entity_id,
        proposal.kind,
        proposal.account_id,
    ):
        raise InputError("What was looked at is not what is to be changed.", fix="Look at it again.")
    if proposal.kind not in _LEVELS.get(proposal.change_type, ()):
        raise InputError(
            f"There is no {proposal.change_type} to change on {named(entity)}.",
            why="Budgets live on campaigns or ad sets, bids on ad sets, creatives on ads.",
        )
    current = level_of(entity, proposal.change_type)
    if proposal.change_type == "budget" and current is None:
        raise InputError(
            f"{named(entity)} has no daily budget of its own.",
            why="The budget lives on the campaign or on the ad set, never on both.",
            fix="Change it where it is.",
        )
    _check_value(proposal)
    if current == wanted:
        raise ConflictError(f"The {proposal.change_type} of {named(entity)} already is {wanted}.")
    return current


def jitter(rng: random.Random, shortest_ms: int, longest_ms: int) -> timedelta:
    """A whole number of milliseconds in [shortest, longest)."""
    return timedelta(milliseconds=rng.randrange(shortest_ms, max(longest_ms, shortest_ms + 1)))


def backoff(attempts: int, wait: float | None, now: datetime) -> datetime:
    """When to try again after this many tries: as told, else 30 s, doubled each time."""
    return now + timedelta(seconds=FIRST_WAIT * 2 ** (attempts - 1) if wait is None else wait)


def audit_word(change: Change, old: object, new: object) -> str:
    """The seed's name for the change, by what is really sent."""
    if change.change_type == "budget":
        rising = isinstance(old, int) and isinstance(new, int) and new > old
        return "BUDGET_INCREASE" if rising else "BUDGET_DECREASE"
    return {"status": "STATUS_CHANGE", "bid": "BID_CHANGE"}.get(change.change_type, "CREATIVE_CHANGE")


def percentage(old: object, new: object) -> float | None:
    """By how many percent an amount moves; None for words and from nothing."""
    if not isinstance(old, int) or not isinstance(new, int) or old == 0:
        return None
    return 100 * (new - old) / old


def _check_value(proposal: Proposal) -> None:
    wanted = proposal.requested
    if proposal.change_type in ("budget", "bid"):
        good = isinstance(wanted, int) and not isinstance(wanted, bool) and wanted > 0
        need = "a whole number of minor units above 0"
    elif proposal.change_type == "status":
        good, need = wanted in ("ACTIVE", "PAUSED"), "ACTIVE or PAUSED"
    else:
        good, need = isinstance(wanted, str) and bool(wanted.strip()), "the id of a creative"
    if not good:
        raise InputError(f"{wanted!r} is no {proposal.change_type}.", fix=f"Give {need}.")
