"""A sandbox whose clock moves only when told, and a small client for its Graph."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from kinoloop.core.clock import ManualClock
from kinoloop.sandbox.testing import Sandbox, running_sandbox
from tests.sandbox.meta.graph import Graph

WEDNESDAY = datetime(2026, 11, 18, 15, 20, tzinfo=UTC)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox(clock=ManualClock(WEDNESDAY)) as running:
        yield running


@pytest.fixture
def graph(sandbox: Sandbox) -> Iterator[Graph]:
    with Graph.at(sandbox) as graph:
        yield graph
