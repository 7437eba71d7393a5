"""The live schema in a normal form, and where it differs from the declared tables.

Both sides become the same frozen records, so SQLite's and PostgreSQL's ways of telling do not matter.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Dialect,
    Index,
    MetaData,
    Table,
    UniqueConstraint,
    func,
    inspect,
    select,
    table,
)
from sqlalchemy.types import TypeEngine

from kinoloop.store.session import Database

_WORDS = {
    "integer": ("INTEGER", "BIGINT", "SMALLINT"),
    "float": ("DOUBLE PRECISION", "DOUBLE", "FLOAT", "REAL"),
    "text": ("TEXT", "VARCHAR"),
}
_OWN: dict[str, dict[str, tuple[str, ...]]] = {
    "postgresql": {
        "id": ("UUID",),
        "instant": ("TIMESTAMP",),
        "json": ("JSONB",),
        "bytes": ("BYTEA",),
        "boolean": ("BOOLEAN",),
    },
    # SQLite keeps values by affinity: ids, instants and JSON are text there, booleans are integers.
    "sqlite": {
        "integer": (*_WORDS["integer"], "BOOLEAN"),
        "text": (*_WORDS["text"], "JSON"),
        "bytes": ("BLOB",),
    },
}
_FAMILIES = {
    dialect: {word: family for family, words in (_WORDS | own).items() for word in words}
    for dialect, own in _OWN.items()
}


@dataclass(frozen=True)
class ColumnForm:
    """One column. `default` tells whether the database fills it by itself."""

    family: str
    nullable: bool
    default: bool


@dataclass(frozen=True)
class KeyForm:
    """One foreign key: from these columns to those of another table, and what a deletion there does."""

    columns: tuple[str, ...]
    table: str
    target: tuple[str, ...]
    on_delete: str


@dataclass(frozen=True)
class TableForm:
    """One table. `unique` has the column lists no two rows may share; `indexes` the others by name."""

    columns: Mapping[str, ColumnForm]
    primary_key: tuple[str, ...]
    foreign_keys: frozenset[KeyForm]
    unique: frozenset[tuple[str, ...]]
    indexes: Mapping[str, tuple[str, ...]]


def schema(database: Database, *, only: Collection[str] | None = None) -> dict[str, TableForm]:
    """The tables that exist now, by name (`only` these)."""
    with database.read() as connection:
        inspector = inspect(connection)
        names = sorted(inspector.get_table_names())
        return {name: _live(connection, name) for name in names if only is None or name in only}


def row_counts(connection: Connection) -> dict[str, int]:
    """How many rows each table has."""
    names = sorted(inspect(connection).get_table_names())
    counts = {name: select(func.count()).select_from(table(name)) for name in names}
    return {name: connection.execute(count).scalar_one() for name, count in counts.items()}


def drift(database: Database, metadata: MetaData) -> tuple[str, ...]:
    """One sentence for each difference between live schema and declared tables; empty when they agree.

    Tables that nobody declares are not looked at: the durable engine keeps its own in the same place.
    """
    dialect = database.engine.dialect
    live = schema(database, only=metadata.tables)
    return tuple(
        sentence
        for name, declared in sorted(metadata.tables.items())
        for sentence in _differences(name, live.get(name), _declared(declared, dialect))
    )


def _live(connection: Connection, name: str) -> TableForm:
    inspector, dialect = inspect(connection), connection.dialect
    primary = tuple(inspector.get_pk_constraint(name)["constrained_columns"])
    unique, indexes = _live_indexes(connection, name)
    return TableForm(
        columns={
            column["name"]: ColumnForm(
                _family(column["type"], dialect),
                column["nullable"] and column["name"] not in primary,
                column.get("default") is not None or "identity" in column,
            )
            for column in inspector.get_columns(name)
        },
        primary_key=primary,
        foreign_keys=frozenset(_keys(connection, name)),
        unique=unique,
        indexes=indexes,
    )


def _keys(connection: Connection, name: str) -> Iterator[KeyForm]:
    if connection.dialect.name == "sqlite":
        yield from _sqlite_keys(connection, name)
        return
    for key in inspect(connection).get_foreign_keys(name):
        deletion = str(key["options"].get("ondelete", "NO ACTION")).upper()
        columns, target = tuple(key["constrained_columns"]), tuple(key["referred_columns"])
        yield KeyForm(columns, key["referred_table"], target, deletion)


def _sqlite_keys(connection: Connection, name: str) -> Iterator[KeyForm]:
    """By pragma: the inspector reads the deletion rule only of constraints that were written with a name."""
    rows = connection.exec_driver_sql(f'PRAGMA foreign_key_list("{name}")').mappings().all()
    for number in sorted({row["id"] for row in rows}):
        parts = sorted((row for row in rows if row["id"] == number), key=lambda row: int(row["seq"]))
        columns, target = tuple(row["from"] for row in parts), tuple(row["to"] for row in parts)
        yield KeyForm(columns, parts[0]["table"], target, parts[0]["on_delete"])


Indexes = tuple[frozenset[tuple[str, ...]], dict[str, tuple[str, ...]]]


def _live_indexes(connection: Connection, name: str) -> Indexes:
    read = _sqlite_indexes if connection.dialect.name == "sqlite" else _postgres_indexes
    found = list(read(connection, name))
    unique = frozenset(columns for _, columns, only_once in found if only_once)
    return unique, {index: columns for index, columns, only_once in found if not only_once}


def _sqlite_indexes(connection: Connection, name: str) -> Iterator[tuple[str, tuple[str, ...], bool]]:
    for _, index, unique, origin, _ in connection.exec_driver_sql(f'PRAGMA index_list("{name}")').fetchall():
        rows = connection.exec_driver_sql(f'PRAGMA index_info("{index}")').fetchall()
        if origin != "pk":
            yield index, tuple(row[2] or "(expression)" for row in rows), bool(unique)


def _postgres_indexes(connection: Connection, name: str) -> Iterator[tuple[str, tuple[str, ...], bool]]:
    for index in inspect(connection).get_indexes(name):
        columns = tuple(column or "(expression)" for column in index["column_names"])
        yield str(index["name"]), columns, index["unique"]


def _declared(table: Table, dialect: Dialect) -> TableForm:
    unique = {tuple(c.name for c in u.columns) for u in table.constraints if isinstance(u, UniqueConstraint)}
    unique |= {(column.name,) for column in table.columns if column.unique}
    return TableForm(
        columns={
            column.name: ColumnForm(
                _family(column.type, dialect), bool(column.nullable), _default_declared(column, dialect)
            )
            for column in table.columns
        },
        primary_key=tuple(column.name for column in table.primary_key.columns),
        foreign_keys=frozenset(
            KeyForm(
                tuple(key.column_keys),
                key.elements[0].target_fullname.rsplit(".", 1)[0],
                tuple(element.target_fullname.rsplit(".", 1)[1] for element in key.elements),
                (key.ondelete or "NO ACTION").upper(),
            )
            for key in table.foreign_key_constraints
        ),
        unique=frozenset(unique | {_index_columns(index) for index in table.indexes if index.unique}),
        indexes={str(index.name): _index_columns(index) for index in table.indexes if not index.unique},
    )


def _default_declared(column: Column[Any], dialect: Dialect) -> bool:
    """SQLite counts an integer primary key by itself and tells of no default."""
    counted = column.identity is not None and dialect.name == "sqlite"
    return column.server_default is not None and not counted


def _index_columns(index: Index) -> tuple[str, ...]:
    """Column names of a declared index, whichever way it sorts; anything more is an expression."""
    return tuple(_column_name(str(expression)) for expression in index.expressions)


def _column_name(expression: str) -> str:
    match = re.fullmatch(r"(?:\w+\.)?(\w+)(?: (?:ASC|DESC))?", expression)
    return match[1] if match else "(expression)"


def _family(kind: TypeEngine[Any], dialect: Dialect) -> str:
    text = (
        re.sub(r"\(.*?\)| WITH(OUT)? TIME ZONE| COLLATE .*", "", kind.compile(dialect=dialect))
        .strip()
        .upper()
    )
    families: Mapping[str, str] = _FAMILIES[dialect.name]
    return families.get(text, str(text).lower())


def _differences(name: str, live: TableForm | None, declared: TableForm) -> Iterator[str]:
    if live is None:
        yield f"Table {name} is declared but does not exist."
        return
    yield from _columns_differ(name, live.columns, declared.columns)
    if live.primary_key != declared.primary_key:
        yield f"Table {name}: the primary key is {live.primary_key}, declared {declared.primary_key}."
    for what, here, there in (
        ("foreign key", live.foreign_keys, declared.foreign_keys),
        ("unique columns", live.unique, declared.unique),
        ("index", frozenset(live.indexes.items()), frozenset(declared.indexes.items())),
    ):
        yield from _sets_differ(f"Table {name}: {what}", here, there)


def _columns_differ(
    name: str, live: Mapping[str, ColumnForm], told: Mapping[str, ColumnForm]
) -> Iterator[str]:
    yield from _sets_differ(f"Table {name}: column", frozenset(live), frozenset(told))
    for column in sorted(live.keys() & told.keys()):
        here, there = live[column], told[column]
        if here.family != there.family:
            yield f"Column {name}.{column} is {here.family}, declared {there.family}."
        if here.nullable != there.nullable:
            yield f"Column {name}.{column} is {_null(here)}, declared {_null(there)}."
        if there.default and not here.default:
            yield f"Column {name}.{column} is declared with a default but has none."


def _null(column: ColumnForm) -> str:
    return "nullable" if column.nullable else "not null"


def _sets_differ(what: str, live: Collection[Any], told: Collection[Any]) -> Iterator[str]:
    show: Callable[[Any], str] = str
    yield from (
        f"{what} {show(one)} exists but is not declared." for one in sorted(set(live) - set(told), key=show)
    )
    yield from (
        f"{what} {show(one)} is declared but does not exist."
        for one in sorted(set(told) - set(live), key=show)
    )
