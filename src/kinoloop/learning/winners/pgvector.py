"""Winners searched inside PostgreSQL, in a copy of their vectors that changes in the winners' transactions.

All workers see a change the moment it is committed. Every search is an exact scan. A step per tenant tells
how far the copy follows the counter of the winners; where it does not, nobody searches it.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Double,
    LargeBinary,
    MetaData,
    Row,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    select,
    type_coerce,
)

from kinoloop.learning.winners.index import MARGIN, SPARE, ranked
from kinoloop.learning.winners.tables import winner_changes, winners
from kinoloop.store import vectors_postgres
from kinoloop.store.vectors import Near, decode, decode_many, encode
from kinoloop.store.vectors_postgres import SCHEMA, Embedding

aside = MetaData(schema=SCHEMA)
"""Not in the catalogue of tables: no migration makes these, no backup holds them."""
winner_vectors = Table(
    "winner_vectors",
    aside,
    Column("tenant_id", Text, primary_key=True),
    Column("ad_id", Text, primary_key=True),
    Column("space", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("embedding", Embedding, nullable=False),
)
winner_steps = Table(
    "winner_steps",
    aside,
    Column("tenant_id", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("source", BigInteger, nullable=False),
)
"""`source` is the object id of the winners' table itself: a restored database has another one."""
SOURCE: ColumnElement[int] = literal_column("to_regclass('winners')::oid::bigint", BigInteger)


class PgvectorSearch:
    """One tenant's winners in one space, as this transaction sees them; not to be kept beyond it."""

    def __init__(self, connection: Connection, tenant_id: str, space: str) -> None:
        self._connection = connection
        self._mine = and_(winner_vectors.c.tenant_id == tenant_id, winner_vectors.c.space == space)
        self._winner = and_(winners.c.tenant_id == tenant_id, winners.c.space == space)

    def __len__(self) -> int:
        counted = select(func.count()).select_from(winner_vectors).where(self._mine)
        return self._connection.execute(counted).scalar_one()

    def nearest(
        self, query: NDArray[np.floating[Any]], count: int, *, without: Iterable[str] = ()
    ) -> tuple[Near[str], ...]:
        """As `WinnerIndex.nearest`: the scan in float32 shortlists, cosines in float64 decide.

        Raises InputError for a vector without a direction.
        """
        asked = decode(encode(query))
        if count <= 0:
            return ()
        minus = winner_vectors.c.embedding.op("<#>", return_type=Double)(bindparam("asked", asked, Embedding))
        scan = select(winner_vectors.c.ad_id, (-minus).label("cosine")).where(self._mine)
        scan = scan.where(winner_vectors.c.ad_id.not_in(list(without)))
        rows = self._read(scan.order_by(minus, winner_vectors.c.ad_id).limit(count + SPARE))
        if len(rows) == count + SPARE:
            edge = sorted((row.cosine for row in rows), reverse=True)[count - 1] - MARGIN
            if min(row.cosine for row in rows) >= edge:  # many as good as the last one
                rows = self._read(scan.where(minus <= MARGIN - edge))
        found = decode_many(row.vector for row in rows)
        return ranked([row.ad_id for row in rows], found, asked, count)

    def _read(self, scan: Select[Any]) -> list[Row[Any]]:
        """With the vectors as the winners' own rows have them."""
        near = scan.subquery("near")
        vector = type_coerce(winners.c.vector, LargeBinary).label("vector")
        query = select(near.c.ad_id, near.c.cosine, vector).join(winners, winners.c.ad_id == near.c.ad_id)
        return list(self._connection.execute(query.where(self._winner)))


def there(connection: Connection) -> bool:
    """Whether the copy exists and is this role's to read and write."""
    return vectors_postgres.owned(connection, winner_vectors.name, winner_vectors.c.embedding.name)


def in_step(connection: Connection, tenant_id: str) -> bool:
    """Whether the copy is there and has every winner of the tenant as it is now. Changes nothing."""
    if not there(connection):
        return False
    counter = select(func.max(winner_changes.c.version)).where(winner_changes.c.tenant_id == tenant_id)
    reached = case((winner_steps.c.source == SOURCE, winner_steps.c.version), else_=-1)
    step = select(reached).where(winner_steps.c.tenant_id == tenant_id)
    same = func.coalesce(counter.scalar_subquery(), 0) == func.coalesce(step.scalar_subquery(), 0)
    return bool(connection.execute(select(same)).scalar_one())


def why_not(connection: Connection) -> str | None:
    """Why winners are searched in each process and not by pgvector, in a sentence; None where they are."""
    if connection.dialect.name != "postgresql":
        return "SQLite has no vectors of its own."
    return None if there(connection) else vectors_postgres.why_not(connection)
