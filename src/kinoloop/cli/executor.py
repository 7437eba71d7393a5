"""`kinoloop executor`: applies approved changes to live ads, safely, until told to stop."""

import os
import socket
from collections import Counter
from dataclasses import dataclass, field, replace
from threading import Event, Lock, Thread
from typing import Annotated, Any
from uuid import uuid4

import typer
from rich.markup import escape

from kinoloop.cli import show
from kinoloop.cli.session import opened
from kinoloop.cli.stopping import until_told
from kinoloop.core.errors import InputError
from kinoloop.core.text import plural
from kinoloop.flows.apply_changes.executor import Executor
from kinoloop.flows.apply_changes.rehearsal import rehearse
from kinoloop.flows.apply_changes.telling import Report

MOST_WORKERS = 64
COLOURS = {
    "applied": "green",
    "validated": "green",
    "refused": "red",
    "blocked": "red",
    "overtaken": "red",
    "unknown": "yellow",
}


def add_to(app: typer.Typer) -> None:
    app.command()(executor)


@dataclass
class Diary:
    """What was heard, in order; one line each on stderr as it happens."""

    reports: list[Report] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def hear(self, report: Report) -> None:
        colour = COLOURS.get(report.ending, "dim")
        why = f" [dim]{escape(report.why)}[/]" if report.why else ""
        with self.lock:
            self.reports.append(report)
            show.say(f"[{colour}]{report.ending:<9}[/] {escape(report.words)}{why}")

    def summary(self) -> str:
        """`12 changes: 9 applied, 2 deferred, 1 blocked.`"""
        if not self.reports:
            return "Nothing was due."
        ends = Counter(report.ending for report in self.reports)
        told = ", ".join(f"{count} {ending}" for ending, count in ends.most_common())
        return f"{plural(len({report.change.change_id for report in self.reports}), 'change')}: {told}."

    def as_dict(self) -> dict[str, Any]:
        return {
            "endings": dict(Counter(report.ending for report in self.reports)),
            "changes": [
                {"change_id": r.change.change_id, "ending": r.ending, "change": r.words, "why": r.why}
                for r in self.reports
            ],
        }


def executor(
    workers: Annotated[int, typer.Option("--workers", "-w", help="How many changes at the same time.")] = 1,
    once: Annotated[bool, typer.Option("--once", help="Do what is due now, then leave.")] = False,
    batch: Annotated[int, typer.Option("--batch", help="How many to send in one request, up to 50.")] = 1,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what would happen; change nothing.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Machine output on stdout, words on stderr.")
    ] = False,
) -> None:
    """Apply approved changes to live ads: each one judged, sent once, and read back.

    A change whose answer was lost is never sent again before the platform was read. SIGTERM lets what is in
    hand end.
    """
    if not 1 <= workers <= MOST_WORKERS:
        raise InputError(f"{workers} workers cannot be had.", fix=f"Give 1 to {MOST_WORKERS}.")
    diary = Diary()
    with opened() as app, until_told() as stop:
        hands = replace(app.executor(), batch=batch, tell=diary.hear)
        if dry_run:
            for report in rehearse(hands):
                diary.hear(report)
        else:
            drive(hands, workers, stop, once=once)
    show.say(diary.summary())
    if as_json:
        show.emit(diary.as_dict())


def drive(hands: Executor, workers: int, stop: Event, *, once: bool) -> None:
    """As many workers as asked for, side by side. A bug in one stops all, and is raised."""
    bugs: list[BaseException] = []

    def work(name: str) -> None:
        try:
            while once and not stop.is_set() and hands.once(name):
                pass
            if not once:
                hands.run(name, stop)
        except BaseException as error:
            bugs.append(error)
            stop.set()

    house = f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:8]}"
    threads = [
        Thread(target=work, args=(f"{house}-{n}",), name=f"executor-{n}") for n in range(1, workers + 1)
    ]
    if not once:
        show.say(f"Executor {house}: {plural(workers, 'worker')}, batches of {hands.batch}. Ctrl-C stops it.")
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():  # a join without an end would not let signals through
            thread.join(0.5)
    if bugs:
        raise bugs[0]
