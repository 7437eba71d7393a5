"""Decisions at rest: one for each node of a run."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kinoloop.core.errors import InputError
from kinoloop.registry.operations import record_decision
from kinoloop.registry.queries import decisions, decisions_of_run
from kinoloop.registry.records import NodeDecision
from kinoloop.store.session import Database
from tests.footage.fill import Ids

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ONE = NodeDecision("r-1", "video:v-1", "plan", "angle: light", "190 g", 0.7, ("price",), "plain", NOW)


def test_the_first_decision_of_a_node_stands(database: Database) -> None:
    new_id = Ids()
    script = replace(ONE, node="script", confidence=None, alternatives=(), at=NOW + timedelta(seconds=1))
    other = replace(ONE, run_id="r-2", at=NOW + timedelta(seconds=2))
    with database.begin() as connection:
        assert record_decision(connection, ONE, new_id) == ONE
        assert record_decision(connection, replace(ONE, decision="angle: price"), new_id) == ONE
        for one in (other, script, replace(ONE, run_id="r-3", subject="video:v-2")):
            record_decision(connection, one, new_id)
        assert decisions(connection, "video:v-1") == (ONE, script, other)
        assert decisions_of_run(connection, "r-1") == (ONE, script)
        assert decisions(connection, "video:v-9") == ()


def test_a_confidence_is_a_share(sqlite_database: Database) -> None:
    with sqlite_database.begin() as connection, pytest.raises(InputError, match="between 0 and 1"):
        record_decision(connection, replace(ONE, confidence=7), Ids())
