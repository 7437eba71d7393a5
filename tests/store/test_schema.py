"""Drift: every kind of difference between database and declaration is told in one sentence."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import (
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    desc,
    text,
)

from kinoloop.store.schema import drift
from kinoloop.store.session import Database

Changes = Callable[[], dict[str, Column[Any] | None]]

MAKE = (
    "CREATE TABLE parents (id INTEGER PRIMARY KEY)",
    "CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT NOT NULL, score {float}, kind TEXT DEFAULT 'x',"
    " parent INTEGER REFERENCES parents (id) ON DELETE CASCADE, UNIQUE (name, kind))",
    "CREATE INDEX idx_score ON things (score DESC, lower(name))",
)


@pytest.fixture
def made(database: Database) -> Database:
    with database.begin() as connection:
        for statement in MAKE:
            kind = "REAL" if database.dialect == "sqlite" else "DOUBLE PRECISION"
            connection.exec_driver_sql(statement.format(float=kind))
    return database


def declared(**changes: Column[Any] | None) -> MetaData:
    metadata = MetaData()
    Table("parents", metadata, Column("id", Integer, primary_key=True))
    columns: dict[str, Column[Any] | None] = {
        "id": Column("id", Integer, primary_key=True),
        "name": Column("name", Text, nullable=False),
        "score": Column("score", Double),
        "kind": Column("kind", Text, server_default="x"),
        "parent": Column("parent", Integer, ForeignKey("parents.id", ondelete="CASCADE")),
    }
    kept = [column for column in (columns | changes).values() if column is not None]
    index = Index("idx_score", desc("score"), text("lower(name)"))
    Table("things", metadata, *kept, UniqueConstraint("name", "kind"), index)
    return metadata


def test_agreement_has_no_words(made: Database) -> None:
    assert drift(made, declared()) == ()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (lambda: {"more": Column("more", Text)}, "Table things: column more is declared but does not exist."),
        (lambda: {"parent": None}, "Table things: column parent exists but is not declared."),
        (lambda: {"score": Column("score", Text)}, "Column things.score is float, declared text."),
        (
            lambda: {"score": Column("score", Double, nullable=False)},
            "Column things.score is nullable, declared not null.",
        ),
        (
            lambda: {"name": Column("name", Text, nullable=False, server_default="y")},
            "Column things.name is declared with a default but has none.",
        ),
        (
            lambda: {"name": Column("name", Text, primary_key=True)},
            "Table things: the primary key is ('id',), declared ('id', 'name').",
        ),
        (
            lambda: {"parent": Column("parent", Integer, ForeignKey("parents.id"))},
            "Table things: foreign key KeyForm(columns=('parent',), table='parents', target=('id',),"
            " on_delete='CASCADE') exists but is not declared.",
        ),
        (
            lambda: {"score": Column("score", Double, index=True)},
            "Table things: index ('ix_things_score', ('score',))",
        ),
        (
            lambda: {"kind": Column("kind", Text, unique=True)},
            "Table things: unique columns ('kind',) is declared but does",
        ),
    ],
)
def test_each_difference_is_told(made: Database, changes: Changes, sentence: str) -> None:
    told = drift(made, declared(**changes()))
    assert any(line.startswith(sentence) for line in told), told


def test_a_missing_table_is_told(database: Database) -> None:
    assert "Table things is declared but does not exist." in drift(database, declared())
