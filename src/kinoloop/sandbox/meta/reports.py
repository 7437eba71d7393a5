"""Report runs: insights asked for now and fetched when they are ready, or never when a fault says so."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kinoloop.sandbox.meta.asking import Ask
from kinoloop.sandbox.meta.desk import Desk
from kinoloop.sandbox.meta.errors import refuse
from kinoloop.sandbox.meta.fields import wanted
from kinoloop.sandbox.meta.insights import rows_of
from kinoloop.sandbox.meta.nodes import Node
from kinoloop.sandbox.meta.paging import page_of

WORK = 40.0
"""Seconds a report takes at the real platform."""
KEPT = timedelta(days=30)
_WAITING, _STARTED = 0.1, 0.25
_ENDS = {"failed": "Job Failed", "aborted": "Job Skipped"}


@dataclass
class Report:
    """One run. `rows` are there once it is complete; `outcome` is what a fault planned for it."""

    id: str
    account_id: str
    node_id: str
    ask: Ask
    asked_at: datetime
    ready_at: datetime
    outcome: str | None = None
    rows: list[dict[str, Any]] | None = None

    def part(self, now: datetime) -> float:
        whole = (self.ready_at - self.asked_at).total_seconds()
        return min(1.0, (now - self.asked_at).total_seconds() / whole)

    def status(self, now: datetime) -> tuple[str, int]:
        part = self.part(now)
        if part >= 1 and self.outcome in _ENDS:
            return _ENDS[str(self.outcome)], 0
        if part >= 1 and self.outcome is None:
            return "Job Completed", 100
        if part < _WAITING:
            return "Job Not Started", 0
        return ("Job Started" if part < _STARTED else "Job Running"), min(99, int(100 * part))


def start(desk: Desk, ask: Ask, node: Node) -> dict[str, Any]:
    """POST insights. What is malformed is refused at once."""
    rows_of(desk, node, ask, sync=False)
    path = "/" + "/".join(ask.path)
    struck = desk.world.faults.strike("job", "meta", "POST", path)
    ready = desk.now + timedelta(seconds=WORK / desk.world.speed)
    outcome = next((fault.outcome for fault in struck), None)
    report = Report(desk.nodes.number(), node.account_id, node.id, ask, desk.now, ready, outcome)
    desk.rooms.reports[report.id] = report
    desk.world.schedule(ready, lambda: _finish(desk, report))
    return {"report_run_id": report.id}


def find(desk: Desk, id_: str) -> Report | None:
    """The run, unless it is forgotten after thirty days."""
    report = desk.rooms.reports.get(id_)
    if isinstance(report, Report) and desk.now < report.asked_at + KEPT:
        return report
    return None


def read(desk: Desk, ask: Ask, report: Report) -> dict[str, Any]:
    status, percent = report.status(desk.now)
    told: dict[str, Any] = {
        "account_id": report.account_id.removeprefix("act_"),
        "async_status": status,
        "async_percent_completion": percent,
        "time_ref": int(report.asked_at.timestamp()),
        "is_running": status in ("Job Started", "Job Running"),
    }
    if status == "Job Completed":
        told["time_completed"] = int(report.ready_at.timestamp())
    if status == "Job Failed":
        words = "An unexpected error has occurred."
        told |= {"error_code": 2, "error_message": words, "error_subcode": 1504018}
    names = {field.name for field in wanted(ask.text("fields"))}
    return {"id": report.id, **{name: value for name, value in told.items() if not names or name in names}}


def result(desk: Desk, ask: Ask, report: Report) -> dict[str, Any]:
    """The rows, page by page."""
    if report.rows is None:
        raise refuse(100, None, "(#100) The report run is not complete")
    page, paging = page_of(report.rows, ask, desk.habits)
    return {"data": page, "paging": paging}


def _finish(desk: Desk, report: Report) -> None:
    node = desk.nodes.find(report.node_id)
    if node is not None and report.outcome is None and report.id in desk.rooms.reports:
        report.rows = rows_of(desk, node, report.ask, sync=False)
