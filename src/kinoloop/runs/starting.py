"""Puts a run on its queue: the jobs row and the engine's record in one transaction.

Always through here, with a flow that this program knows: a name or queue that the engine does not know would
wait for ever without a word.
"""

from collections.abc import Mapping

from dbos import DBOSClient, EnqueueOptions
from sqlalchemy import Connection

from kinoloop.core.clock import Clock
from kinoloop.core.errors import InputError, NotFoundError
from kinoloop.runs import journal
from kinoloop.runs.flow import Flow
from kinoloop.runs.records import Json, RunRow

VERSION = "1"
"""Fixed, so that a deploy leaves no run behind; a change of step order is made with `DBOS.patch`."""
USUAL_PRIORITY = 5
MOST = 100


class Starter:
    """Starts runs of the known flows."""

    def __init__(self, flows: Mapping[str, Flow], client: DBOSClient, clock: Clock) -> None:
        self._flows, self._client, self._clock = flows, client, clock

    def start(
        self,
        connection: Connection,
        flow: str,
        payload: Json,
        *,
        run_id: str,
        priority: int | None = None,
        parent: str | None = None,
    ) -> bool:
        """Queue a run; False when this id exists already. `priority` 1 is the most urgent, 5 the usual.

        Raises NotFoundError for an unknown flow and InputError for a bad priority.
        """
        kind = self.flow(flow)
        row = {
            "id": run_id,
            "flow": flow,
            "video_title": kind.title(payload),
            "queue": kind.queue,
            "partition_key": kind.partition(payload) if kind.partition else None,
            "payload": payload,
            "priority": self._urgency(priority),
            "parent_run_id": parent,
        }
        if not journal.run_queued(connection, row, self._clock.now()):
            return False
        self._client.enqueue_in_transaction(connection, _options(row), payload)
        return True

    def flow(self, name: str) -> Flow:
        """Raises NotFoundError for a name that no flow has."""
        if name not in self._flows:
            known = ", ".join(sorted(self._flows)) or "none"
            raise NotFoundError(f"There is no flow '{name}'.", fix=f"Known flows: {known}.")
        return self._flows[name]

    def _urgency(self, priority: int | None) -> int:
        if priority is not None and not 1 <= priority <= MOST:
            raise InputError(f"{priority} is no priority.", fix=f"Use 1 (most urgent) to {MOST}; 5 is usual.")
        return priority or USUAL_PRIORITY


def enqueue(client: DBOSClient, row: RunRow) -> None:
    """Queue a run again whose jobs row is there but which the engine has forgotten."""
    columns = {"id": row.run_id, "flow": row.flow, "queue": row.queue, "priority": row.priority}
    client.enqueue(_options({**columns, "partition_key": row.partition_key}), row.payload)


def _options(row: Json) -> EnqueueOptions:
    options: EnqueueOptions = {
        "workflow_name": row["flow"],
        "queue_name": row["queue"],
        "workflow_id": row["id"],
        "app_version": VERSION,
        "priority": row["priority"],
    }
    if row["partition_key"] is not None:
        options["queue_partition_key"] = row["partition_key"]
    return options
