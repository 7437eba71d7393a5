"""Finds what will not move by itself, says so, and puts right where jobs and engine disagree.

The engine keeps silent about a run whose owner is dead, whose flow nobody knows or whose queue nobody
serves. And a process may die between our write and the engine's: then the jobs row follows the engine.
"""

from datetime import timedelta

from dbos import DBOSClient
from sqlalchemy import Connection, select

from kinoloop.core.clock import Clock
from kinoloop.core.errors import KinoloopError, UnexpectedError
from kinoloop.runs import journal
from kinoloop.runs.config import RunsConfig
from kinoloop.runs.failure import WorkerLostError
from kinoloop.runs.leases import leases
from kinoloop.runs.pending import ENDED, database_now, engine_status, held_without_lease
from kinoloop.runs.queries import age
from kinoloop.runs.records import ACTIVE, RunStatus, Stuck, run_status
from kinoloop.runs.tables import jobs
from kinoloop.store.session import Database

AT_ONCE = 500
BUSY = ("ENQUEUED", "PENDING", "DELAYED")


def stuck_runs(database: Database, config: RunsConfig, clock: Clock) -> tuple[Stuck, ...]:
    """Runs in progress whose worker gives no sign of life, and runs that wait for too long."""
    with database.read() as connection:
        now = database_now(connection)
        orphans = {held.run_id for held in held_without_lease(connection, now - config.lease)}
        rows = connection.execute(
            select(jobs).where(jobs.c.status.in_(ACTIVE)).order_by(jobs.c.created_at)
        ).all()
        served = {queue for lease in leases(connection) for queue in lease.queues}
    found = list[Stuck]()
    for row in rows:
        waited = age(row.updated_at, clock.now())
        if row.id in orphans:
            found.append(Stuck(row.id, row.flow, f"its worker {row.worker_id} gives no sign of life", waited))
        elif row.status == "queued" and waited >= config.queued_too_long:
            why = "its queue is busy" if row.queue in served else f"no worker serves the queue '{row.queue}'"
            found.append(Stuck(row.id, row.flow, f"it has waited too long: {why}", waited))
    return tuple(found)


def settle(database: Database, client: DBOSClient, config: RunsConfig, clock: Clock) -> int:
    """Let jobs rows follow the engine where the two disagree for longer than a lease.

    Gives how many changed.
    """
    before = clock.now() - timedelta(seconds=config.lease)
    with database.read() as connection:
        query = select(jobs.c.id, jobs.c.status).where(jobs.c.updated_at < before)
        query = (
            query.where(jobs.c.status.in_((*ACTIVE, "cancelled")))
            .order_by(jobs.c.updated_at.desc())
            .limit(AT_ONCE)
        )
        rows = {row.id: row.status for row in connection.execute(query)}
        known = engine_status(connection, list(rows)) if rows else {}
    still = [run_id for run_id, status in rows.items() if status == "cancelled" and known.get(run_id) in BUSY]
    if still:
        client.cancel_workflows(still)
    ended = [run_id for run_id, status in rows.items() if status in ACTIVE and known.get(run_id) not in BUSY]
    with database.begin() as connection:
        changed = sum(_follow(connection, client, run_id, known.get(run_id), clock) for run_id in ended)
    return changed + len(still)


def _follow(connection: Connection, client: DBOSClient, run_id: str, word: str | None, clock: Clock) -> bool:
    status: RunStatus = "failed" if word is None else _as_status(word)
    error = _reason(word) if status == "failed" else None
    if not journal.run_ended(connection, run_id, status, clock.now(), error=error):
        return False
    message = f"The engine had ended this run as {word or 'unknown'}; its row said otherwise."
    said = clock.now()
    journal.event(
        connection, "run_settled", message, said, component="runs", severity="warning", run_id=run_id
    )
    return True


def _as_status(word: str) -> RunStatus:
    return run_status(ENDED.get(word, "failed"))


def _reason(word: str | None) -> KinoloopError:
    if word == "MAX_RECOVERY_ATTEMPTS_EXCEEDED":
        return WorkerLostError(
            "The run ended its worker again and again.",
            why="It was given up.",
            fix="Look at the worker's log, then retry.",
        )
    if word is None:
        return UnexpectedError(
            "The engine does not know this run.", why="Its record is gone.", fix="Retry the run."
        )
    return UnexpectedError(
        "The run ended without saying why.", fix="Look at the worker's log, then retry the run."
    )
