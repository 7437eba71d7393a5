"""The copy that pgvector searches: changed with each winner, mended from the winners' own rows, made lazily.

The database may be without the extension, or the role without the right; then nothing here does anything,
and the log says why, once for each database that a process opened.
"""

import logging
from collections.abc import Sequence
from typing import Any
from weakref import WeakSet

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Engine,
    LargeBinary,
    Select,
    Text,
    and_,
    any_,
    bindparam,
    delete,
    exists,
    select,
    type_coerce,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from kinoloop.learning.winners.pgvector import SOURCE, in_step, there, winner_steps, winner_vectors
from kinoloop.learning.winners.records import Winner
from kinoloop.learning.winners.tables import winner_changes, winners
from kinoloop.store import vectors_postgres
from kinoloop.store.vectors import CHUNK, SIZE, decode, decode_many, encode
from kinoloop.store.vectors_postgres import EXTENSION, SCHEMA

log = logging.getLogger(__name__)

MAKE = (
    f"DROP TABLE IF EXISTS {SCHEMA}.winner_vectors, {SCHEMA}.winner_steps",
    f"CREATE TABLE {SCHEMA}.winner_vectors (tenant_id TEXT, ad_id TEXT, space TEXT NOT NULL,"
    f" version BIGINT NOT NULL, embedding {EXTENSION}({SIZE}) NOT NULL, PRIMARY KEY (tenant_id, ad_id))",
    # A vector just too long for a row would be moved out of it, and each scan would fetch it from there.
    f"ALTER TABLE {SCHEMA}.winner_vectors ALTER COLUMN embedding SET STORAGE PLAIN",
    f"CREATE TABLE {SCHEMA}.winner_steps (tenant_id TEXT PRIMARY KEY,"
    " version BIGINT NOT NULL, source BIGINT NOT NULL)",
)
_without: WeakSet[Engine] = WeakSet()
"""Engines of this process for which it was found, and told in the log, that pgvector cannot be used."""


def follow(connection: Connection, winner: Winner, version: int) -> None:
    """Take over one change, right after the winner's row was written with this version of the counter."""
    if not _ready(connection):
        return
    if not _stepped(connection, winner.tenant_id, version):
        mend(connection, winner.tenant_id)
        return
    c = winner_vectors.c
    connection.execute(delete(winner_vectors).where(c.tenant_id == winner.tenant_id, c.ad_id == winner.ad_id))
    if winner.vector is not None and winner.removed_at is None:
        row: dict[str, Any] = {"tenant_id": winner.tenant_id, "ad_id": winner.ad_id, "space": winner.space}
        row |= {"version": version, "embedding": decode(encode(winner.vector))}
        connection.execute(insert(winner_vectors).values(row))


def keep(connection: Connection, tenant_id: str) -> bool:
    """Look through the copy and mend it, where this transaction may write. True when it can be searched."""
    reading = connection.get_execution_options().get("kinoloop_reading", False)
    if not reading and _ready(connection):
        mend(connection, tenant_id)
    return in_step(connection, tenant_id)


def mend(connection: Connection, tenant_id: str) -> int:
    """Make the copy what the winners' rows say: what is too much goes, what is missing or older is copied.

    Writers of the tenant's winners wait meanwhile. Gives how many rows were copied.
    """
    counter = select(winner_changes.c.version).where(winner_changes.c.tenant_id == tenant_id)
    version = connection.execute(counter.with_for_update()).scalar() or 0
    mine = winner_vectors.c.tenant_id == tenant_id
    c = winner_steps.c
    ours = select(c.tenant_id).where(c.tenant_id == tenant_id, c.source == SOURCE, c.version <= version)
    # without a step of ours behind them, rows of equal versions prove nothing
    connection.execute(delete(winner_vectors).where(mine, ~exists(ours)))
    connection.execute(delete(winner_vectors).where(mine, ~exists(_same())))
    missing = connection.execute(_missing(tenant_id)).scalars().all()
    for at in range(0, len(missing), CHUNK):
        rows = connection.execute(_rows(tenant_id, missing[at : at + CHUNK])).all()
        found = decode_many(bytes(row.vector) for row in rows)
        lines = ((tenant_id, r.ad_id, r.space, r.version, v) for r, v in zip(rows, found, strict=True))
        vectors_postgres.copy_in(connection, winner_vectors.name, winner_vectors.c.keys(), lines)
    step = {"version": version, "source": SOURCE}
    told = insert(winner_steps).values(tenant_id=tenant_id, **step)
    connection.execute(told.on_conflict_do_update(index_elements=["tenant_id"], set_=step))
    return len(missing)


def _ready(connection: Connection) -> bool:
    """Whether the copy is there; it is made when it is not and may be."""
    if there(connection):
        return True
    if connection.dialect.name != "postgresql" or connection.engine in _without:
        return False
    why = vectors_postgres.why_not(connection)
    if why is not None:
        _without.add(connection.engine)
        log.warning("Winners are searched in this process, not by pgvector. %s", why)
        return False
    vectors_postgres.take_turn(connection)
    if not there(connection):
        vectors_postgres.make(connection, MAKE)
    return True


def _stepped(connection: Connection, tenant_id: str, version: int) -> bool:
    """Go from the version before to this one; False when the copy did not stand there."""
    c = winner_steps.c
    before = and_(c.tenant_id == tenant_id, c.version == version - 1, c.source == SOURCE)
    return connection.execute(update(winner_steps).where(before).values(version=version)).rowcount == 1


def _alive(tenant: ColumnElement[str] | str) -> ColumnElement[bool]:
    c = winners.c
    return and_(c.tenant_id == tenant, c.vector.is_not(None), c.removed_at.is_(None))


def _same() -> Select[Any]:
    """The winner that a row of the copy is of, as it is now."""
    c, copy = winners.c, winner_vectors.c
    same = and_(c.ad_id == copy.ad_id, c.space == copy.space, c.version == copy.version)
    return select(c.ad_id).where(_alive(copy.tenant_id), same).correlate(winner_vectors)


def _missing(tenant_id: str) -> Select[Any]:
    c, copy = winners.c, winner_vectors.c
    there = select(copy.ad_id).where(copy.tenant_id == c.tenant_id, copy.ad_id == c.ad_id).correlate(winners)
    return select(c.ad_id).where(_alive(tenant_id), ~exists(there))


def _rows(tenant_id: str, ids: Sequence[str]) -> Select[Any]:
    c = winners.c
    vector = type_coerce(c.vector, LargeBinary).label("vector")
    these = c.ad_id == any_(bindparam("ids", list(ids), ARRAY(Text)))
    return select(c.ad_id, c.space, c.version, vector).where(_alive(tenant_id), these)
