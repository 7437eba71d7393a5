"""Reading accounts, what is in them, and who changed what they allow."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from kinoloop.core.currency import Minor
from kinoloop.core.errors import NotFoundError
from kinoloop.delivery.accounts.records import AdAccount, AdEntity, Kind, SettingsChange
from kinoloop.delivery.accounts.rows import read_account, read_entity, read_log
from kinoloop.delivery.accounts.tables import ad_account_log, ad_accounts, ad_entities, ad_levels


def account(connection: Connection, account_id: str, *, lock: bool = False) -> AdAccount:
    """One account; `lock` keeps it from other writers until the transaction ends. Raises NotFoundError."""
    query = select(ad_accounts).where(ad_accounts.c.account_id == account_id)
    row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None:
        raise NotFoundError(
            f"There is no ad account '{account_id}'.", fix="Mirror it first, or list the accounts."
        )
    return read_account(row)


def accounts(connection: Connection, *, tenant_id: str | None = None) -> tuple[AdAccount, ...]:
    """All accounts (of one tenant) by id."""
    query = select(ad_accounts).order_by(ad_accounts.c.account_id)
    if tenant_id is not None:
        query = query.where(ad_accounts.c.tenant_id == tenant_id)
    return tuple(read_account(row) for row in connection.execute(query))


def entity(connection: Connection, entity_id: str) -> AdEntity:
    """A campaign, ad set or ad as it was last seen, also when it is gone. Raises NotFoundError."""
    row = connection.execute(select(ad_entities).where(ad_entities.c.entity_id == entity_id)).first()
    if row is None:
        raise NotFoundError(
            f"There is no campaign, ad set or ad '{entity_id}' in the mirror.", fix="Mirror its account."
        )
    return read_entity(row)


def entities(
    connection: Connection,
    account_id: str,
    *,
    kind: Kind | None = None,
    parent_id: str | None = None,
    gone: bool = False,
) -> tuple[AdEntity, ...]:
    """What is in an account, by kind and id; with `gone` also what is there no more."""
    c = ad_entities.c
    wanted = {"account_id": account_id, "kind": kind, "parent_id": parent_id}
    query = select(ad_entities).where(*(c[name] == one for name, one in wanted.items() if one is not None))
    query = query if gone else query.where(c.gone_at.is_(None))
    return tuple(read_entity(row) for row in connection.execute(query.order_by(c.kind, c.entity_id)))


def tree_of(connection: Connection, campaign_ids: Iterable[str]) -> tuple[AdEntity, ...]:
    """Everything that is there in these campaigns, themselves included."""
    c = ad_entities.c
    wanted = c.campaign_id.in_(sorted(set(campaign_ids)))
    return tuple(
        read_entity(row) for row in connection.execute(select(ad_entities).where(wanted, c.gone_at.is_(None)))
    )


def levels(connection: Connection, account_id: str) -> dict[str, tuple[str, Minor]]:
    """By budget owner that automation touched: its campaign, and the daily money a person answers for."""
    c = ad_levels.c
    rows = connection.execute(
        select(c.entity_id, c.campaign_id, c.approved).where(c.account_id == account_id)
    )
    return {row.entity_id: (row.campaign_id, row.approved) for row in rows}


def settings_log(connection: Connection, account_id: str) -> tuple[SettingsChange, ...]:
    """Who changed authority, limits or the kill switch, newest first."""
    c = ad_account_log.c
    query = select(ad_account_log).where(c.account_id == account_id).order_by(c.entry.desc())
    return tuple(read_log(row) for row in connection.execute(query))
