"""Cancel and retry: a person's word about a run and its children.

The run keeps its id and its place in the lists.
"""

from dbos import DBOSClient

from kinoloop.core.clock import Clock
from kinoloop.core.errors import ConflictError
from kinoloop.runs import journal
from kinoloop.runs.pending import engine_status
from kinoloop.runs.queries import family, run
from kinoloop.runs.records import RunRow
from kinoloop.runs.starting import enqueue
from kinoloop.store.session import Database

BUSY = ("ENQUEUED", "PENDING", "DELAYED")


def cancel_run(database: Database, client: DBOSClient, run_id: str, clock: Clock) -> list[str]:
    """Mark the run and its children cancelled at once; gives the ids that were still active.

    Running steps see it at their next check. Raises NotFoundError, and ConflictError when the run has
    finished.
    """
    with database.begin() as connection:
        if run(connection, run_id).finished:
            raise ConflictError(
                "The run has already finished.", why="Only a waiting or running one can be cancelled."
            )
        everyone, now = family(connection, run_id), clock.now()
        stopped = [one for one in everyone if journal.run_ended(connection, one, "cancelled", now)]
        journal.event(
            connection, "run_cancelled", "The run was cancelled.", now, component="runs", run_id=run_id
        )
    client.cancel_workflows(everyone)
    return stopped


def retry_run(database: Database, client: DBOSClient, run_id: str, clock: Clock) -> None:
    """Start a failed or cancelled run again from its last finished step; its failed children first.

    Raises NotFoundError, and ConflictError when the run is active or was completed.
    """
    with database.read() as connection:
        row = run(connection, run_id)
        children = [run(connection, one) for one in family(connection, run_id)[1:]]
    if row.status not in ("failed", "cancelled"):
        raise ConflictError(f"The run is {row.status}.", why="Only a failed or cancelled one can be retried.")
    for one in reversed(children):
        if one.status in ("failed", "cancelled"):
            _again(database, client, one, clock)
    _again(database, client, row, clock)


def _again(database: Database, client: DBOSClient, row: RunRow, clock: Clock) -> None:
    """Mark the run queued, then rewind the engine's record to before the failed step.

    In this order, because the run may end before the second statement does. Were we to die between the two,
    the watchdog finds a queued run that the engine has ended, and writes its failure again.
    """
    known = _known_and_ended(database, client, row)
    with database.begin() as connection:
        journal.run_requeued(connection, row.run_id, clock.now())
        said = "The run was started again."
        journal.event(connection, "run_retried", said, clock.now(), component="runs", run_id=row.run_id)
    if known:
        first = _first_to_repeat(client, row.run_id)
        client.rewind_workflow(
            row.run_id, start_step=first, queue_name=row.queue, queue_partition_key=row.partition_key
        )
    else:
        enqueue(client, row)


def _known_and_ended(database: Database, client: DBOSClient, row: RunRow) -> bool:
    """False when the engine has forgotten the run (retention).

    A run must have ended before it can be rewound.
    """
    with database.read() as connection:
        status = engine_status(connection, [row.run_id]).get(row.run_id)
    if status in BUSY:
        client.cancel_workflow(row.run_id)
    return status is not None


def _first_to_repeat(client: DBOSClient, run_id: str) -> int:
    """The step that failed; else the one after the last. The engine counts from 1."""
    done = client.list_workflow_steps(run_id)
    if not done:
        return 1
    last = max(done, key=lambda step: step["function_id"])
    return int(last["function_id"]) + (0 if last["error"] is not None else 1)
