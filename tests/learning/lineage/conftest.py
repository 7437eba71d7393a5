"""One transaction on each dialect, with a chain to be built in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kinoloop.store.blobs import Blobs
from kinoloop.store.session import Database
from tests.learning.lineage.chain import Chain


@pytest.fixture
def chain(database: Database, tmp_path: Path) -> Iterator[Chain]:
    with database.begin() as connection:
        made = Chain(connection, Blobs(tmp_path / "blobs"))
        made.stages()
        yield made
