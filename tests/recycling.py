"""Used PostgreSQL databases made as good as new: a fifth of the work of dropping one and copying another.

Only what is certain is kept: nobody is connected any more, the catalogue is to the row the template's, and
what the migrations planted is untouched. Tables that a test made are dropped, the rows that it left deleted,
and counters start again.
"""

import time
from dataclasses import dataclass, field

import psycopg
from psycopg.sql import SQL, Identifier

LEFT_ALONE = 0.5
"""Seconds that the last connections get to go away."""
MOST_ROWS = 20_000
"""More rows than this in all are not deleted: a fresh copy is cheaper, and dead rows slow who comes next."""

OTHERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
CATALOGUE = " UNION ALL ".join(
    f"SELECT '{name}', count(*), sum(hashtext(xmin::text || {key}))::text FROM {name}"
    for name, key in {
        "pg_class": "oid::text",
        "pg_attribute": "attrelid::text || attnum::text",
        "pg_attrdef": "oid::text",
        "pg_constraint": "oid::text",
        "pg_trigger": "oid::text",
        "pg_proc": "oid::text",
        "pg_type": "oid::text",
        "pg_namespace": "oid::text",
        "pg_extension": "oid::text",
    }.items()
)
"""Every change of a definition writes a row of these, and with it the row's transaction."""
TABLES = (
    "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind = 'r' AND c.oid >= 16384"
)
WRITTEN = (
    "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind = 'r' AND c.oid >= 16384 AND pg_relation_size(c.oid) > 0 ORDER BY 1, 2"
)
COUNTERS = (
    "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)"
    " FROM pg_sequences WHERE last_value IS NOT NULL"
)
Name = tuple[str, str]


@dataclass
class Recycler:
    """Knows how the template `like` looks and keeps the names of clean copies of it; one per process."""

    clean: list[str] = field(default_factory=list)
    catalogue: list[tuple[object, ...]] = field(default_factory=list)
    tables: set[Name] = field(default_factory=set)
    planted: dict[Name, str] = field(default_factory=dict)

    def learn(self, url: str) -> None:
        """Look at a database that nobody has used yet."""
        with psycopg.connect(url, autocommit=True) as connection:
            self.catalogue = _rows(connection, CATALOGUE)
            self.tables = set(_names(connection, TABLES))
            written = _names(connection, WRITTEN)
            self.planted = {name: _digest(connection, name) for name in written if _filled(connection, name)}

    def renew(self, url: str) -> bool:
        """Empty a used database; False when it cannot be known to be as good as new."""
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                return _alone(connection) and self._emptied(connection)
        except psycopg.Error:
            return False

    def _emptied(self, connection: psycopg.Connection[tuple[object, ...]]) -> bool:
        for name in set(_names(connection, TABLES)) - self.tables:
            connection.execute(SQL("DROP TABLE {} CASCADE").format(Identifier(*name)))
        if _rows(connection, CATALOGUE) != self.catalogue:
            return False
        connection.execute("SET session_replication_role = replica")  # neither triggers nor foreign keys
        left = MOST_ROWS
        for name in _names(connection, WRITTEN):
            if name in self.planted:
                if _digest(connection, name) != self.planted[name]:
                    return False
            else:
                left -= connection.execute(SQL("DELETE FROM {}").format(Identifier(*name))).rowcount
        connection.execute(COUNTERS)
        return left > 0


def _alone(connection: psycopg.Connection[tuple[object, ...]]) -> bool:
    until = time.monotonic() + LEFT_ALONE
    while _rows(connection, OTHERS)[0][0]:
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def _names(connection: psycopg.Connection[tuple[object, ...]], text: str) -> list[Name]:
    return [(str(space), str(name)) for space, name in _rows(connection, text)]


def _filled(connection: psycopg.Connection[tuple[object, ...]], name: Name) -> bool:
    found = connection.execute(SQL("SELECT 1 FROM {} LIMIT 1").format(Identifier(*name)))
    return found.fetchone() is not None


def _digest(connection: psycopg.Connection[tuple[object, ...]], name: Name) -> str:
    text = SQL("SELECT md5(string_agg(t::text, ' ' ORDER BY t::text)) FROM {} t").format(Identifier(*name))
    return str((connection.execute(text).fetchone() or ("",))[0])


def _rows(connection: psycopg.Connection[tuple[object, ...]], text: str) -> list[tuple[object, ...]]:
    return sorted(connection.execute(SQL(text)).fetchall())
