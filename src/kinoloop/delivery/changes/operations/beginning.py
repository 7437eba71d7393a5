"""Check and act in one transaction: the account is locked, every guard is asked, the audit row is written.

Whoever commits this may send exactly the value it gives, once; until it is settled it counts for every limit.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from kinoloop.core.errors import ConflictError, InputError
from kinoloop.core.ids import NewId
from kinoloop.delivery.accounts import queries as accounts
from kinoloop.delivery.accounts.records import LiveTree
from kinoloop.delivery.accounts.seeing import saw_tree
from kinoloop.delivery.changes.operations import auditing, levels
from kinoloop.delivery.changes.operations.moving import FREE, held, move
from kinoloop.delivery.changes.records import Begun, Blocked, Change, Deferred
from kinoloop.delivery.changes.rules import FIELDS
from kinoloop.delivery.drift.records import Drift
from kinoloop.delivery.guards.queries import exposure, past_of
from kinoloop.delivery.guards.records import Exposure, Verdict
from kinoloop.delivery.guards.rules import judge, levels_for
from kinoloop.delivery.ports import Write


def begin(
    connection: Connection,
    change_id: str,
    worker: str,
    *,
    live: LiveTree,
    now: datetime,
    new_id: NewId,
    chance: float,
    drifts: Sequence[Drift],
    lease_seconds: float | None = None,
) -> Begun | Deferred | Blocked:
    """Begun, when the value may be sent now; Deferred, when it is too early; Blocked, when it may not be.

    `live` was read after the claim; `chance` in [0, 1) places the value within the fuzz; `drifts` are the
    open ones of the account. The lease is to outlast the call: `lease_seconds` sets it anew from now.
    Raises ConflictError when the claim is not ours any more, or the change was sent and must be read first.
    """
    account, change = held(connection, change_id, worker, now=now)
    if change.state != "claimed" or change.history_id is not None:
        raise ConflictError(
            f"The change '{change_id}' is {change.state}: it was sent, or may have been.",
            fix="Read the platform, compare with what was sent, then settle it.",
        )
    if (live.entity.entity_id, live.entity.account_id) != (change.entity_id, change.account_id):
        raise InputError("What was looked at is not what is to be changed.", fix="Look at it again.")
    saw_tree(connection, live, now)
    risk = exposure(connection, account.account_id, campaign_id=live.entity.campaign_id)
    past, inside = past_of(connection, account, now), _inside(connection, change, drifts)
    verdict = judge(change, account, live, past, now, chance, risk, inside)
    if verdict.wait_until is not None:
        return _deferred(connection, change, verdict, verdict.wait_until)
    if not verdict.passed or verdict.value is None:
        return _blocked(connection, change, live, verdict, worker, now, new_id())
    return _begun(
        connection, change, live, verdict, verdict.value, risk, worker, now, new_id(), lease_seconds
    )


def _deferred(connection: Connection, change: Change, verdict: Verdict, until: datetime) -> Deferred:
    said = " ".join(block.reason for block in verdict.blocks)
    moved = move(connection, change, "approved", earliest_execute_at=until, error=said, **FREE)
    return Deferred(moved, until, verdict.blocks)


def _blocked(
    connection: Connection,
    change: Change,
    live: LiveTree,
    verdict: Verdict,
    worker: str,
    now: datetime,
    history_id: str,
) -> Blocked:
    said = " ".join(f"{block.reason} {block.fix}" for block in verdict.blocks)
    auditing.write(
        connection, change, live, history_id=history_id, status="blocked", value=change.requested,
        worker=worker, now=now, facts=verdict.facts, error=said,
    )  # fmt: skip
    ended = {"error": said, "history_id": history_id}
    return Blocked(move(connection, change, "blocked", **ended, **FREE), verdict.blocks)


def _begun(
    connection: Connection,
    change: Change,
    live: LiveTree,
    verdict: Verdict,
    value: int | str,
    risk: Exposure,
    worker: str,
    now: datetime,
    history_id: str,
    lease_seconds: float | None,
) -> Begun:
    facts = dict(verdict.facts)
    if not change.dry_run:
        facts["levels"] = levels.keep(connection, change, levels_for(change, risk), now)
        facts["dark"] = levels.dark(change, risk)
    auditing.write(
        connection, change, live, history_id=history_id, status="executing", value=value, worker=worker,
        now=now, facts=facts,
    )  # fmt: skip
    lease = change.lease_until if lease_seconds is None else now + timedelta(seconds=lease_seconds)
    moved = move(
        connection, change, "executing", sent=value, history_id=history_id, error=None, lease_until=lease
    )
    write = Write(change.account_id, change.kind, change.entity_id, FIELDS[change.change_type], value)
    return Begun(moved, history_id, write)


def _inside(connection: Connection, change: Change, drifts: Sequence[Drift]) -> tuple[Drift, ...]:
    """The drifts that concern the change. An ad that nobody knows elsewhere counts as inside a campaign."""
    if change.kind != "campaign" or not drifts:
        return tuple(drifts)
    mine = {one.entity_id for one in accounts.tree_of(connection, {change.campaign_id})}
    known = {one.entity_id for one in accounts.entities(connection, change.account_id, kind="ad", gone=True)}
    return tuple(one for one in drifts if one.ad_id in mine or one.ad_id not in known)
