"""A wish becomes a row of the queue, once for each key."""

import random
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from kinoloop.core.errors import ConflictError, ForbiddenError
from kinoloop.core.ids import NewId
from kinoloop.delivery.accounts import queries as accounts
from kinoloop.delivery.accounts.records import AdAccount, LiveTree
from kinoloop.delivery.accounts.seeing import saw_tree
from kinoloop.delivery.changes.records import Change, Proposal
from kinoloop.delivery.changes.rows import change_values, read_change
from kinoloop.delivery.changes.rules import content_hash, current_of, fingerprint, jitter
from kinoloop.delivery.changes.tables import pending_ad_changes as table
from kinoloop.delivery.guards.records import AUTO


def propose(
    connection: Connection,
    proposal: Proposal,
    *,
    live: LiveTree,
    now: datetime,
    new_id: NewId,
    rng: random.Random,
) -> Change:
    """Put a wish in the queue; the same key again gives the change that is there, whatever became of it.

    In an account with authority `auto` (and not stopped) it is approved by "auto" and due after its jitter;
    otherwise it waits for a person. Raises ForbiddenError when the account's changes are off, InputError for
    a wish that cannot be, ConflictError when it already is so, NotFoundError for an unknown account.
    """
    account = accounts.account(connection, proposal.account_id)
    known = _by_key(connection, proposal)
    if known is not None:
        return known
    if account.authority == "off":
        raise ForbiddenError(
            f"Changes to {account.name} are switched off.", fix="Set the account to draft or auto."
        )
    made = _made(account, proposal, live, now, new_id, rng)
    saw_tree(connection, live, now)
    limits = account.guards
    values = change_values(made) | {
        "jitter_ms_min": limits.jitter_ms_min,
        "jitter_ms_max": limits.jitter_ms_max,
    }
    _insert_once(connection, values)
    stored = _by_key(connection, proposal)
    assert stored is not None
    return stored


def _made(
    account: AdAccount,
    proposal: Proposal,
    live: LiveTree,
    now: datetime,
    new_id: NewId,
    rng: random.Random,
) -> Change:
    wish = {name: value for name, value in vars(proposal).items() if name not in ("requested",)}
    change = Change(
        change_id=new_id(),
        tenant_id=account.tenant_id,
        campaign_id=live.entity.campaign_id,
        current=current_of(proposal, live),
        requested=proposal.requested,
        state="proposed",
        tree=fingerprint(live),
        sha256="",
        earliest_execute_at=now,
        created_at=now,
        **wish,
    )
    change = replace(change, sha256=content_hash(change))
    if account.authority != "auto" or account.killed_at is not None:
        return change
    due = now + jitter(rng, account.guards.jitter_ms_min, account.guards.jitter_ms_max)
    return replace(change, state="approved", approved_by=AUTO, approved_at=now, earliest_execute_at=due)


def _by_key(connection: Connection, proposal: Proposal) -> Change | None:
    row = connection.execute(select(table).where(table.c.key == proposal.key)).first()
    if row is None:
        return None
    known = read_change(row)
    if (known.account_id, known.entity_id) != (proposal.account_id, proposal.entity_id):
        raise ConflictError(
            f"The key '{proposal.key}' belongs to another change.", fix="Give each wish a key of its own."
        )
    return known


def _insert_once(connection: Connection, values: dict[str, Any]) -> None:
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(insert(table).values(values).on_conflict_do_nothing(index_elements=["key"]))
