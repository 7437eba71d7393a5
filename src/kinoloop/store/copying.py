"""PostgreSQL's tables as streams of COPY text, out of one snapshot and back in one transaction."""

from collections.abc import Iterable, Iterator
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Connection, inspect


def snapshot(connection: Connection) -> None:
    """Call first in a transaction: all reads see one instant, and may take long."""
    connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    connection.exec_driver_sql("SET LOCAL statement_timeout = 0")


def in_order(connection: Connection) -> tuple[str, ...]:
    """Our tables, each after those it refers to. The durable engine's live in a schema of their own."""
    sorted_names = inspect(connection).get_sorted_table_and_fkc_names()
    return tuple(name for name, _ in sorted_names if name)


def columns(connection: Connection, table: str) -> list[str]:
    return [str(column["name"]) for column in inspect(connection).get_columns(table)]


def copy_out(connection: Connection, table: str, names: list[str]) -> Iterator[bytes]:
    """The rows of a table as COPY text."""
    with _raw(connection).cursor() as cursor, cursor.copy(_copy(table, names, "TO STDOUT")) as stream:
        for block in stream:
            yield bytes(block)


def copy_in(connection: Connection, table: str, names: list[str], blocks: Iterable[bytes]) -> None:
    """Append rows from COPY text."""
    with _raw(connection).cursor() as cursor, cursor.copy(_copy(table, names, "FROM STDIN")) as stream:
        for block in blocks:
            stream.write(block)


def continue_counters(connection: Connection, table: str) -> None:
    """Let identity columns count on from the highest number that is there."""
    for column in inspect(connection).get_columns(table):
        if "identity" in column:
            text = sql.SQL(
                "SELECT setval(pg_get_serial_sequence({name}, {literal}), max({column})) FROM {table}"
                " HAVING max({column}) IS NOT NULL"
            ).format(
                name=sql.Literal(table),
                literal=sql.Literal(column["name"]),
                column=sql.Identifier(column["name"]),
                table=sql.Identifier(table),
            )
            _raw(connection).execute(text)


def drop_all(connection: Connection) -> None:
    _each(connection, "DROP TABLE {} CASCADE")


def empty_all(connection: Connection) -> None:
    _each(connection, "TRUNCATE {} CASCADE")


def _each(connection: Connection, command: str) -> None:
    names = inspect(connection).get_table_names()
    if names:
        tables = sql.SQL(", ").join(sql.Identifier(name) for name in names)
        _raw(connection).execute(sql.SQL(command).format(tables))


def _copy(table: str, names: list[str], direction: str) -> sql.Composed:
    listed = sql.SQL(", ").join(sql.Identifier(name) for name in names)
    return sql.SQL("COPY {} ({}) {}").format(sql.Identifier(table), listed, sql.SQL(direction))


def _raw(connection: Connection) -> "psycopg.Connection[Any]":
    raw = connection.connection.driver_connection
    assert isinstance(raw, psycopg.Connection)
    return raw
