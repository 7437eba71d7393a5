"""Splitting migrations: semicolons in quotes, comments, bodies and triggers end nothing."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.errors import InputError
from kinoloop.store.statements import TOKENS, statements

TRIGGER = """
CREATE TRIGGER IF NOT EXISTS kept AFTER UPDATE ON jobs BEGIN
    UPDATE jobs SET note = CASE WHEN new.status = 'a;b' THEN 'x' ELSE 'y' END;
    INSERT INTO trail VALUES (new.id); -- one; two
END;
CREATE INDEX a ON jobs (note);
"""
FUNCTION = """
CREATE OR REPLACE FUNCTION kept() RETURNS trigger AS $body$
BEGIN
    NEW.note := 'a;b'; RETURN NEW; -- $$ is no end
END $body$ LANGUAGE plpgsql;
CREATE TRIGGER kept BEFORE UPDATE ON jobs FOR EACH ROW EXECUTE FUNCTION kept();
"""


def texts(text: str, dialect: str = "sqlite") -> list[str]:
    return [statement.text for statement in statements(text, dialect)]


def test_comments_go_and_quoted_semicolons_stay() -> None:
    text = "-- first; not one\nSELECT 'a;''b' /* ; */ , \"c;d\";\n\n/* end */ SELECT 2 -- last"
    assert texts(text) == ["SELECT 'a;''b'   , \"c;d\"", "SELECT 2"]


def test_lines_are_those_of_the_file() -> None:
    found = statements("-- one\n\nSELECT 1;\n/* two\n */\nSELECT\n 2;\nSELECT 3", "sqlite")
    assert [statement.line for statement in found] == [3, 6, 8]


def test_a_sqlite_trigger_is_one_statement() -> None:
    found = texts(TRIGGER)
    assert len(found) == 2
    assert sqlite3.complete_statement(found[0] + ";")
    assert found[1] == "CREATE INDEX a ON jobs (note)"


def test_a_postgres_function_is_one_statement() -> None:
    found = texts(FUNCTION, "postgresql")
    assert len(found) == 2
    assert found[0].endswith("END $body$ LANGUAGE plpgsql")


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_tokens_become_the_dialects_words(dialect: str) -> None:
    (found,) = texts("CREATE TABLE a (b {{id}}, c {{ json }} DEFAULT {{now}})", dialect)
    words = TOKENS[dialect]
    assert found == f"CREATE TABLE a (b {words['id']}, c {words['json']} DEFAULT {words['now']})"
    assert set(words) == set(TOKENS["sqlite"])


def test_an_unknown_token_names_its_line() -> None:
    with pytest.raises(InputError, match=r"Line 2: nothing is called \{\{uuid\}\}"):
        statements("SELECT 1;\nSELECT {{uuid}};", "sqlite")


@pytest.mark.parametrize("word", ["BEGIN", "commit", "ROLLBACK", "SAVEPOINT a", "START TRANSACTION"])
def test_a_migration_may_not_end_its_own_transaction(word: str) -> None:
    with pytest.raises(InputError, match="may not stand in a migration"):
        statements(f"SELECT 1; {word};", "postgresql")


def test_a_trigger_without_end_is_named() -> None:
    with pytest.raises(InputError, match="this trigger has no END"):
        statements("CREATE TRIGGER a AFTER INSERT ON b BEGIN SELECT 1;", "sqlite")


literals = st.text(st.characters(codec="utf-8", exclude_characters="\x00{"), max_size=20).map(
    lambda text: "'" + text.replace("'", "''") + "'"
)


@given(st.lists(literals, max_size=6))
def test_any_literals_survive_joining_and_splitting(values: list[str]) -> None:
    wanted = [f"SELECT {value}" for value in values]
    assert texts(";\n".join(wanted), "postgresql") == wanted
