"""Writing decisions: one for each node of a run; a repeated step leaves the first as it is.

Nothing here commits.
"""

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from kinoloop.core.errors import InputError
from kinoloop.core.ids import NewId
from kinoloop.registry.queries import read_decision
from kinoloop.registry.records import NodeDecision
from kinoloop.registry.tables import node_decisions as table


def record_decision(connection: Connection, decision: NodeDecision, new_id: NewId) -> NodeDecision:
    """The decision as it stands. Raises InputError for a confidence outside 0 to 1."""
    if decision.confidence is not None and not 0 <= decision.confidence <= 1:
        raise InputError(f"A confidence lies between 0 and 1, not at {decision.confidence}.")
    row = vars(decision) | {"alternatives": list(decision.alternatives), "decision_id": new_id()}
    maker = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    once = maker(table).values(row).on_conflict_do_nothing(index_elements=["run_id", "node"])
    connection.execute(once)
    same = (table.c.run_id == decision.run_id, table.c.node == decision.node)
    return read_decision(connection.execute(select(table).where(*same)).one())
