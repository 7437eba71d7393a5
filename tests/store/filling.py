"""One row in every table, in the order in which they refer to each other."""

from sqlalchemy import insert, select

from kinoloop.store.session import Database
from tests.store.catalogue import all_tables, row_for


def populate(database: Database) -> None:
    with database.begin() as connection:
        for table in all_tables().sorted_tables:
            if table.name != "schema_migrations" and not connection.execute(select(table)).first():
                connection.execute(insert(table).values(row_for(table)))
