"""The platform in front of a running sandbox."""

from collections.abc import Iterator

import pytest

from kinoloop.core.clock import ManualClock
from kinoloop.sandbox.testing import running_sandbox
from kinoloop.store.session import Database
from tests.vendors.meta.sandboxed import NOW, Meta, meta_at


@pytest.fixture
def meta(sqlite_database: Database) -> Iterator[Meta]:
    with running_sandbox(clock=ManualClock(NOW)) as sandbox, meta_at(sandbox, sqlite_database) as house:
        yield house
