"""What is kept and for how long: the engine's finished runs go first, the journal stays longer.

Rate limits count the engine's stored rows, so nothing younger than the longest rate window is ever deleted.
The jobs row stays as long as its steps; events outlive both.
"""

from datetime import timedelta

from dbos import DBOSClient
from sqlalchemy import delete, select

from kinoloop.core.clock import Clock
from kinoloop.runs.config import LONGEST_RATE_WINDOW, RunsConfig
from kinoloop.runs.pending import database_now, finished_before
from kinoloop.runs.records import FINISHED
from kinoloop.runs.tables import jobs, run_messages, run_progress
from kinoloop.store.session import Database

AT_ONCE = 500


def sweep(database: Database, client: DBOSClient, config: RunsConfig, clock: Clock) -> tuple[int, int]:
    """Delete what is too old; gives (runs the engine forgot, jobs rows deleted), at most 500 of each."""
    return _sweep_engine(database, client, config), _sweep_journal(database, config, clock)


def _sweep_engine(database: Database, client: DBOSClient, config: RunsConfig) -> int:
    keep = max(config.keep_finished, LONGEST_RATE_WINDOW)
    with database.read() as connection:
        old = finished_before(connection, database_now(connection) - keep, AT_ONCE)
    if old:
        client.delete_workflows(old)
        with database.begin() as connection:
            for table in (run_progress, run_messages):
                connection.execute(delete(table).where(table.c.run_id.in_(old)))
    return len(old)


def _sweep_journal(database: Database, config: RunsConfig, clock: Clock) -> int:
    before = clock.now() - timedelta(seconds=max(config.keep_steps, config.keep_finished))
    old = select(jobs.c.id).where(jobs.c.status.in_(FINISHED), jobs.c.completed_at < before).limit(AT_ONCE)
    with database.begin() as connection:
        ids = list(connection.execute(old).scalars())
        connection.execute(delete(jobs).where(jobs.c.id.in_(ids)))
    return len(ids)
