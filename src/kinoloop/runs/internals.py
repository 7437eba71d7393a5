"""The few things we do to the engine that it does not offer in public; each pinned by a contract test.

Its open-source part has no takeover of a dead worker and no way to stop taking work before everything stops.
Where a private door is gone, the public one that comes closest is used.
"""

import threading
import time
from collections.abc import Sequence
from typing import Any

from dbos import DBOS, DBOSClient

RECOVERY_QUEUE = "flow"
LAST_LOOK = 2.0
"""Seconds that a queue thread gets to finish the look it is at."""


def migrate_engine_tables(client: DBOSClient) -> None:
    """Create or update the engine's own tables; cheap when they are up to date."""
    client._sys_db.run_migrations()


def give_back(client: DBOSClient, run_id: str, owners: Sequence[str]) -> bool:
    """Put a run of a dead owner back on its queue; True if this call did it.

    Guarded: only while it is still pending and still owned by one of `owners`, so calling twice is harmless.
    The public fallback has no such guard and resets the count of attempts.
    """
    guarded = getattr(client._sys_db, "reenqueue_for_recovery", None)
    if guarded is not None:
        return bool(guarded(run_id, list(owners), RECOVERY_QUEUE))
    if not client.list_workflows(workflow_ids=[run_id], status="PENDING", executor_id=list(owners)):
        return False
    client.resume_workflow(run_id, queue_name=RECOVERY_QUEUE)
    return True


def stop_taking_work(engine: DBOS) -> None:
    """Ask the engine's queue and schedule threads to end, and see the former out; running steps go on."""
    events: list[Any] = getattr(engine, "background_thread_stop_events", [])
    for event in events:
        event.set()
    deadline = time.monotonic() + LAST_LOOK
    while time.monotonic() < deadline and any(_looks_for_work(thread) for thread in threading.enumerate()):
        time.sleep(0.005)


def _looks_for_work(thread: threading.Thread) -> bool:
    return thread.name.startswith("queue-worker-") and thread.is_alive()
