"""A sandbox per test, and small clients that speak each vendor's words."""

from collections.abc import Iterator

import pytest

from kinoloop.sandbox.testing import Sandbox, running_sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox() as running:
        yield running


@pytest.fixture
def slow_sandbox() -> Iterator[Sandbox]:
    """Its jobs move only when the clock is advanced: a film takes as long as at the real vendor."""
    with running_sandbox(speed=1.0) as running:
        yield running
