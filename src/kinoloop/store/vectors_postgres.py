"""Unit vectors as PostgreSQL's extension pgvector keeps them, where it is there and the role may use it.

No migration may count on it, so what lies there is always a copy, in a schema of its own that may be dropped
at any moment: backups leave it out, and whoever reads it must be able to do without.
"""

import struct
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import psycopg
from psycopg import sql
from sqlalchemy import Connection, Dialect, text
from sqlalchemy.types import UserDefinedType

from kinoloop.store.vectors import SIZE, Vectors

EXTENSION = "vector"
SCHEMA = "kinoloop_index"
MAKING = 0x4B6C_7665_6374_6F72
"""Key of the advisory lock under which the schema is made: 'Klvector' in ASCII."""
_STANDING = text(
    "SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = :name) AS installed,"
    " EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = :name) AS available,"
    " to_regtype(:name) IS NOT NULL AS reachable, r.rolsuper AS superuser, current_user AS role,"
    " has_database_privilege(current_database(), 'CREATE') AS creates,"
    " (SELECT pg_get_userbyid(nspowner) FROM pg_namespace"
    " WHERE nspname = :schema AND NOT pg_has_role(nspowner, 'USAGE')) AS stranger"
    " FROM pg_roles r WHERE r.rolname = current_user"
)
_OWNED = text(
    "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped"
    " WHERE n.nspname = :schema AND c.relname = :name AND a.attname = :column"
    " AND pg_has_role(c.relowner, 'USAGE')"
)
_HEAD = b"PGCOPY\n\xff\r\n\x00" + struct.pack("!ii", 0, 0)


class Embedding(UserDefinedType[Vectors]):
    """A unit vector (512,) float32 as pgvector's type; it is only written and compared, never read back."""

    cache_ok = True
    render_bind_cast = True

    def get_col_spec(self, **_: Any) -> str:
        return f"{EXTENSION}({SIZE})"

    def bind_processor(self, dialect: Dialect) -> Callable[[Vectors | None], str | None]:
        return lambda vector: None if vector is None else "[" + ",".join(map(repr, vector.tolist())) + "]"


def owned(connection: Connection, table: str, column: str) -> bool:
    """Whether a table of SCHEMA has this column (it goes with the extension) and the role may do with it what
    its owner may. False on SQLite.
    """
    if connection.dialect.name != "postgresql":
        return False
    asked = {"schema": SCHEMA, "name": table, "column": column}
    return connection.execute(_OWNED, asked).first() is not None


def why_not(connection: Connection, extension: str = EXTENSION) -> str | None:
    """Why this role cannot use pgvector in this PostgreSQL database, in a sentence; None when it can."""
    found = connection.execute(_STANDING, {"name": extension, "schema": SCHEMA}).one()
    if not found.installed and not found.available:
        return f"The PostgreSQL server does not have the extension {extension}."
    if not found.installed and not found.superuser:
        return f"Only a superuser can create the extension {extension}, and {found.role} is none."
    if found.installed and not found.reachable:
        return f"The extension {extension} is in a schema that is not on the search path."
    if found.stranger:
        return f"The schema {SCHEMA} belongs to {found.stranger}, not to {found.role}."
    if not found.creates:
        return f"{found.role} may not create a schema in this database."
    return None


def take_turn(connection: Connection) -> None:
    """Wait until nobody else makes anything in SCHEMA, and let others wait until this transaction ends."""
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MAKING})")


def make(connection: Connection, statements: Sequence[str]) -> None:
    """The extension, SCHEMA and what `statements` put there. Only in turn and where `why_not` is None."""
    connection.exec_driver_sql(f"CREATE EXTENSION IF NOT EXISTS {EXTENSION}")
    connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    for statement in statements:
        connection.exec_driver_sql(statement)


def copy_in(
    connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[str | int | Vectors]]
) -> None:
    """Append rows to a table of SCHEMA by binary COPY: texts, BIGINTs and vectors (512,)."""
    raw = connection.connection.driver_connection
    assert isinstance(raw, psycopg.Connection)
    command = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
        sql.Identifier(SCHEMA, table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with raw.cursor() as cursor, cursor.copy(command) as stream:
        stream.write(_HEAD)
        for row in rows:
            stream.write(struct.pack("!h", len(row)) + b"".join(map(_field, row)))
        stream.write(struct.pack("!h", -1))


def _field(value: str | int | Vectors) -> bytes:
    if isinstance(value, int):
        return struct.pack("!iq", 8, value)
    if isinstance(value, str):
        data = value.encode()
    else:
        data = struct.pack("!hh", SIZE, 0) + value.astype(np.dtype(">f4")).tobytes()
    return struct.pack("!i", len(data)) + data
