"""Fixtures for runs: a quick configuration and a launched, embedded executor on each dialect."""

from collections.abc import Callable, Iterator, Sequence

import pytest

from kinoloop.runs.config import RunsConfig
from kinoloop.runs.door import Runs
from kinoloop.runs.flow import Flow
from kinoloop.runs.schedules import Schedule
from kinoloop.store.session import Database

QUICK = RunsConfig(fastest_poll=0.03, watch=0.03, progress_every=0.1, beat=0.1, lease=0.6, drain_timeout=5.0)
Launch = Callable[..., Runs]


@pytest.fixture
def launch(database: Database) -> Iterator[Launch]:
    """Launch runs of the given flows on `database`; all are closed at the end."""
    opened: list[Runs] = []

    def start(
        flows: Sequence[Flow], config: RunsConfig = QUICK, schedules: Sequence[Schedule] = (), **how: object
    ) -> Runs:
        runs = Runs(database, flows, config, schedules=schedules)
        opened.append(runs)
        runs.launch(**how)  # type: ignore[arg-type]  # tests pass launch's own arguments
        return runs

    yield start
    for runs in opened:
        runs.close(timeout=2.0)
