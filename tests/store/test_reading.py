"""One row by its id and pages of rows: errors a person can act on, and where a page begins."""

import pytest
from sqlalchemy import Column, MetaData, Table, insert, select

from kinoloop.core.errors import InputError, NotFoundError
from kinoloop.store.reading import newest_first, page_limit, row_by_id
from kinoloop.store.session import Database
from kinoloop.store.types import Id

IDS = [f"0190a5e0-0000-7000-8000-00000000000{number}" for number in range(1, 5)]


@pytest.fixture
def things(database: Database) -> Table:
    table = Table("things", MetaData(), Column("thing_id", Id, primary_key=True))
    table.metadata.create_all(database.engine)
    with database.begin() as connection:
        connection.execute(insert(table), [{"thing_id": one} for one in IDS])
    return table


def test_a_row_by_its_id(database: Database, things: Table) -> None:
    with database.read() as connection:
        row = row_by_id(connection, things.c.thing_id, IDS[0], what="thing", fix="List them.")
        assert row.thing_id == IDS[0]
        for unknown in (IDS[0].replace("0190", "0290"), "nonsense"):
            with pytest.raises(NotFoundError, match=f"There is no thing with the id '{unknown}'. List them."):
                row_by_id(connection, things.c.thing_id, unknown, what="thing", fix="List them.")


def test_pages_run_from_the_newest_and_go_on_behind_an_id(database: Database, things: Table) -> None:
    def page(after: str | None) -> list[str]:
        query = newest_first(select(things), things.c.thing_id, limit=3, after=after, what="a thing")
        with database.read() as connection:
            return [row.thing_id for row in connection.execute(query)]

    assert page(None) == IDS[:0:-1]
    assert page(IDS[1]) == IDS[:1]
    with pytest.raises(InputError, match="'x' is not the id of a thing"):
        page("x")


def test_a_page_has_bounds() -> None:
    assert page_limit(200) == 200 and page_limit(500, 500) == 500
    for limit in (0, 201):
        with pytest.raises(InputError, match=f"A page holds 1 to 200 entries, not {limit}"):
            page_limit(limit)
