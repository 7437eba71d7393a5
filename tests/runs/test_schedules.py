"""Runs by the clock, accounts with a rate, and serving until told to stop, all in this process."""

import os
import signal
import threading
import time

import pytest

from kinoloop.runs import queries
from kinoloop.runs.door import Runs
from kinoloop.runs.flow import Flow
from kinoloop.runs.records import Json, RunRow
from kinoloop.runs.schedules import Schedule
from kinoloop.runs.serving import serve
from kinoloop.runs.step import Step
from kinoloop.store.session import Database
from tests.runs.conftest import QUICK, Launch
from tests.runs.crew import until

TICK = Flow("tick", "cron", lambda run, payload: payload, lambda payload: f"tick {payload['n']}")


def ticks(database: Database) -> list[RunRow]:
    with database.read() as connection:
        return [row for row in queries.runs(connection) if row.flow == "tick" and row.status == "completed"]


def test_a_schedule_starts_runs_and_ends_when_it_is_taken_away(launch: Launch, database: Database) -> None:
    runs = launch([TICK], schedules=[Schedule("every second", "* * * * * *", "tick", {"n": 1})])
    until(lambda: len(ticks(database)) >= 2, 10)
    assert all(row.run_id.startswith("schedule:every second:") for row in ticks(database))
    assert {row.title for row in ticks(database)} == {"tick 1"}
    runs.close()
    other = Schedule("yearly", "0 0 1 1 *", "tick", {"n": 2})
    launch([TICK], schedules=[other])
    time.sleep(0.3)
    seen = len(ticks(database))
    time.sleep(1.5)
    assert len(ticks(database)) == seen


def test_a_schedule_of_an_unknown_flow_is_refused(database: Database) -> None:
    with pytest.raises(ValueError, match="unknown flow 'gone'"):
        Runs(database, [TICK], QUICK, schedules=[Schedule("x", "* * * * *", "gone")])


def test_one_account_is_changed_by_one_run_at_a_time_others_meanwhile(launch: Launch) -> None:
    at_once: dict[str, int] = {"a": 0, "b": 0}
    most: dict[str, int] = {"a": 0, "b": 0, "both": 0}
    lock = threading.Lock()

    def work(step: Step, payload: Json) -> Json:
        account = payload["account"]
        with lock:
            at_once[account] += 1
            most[account] = max(most[account], at_once[account])
            most["both"] = max(most["both"], sum(at_once.values()))
        time.sleep(0.2)
        with lock:
            at_once[account] -= 1
        return payload

    change = Flow(
        "change",
        "ads",
        lambda run, payload: run.step("change", work, payload),
        lambda payload: "change",
        partition=lambda payload: str(payload["account"]),
    )
    runs = launch([change])
    ids = [runs.start("change", {"account": account}) for account in "aabb"]
    for run_id in ids:
        runs.wait(run_id, 10)
    assert most == {"a": 1, "b": 1, "both": 2}


def test_serving_ends_with_a_signal_and_restores_the_handlers(database: Database) -> None:
    runs = Runs(database, [TICK], QUICK)
    before = signal.getsignal(signal.SIGTERM)
    heard: list[str] = []

    def ready(executor_id: str) -> None:
        heard.append(executor_id)
        threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGTERM)).start()

    assert serve(runs, ready=ready) is True
    assert heard and heard[0]
    assert signal.getsignal(signal.SIGTERM) is before
