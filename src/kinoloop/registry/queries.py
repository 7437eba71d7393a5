"""Reading decisions of a subject, in the order in which they were made."""

from typing import Any

from sqlalchemy import Connection, Row, select

from kinoloop.registry.records import NodeDecision
from kinoloop.registry.tables import node_decisions as table


def decisions(connection: Connection, subject: str) -> tuple[NodeDecision, ...]:
    """All decisions about `video:ID` or the like, oldest first."""
    query = select(table).where(table.c.subject == subject).order_by(table.c.at, table.c.decision_id)
    return tuple(read_decision(row) for row in connection.execute(query))


def decisions_of_run(connection: Connection, run_id: str) -> tuple[NodeDecision, ...]:
    """All decisions of one run, oldest first."""
    query = select(table).where(table.c.run_id == run_id).order_by(table.c.at, table.c.decision_id)
    return tuple(read_decision(row) for row in connection.execute(query))


def read_decision(row: Row[Any]) -> NodeDecision:
    values = {name: value for name, value in row._mapping.items() if name != "decision_id"}
    return NodeDecision(**values | {"alternatives": tuple(values["alternatives"])})
