"""What changed since last time, as server-sent events: durable events with ids, run states without.

Everything is read from the store, so any web process can serve any reader and a reader that comes back
with the id it saw last misses nothing. Run states are only ever the newest: a slow reader skips some.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from kinoloop.runs.records import EventRow, RunRow

Place = tuple[datetime, str]
State = tuple[str, int, str | None, str, int | None]


LATE = timedelta(seconds=30)
"""How long after its time stamp an event may be committed and still be sent."""


@dataclass
class Feed:
    """What one reader has had; turns what the store says into the lines still owed."""

    last: Place | None = None
    states: dict[str, State] = field(default_factory=dict)
    sent: dict[str, datetime] = field(default_factory=dict)
    """Ids inside the window in which late ones may still turn up."""

    def run_lines(self, runs: Sequence[RunRow]) -> Iterator[str]:
        """One `run` event for each run that looks different than before."""
        for run in runs:
            state = _state(run)
            if self.states.get(run.run_id) != state:
                self.states[run.run_id] = state
                yield message("run", run_json(run))

    def event_lines(self, events: Sequence[EventRow]) -> Iterator[str]:
        """One `event` for each row not sent yet, in the order given.

        A row that was committed late (its place lies before the reader's) carries no id, so that the place
        to which a reader comes back never moves backwards.
        """
        for row in events:
            if row.event_id in self.sent:
                continue
            self.sent[row.event_id] = row.created_at
            place = (row.created_at, row.event_id)
            late = self.last is not None and place < self.last
            if not late:
                self.last = place
            yield message("event", event_json(row), None if late else row.event_id)
        self._forget()

    def _forget(self) -> None:
        if self.last is not None:
            oldest = self.last[0] - LATE
            self.sent = {key: at for key, at in self.sent.items() if at >= oldest}


def _state(run: RunRow) -> State:
    left = None if run.seconds_left is None else round(run.seconds_left / 5)
    return (run.status, run.progress, run.current_step, run.note, left)


def run_json(run: RunRow) -> dict[str, Any]:
    return {
        "job_id": run.run_id,
        "flow": run.flow,
        "title": run.title,
        "status": run.status,
        "progress": run.progress,
        "current_step": run.current_step,
        "note": run.note,
        "seconds_left": run.seconds_left,
    }


def event_json(row: EventRow) -> dict[str, Any]:
    return {
        "event_id": row.event_id,
        "job_id": row.run_id,
        "event_type": row.event_type,
        "component": row.component,
        "severity": row.severity,
        "message": row.message,
        "details": row.details,
        "created_at": row.created_at.isoformat(),
    }


def message(name: str, data: dict[str, Any], event_id: str | None = None) -> str:
    """One server-sent event. JSON has no raw line breaks, so it fits one `data` line."""
    head = f"id: {event_id}\n" if event_id else ""
    return f"{head}event: {name}\ndata: {json.dumps(data, default=str)}\n\n"
