"""Writing down what was seen of campaigns, ad sets and ads. An older look never overwrites a newer one."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from kinoloop.delivery.accounts.records import AdEntity, LiveTree
from kinoloop.delivery.accounts.rows import entity_values
from kinoloop.delivery.accounts.tables import ad_entities


def saw(connection: Connection, entities: Iterable[AdEntity]) -> None:
    """Keep these as they are; each must have its `seen_at`."""
    # Always in the same order: two that write overlapping trees must not wait for each other.
    rows = [entity_values(one) for one in sorted(entities, key=lambda one: one.entity_id)]
    if not rows:
        return
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement: Any = insert(ad_entities)
    kept = {"entity_id", "account_id"}
    told = {one.name: statement.excluded[one.name] for one in ad_entities.columns if one.name not in kept}
    newer = (statement.excluded.seen_at >= ad_entities.c.seen_at) & (
        statement.excluded.account_id == ad_entities.c.account_id
    )
    connection.execute(
        statement.on_conflict_do_update(index_elements=["entity_id"], set_=told, where=newer), rows
    )


def saw_tree(connection: Connection, live: LiveTree, now: datetime) -> None:
    """Keep a whole look; what does not tell when it was seen was seen now."""
    seen: Sequence[AdEntity] = (live.entity, *live.parents, *live.children, *live.siblings)
    once = {one.entity_id: one for one in reversed(seen)}
    saw(connection, (replace(one, seen_at=one.seen_at or now, gone_at=None) for one in once.values()))
