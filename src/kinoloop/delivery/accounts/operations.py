"""Writing accounts: the mirror, and what people allow. Everything a person sets is logged with who and when.

Nothing here commits. Whoever changes what an account allows holds its row, so a running check sees old or
new.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any, get_args

from sqlalchemy import Connection, insert, update
from sqlalchemy.dialects import postgresql, sqlite

from kinoloop.core.errors import ConflictError, InputError
from kinoloop.delivery.accounts import queries
from kinoloop.delivery.accounts.records import AdAccount, Authority, GuardSettings, Mirror
from kinoloop.delivery.accounts.rows import guard_values, mirror_values
from kinoloop.delivery.accounts.rules import checked, standing
from kinoloop.delivery.accounts.seeing import saw
from kinoloop.delivery.accounts.tables import ad_account_log, ad_accounts, ad_entities, ad_levels


def save_mirror(connection: Connection, mirror: Mirror, *, tenant_id: str, platform: str) -> AdAccount:
    """Keep a whole look at an account. What it no longer shows is marked as gone; authority and limits stay.

    Raises ConflictError when the account belongs to another tenant or platform, or the look is older than
    the one that is kept.
    """
    made = {"account_id": mirror.account_id, "tenant_id": tenant_id, "platform": platform}
    _insert_once(connection, made | mirror_values(mirror) | {"guards": guard_values(GuardSettings())})
    known = queries.account(connection, mirror.account_id, lock=True)
    _same_owner(known, tenant_id, platform)
    if known.mirrored_at is not None and known.mirrored_at > mirror.seen_at:
        raise ConflictError(
            f"This look at {mirror.account_id} is older than the one that is kept.",
            why=f"It was made {mirror.seen_at:%Y-%m-%d %H:%M:%S} UTC.",
        )
    mine = ad_accounts.c.account_id == mirror.account_id
    connection.execute(update(ad_accounts).where(mine).values(mirror_values(mirror)))
    saw(connection, (replace(one, seen_at=mirror.seen_at, gone_at=None) for one in mirror.entities))
    _mark_gone(connection, mirror)
    return queries.account(connection, mirror.account_id)


def set_authority(
    connection: Connection, account_id: str, authority: Authority, *, who: str, now: datetime
) -> None:
    """Raises InputError for what is no authority, NotFoundError."""
    if authority not in get_args(Authority):
        raise InputError(f"'{authority}' is no authority.", fix="Use off, draft or auto.")
    before = queries.account(connection, account_id, lock=True).authority
    _set(connection, account_id, authority=authority)
    _log(connection, account_id, "authority", who, now, before, authority)


def set_guards(
    connection: Connection, account_id: str, guards: GuardSettings, *, who: str, now: datetime
) -> None:
    """Raises InputError for limits that make no sense, NotFoundError."""
    before = queries.account(connection, account_id, lock=True).guards
    _set(connection, account_id, guards=guard_values(checked(guards)))
    _log(connection, account_id, "guards", who, now, guard_values(before), guard_values(guards))


def kill(connection: Connection, account_id: str, *, who: str, reason: str, now: datetime) -> None:
    """Nothing is written to this account any more; the first kill stands. Raises NotFoundError."""
    if queries.account(connection, account_id, lock=True).killed_at is None:
        _set(connection, account_id, killed_at=now, killed_by=who, kill_reason=reason)
        _log(connection, account_id, "kill", who, now, False, True, reason)


def revive(connection: Connection, account_id: str, *, who: str, now: datetime) -> None:
    """Let changes through again, as far as authority and limits allow. Raises NotFoundError."""
    if queries.account(connection, account_id, lock=True).killed_at is not None:
        _set(connection, account_id, killed_at=None, killed_by=None, kill_reason=None)
        _log(connection, account_id, "revive", who, now, True, False)


def accept_levels(connection: Connection, account_id: str, *, who: str, now: datetime) -> None:
    """A person accepts today's budgets: the loss bound counts from there. Raises NotFoundError.

    What is still on its way to the platform is not accepted with them.
    """
    queries.account(connection, account_id, lock=True)
    known = queries.levels(connection, account_id)
    now_standing = standing(queries.tree_of(connection, {campaign for campaign, _ in known.values()}))
    accepted = {owner: now_standing.get(owner, 0) for owner in known}
    for owner, amount in accepted.items():
        values = {"approved": amount, "approved_by": who, "set_at": now}
        connection.execute(update(ad_levels).where(ad_levels.c.entity_id == owner).values(values))
    before = {owner: amount for owner, (_, amount) in known.items()}
    _log(connection, account_id, "levels", who, now, before, accepted)


def _insert_once(connection: Connection, row: dict[str, Any]) -> None:
    kind = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement: Any = kind(ad_accounts)
    connection.execute(statement.values(row).on_conflict_do_nothing(index_elements=["account_id"]))


def _same_owner(known: AdAccount, tenant_id: str, platform: str) -> None:
    if (known.tenant_id, known.platform) != (tenant_id, platform):
        raise ConflictError(
            f"The account {known.account_id} is already kept for somebody else.",
            why="One ad account belongs to one tenant on one platform, so that no data mixes.",
            fix="Check which account the token belongs to.",
        )


def _mark_gone(connection: Connection, mirror: Mirror) -> None:
    c = ad_entities.c
    unseen = (c.account_id == mirror.account_id, c.seen_at < mirror.seen_at, c.gone_at.is_(None))
    connection.execute(update(ad_entities).where(*unseen).values(gone_at=mirror.seen_at))


def _set(connection: Connection, account_id: str, **values: Any) -> None:
    connection.execute(update(ad_accounts).where(ad_accounts.c.account_id == account_id).values(values))


def _log(
    connection: Connection,
    account_id: str,
    what: str,
    who: str,
    now: datetime,
    before: Any,
    after: Any,
    reason: str | None = None,
) -> None:
    values = {"account_id": account_id, "what": what, "who": who, "at": now}
    connection.execute(
        insert(ad_account_log).values(values | {"before": before, "after": after, "reason": reason})
    )
