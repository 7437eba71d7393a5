"""Runs by the clock. Each instant starts one run however many workers see it: its id holds the instant.

A tick is a tiny engine workflow on the `cron` queue whose only step starts the flow's run. Missed ticks are
skipped. What must happen every few seconds does not belong here: a durable row each time would be waste.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dbos import DBOS, ClientScheduleInput, DBOSClient

from kinoloop.runs.records import Json

TICK = "kinoloop_tick"
QUEUE = "cron"


@dataclass(frozen=True)
class Schedule:
    """Start `flow` with `payload` at the instants of `cron` (five fields, or six, seconds first), in UTC."""

    name: str
    cron: str
    flow: str
    payload: Json = field(default_factory=dict)


StartScheduled = Callable[[str, Json, str], str]
"""(flow, payload, run id) -> run id; starts once per id."""


def tick_id(name: str, at: datetime) -> str:
    """The id of the run that a schedule starts at an instant."""
    return f"schedule:{name}:{at.isoformat()}"


def register_tick(start: StartScheduled) -> None:
    """Make the workflow that every schedule uses known to the engine; before launch."""

    def tick(scheduled_at: datetime, context: Any) -> None:
        run_id = tick_id(context["name"], scheduled_at)
        DBOS.run_step(
            {"name": "start"}, lambda: {"run_id": start(context["flow"], context["payload"], run_id)}
        )

    DBOS.workflow(name=TICK)(tick)


def apply_schedules(client: DBOSClient, schedules: Sequence[Schedule]) -> None:
    """Bring the stored schedules to exactly these; before launch, so that no old one fires once more."""
    wanted = {schedule.name for schedule in schedules}
    for known in client.list_schedules():
        if known["schedule_name"] not in wanted:
            client.delete_schedule(known["schedule_name"])
    client.apply_schedules([_as_input(schedule) for schedule in schedules])


def _as_input(schedule: Schedule) -> ClientScheduleInput:
    return {
        "schedule_name": schedule.name,
        "workflow_name": TICK,
        "schedule": schedule.cron,
        "context": {"name": schedule.name, "flow": schedule.flow, "payload": schedule.payload},
        "queue_name": QUEUE,
        "automatic_backfill": False,
    }
