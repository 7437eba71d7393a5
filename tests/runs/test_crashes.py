"""Real processes, really killed: every run finishes, no outcome twice, dead workers are replaced."""

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from kinoloop.core.errors import KinoloopError
from kinoloop.runs import queries
from kinoloop.runs.config import RunsConfig
from kinoloop.runs.door import Runs
from kinoloop.runs.records import Json
from kinoloop.store.session import Database
from tests.runs.crew import Crew, until
from tests.runs.worker import CRASH, FLOWS

CLIENT = RunsConfig(mode="client", watch=0.05, lease=CRASH.lease, beat=CRASH.beat)
pytestmark = pytest.mark.slow


@pytest.fixture
def crew(database_url: str, tmp_path: Path) -> Iterator[Crew]:
    crew = Crew(database_url, tmp_path / "log")
    yield crew
    crew.dismiss()


@pytest.fixture
def patient(database: Database) -> Iterator[Runs]:
    """A client that judges by the long lease which workers are given on a busy machine."""
    runs = Runs(database, FLOWS, replace(CLIENT, lease=20.0))
    yield runs
    runs.close()


@pytest.fixture
def runs(database: Database) -> Iterator[Runs]:
    """A client: it asks and never executes."""
    runs = Runs(database, FLOWS, CLIENT)
    yield runs
    runs.close()


PATIENT = ("--lease", "4")
"""A busy machine must not take a slow worker for a dead one."""


def job(crew: Crew, steps: int = 5, seconds: float = 0.1, value: int = 7, **more: object) -> Json:
    return {"log": str(crew.log), "steps": steps, "seconds": seconds, "value": value, **more}


def expected(payload: Json) -> Json:
    value = payload["value"]
    for number in range(payload["steps"]):
        value = (value * 31 + len(f"step {number}")) % 1_000_003
    return {"value": value}


def test_kill_9_the_other_worker_takes_over_and_every_run_finishes(crew: Crew, runs: Runs) -> None:
    workers = [crew.hire(*PATIENT), crew.hire(*PATIENT)]
    payloads = [job(crew, value=n) for n in range(12)]
    ids = [runs.start("line", payload) for payload in payloads]
    until(lambda: len(crew.lines("end")) >= 12, 20)
    crew.kill(workers[0])
    assert [runs.wait(run_id, 60) for run_id in ids] == [expected(payload) for payload in payloads]
    starts = crew.times("start")
    assert len(starts) == 12 * 5, "every step ran"
    assert sum(starts.values()) - len(starts) <= 4, "only the steps that were interrupted ran again"
    assert max(crew.times("end").values()) <= 2


def test_kill_9_of_the_only_worker_and_a_restart(crew: Crew, runs: Runs) -> None:
    """The embedded worker of a SQLite file goes on at once: its lock proves that its earlier self is dead."""
    payload = job(crew, steps=6)
    for turn in range(3):
        worker = crew.hire("--mode", "embedded")
        if turn == 0:
            run_id = runs.start("line", payload, run_id="the run")
        seen = len(crew.lines("end"))
        until(lambda seen=seen: len(crew.lines("end")) > seen, 20)  # type: ignore[misc]
        crew.kill(worker)
    crew.hire("--mode", "embedded")
    assert runs.wait(run_id, 20) == expected(payload)
    assert len(crew.times("start")) == 6


def test_an_outward_call_happens_exactly_once_through_kills(crew: Crew, runs: Runs, till: "Till") -> None:
    workers = [crew.hire(*PATIENT), crew.hire(*PATIENT)]
    payload = job(crew, steps=1, seconds=0.05, url=till.url, amount=40)
    ids = [runs.start("pay", payload) for _ in range(16)]
    for number in (0, 1, 0):
        paid = sum(till.calls.values())
        until(lambda paid=paid: sum(till.calls.values()) >= min(16, paid + 2), 20)  # type: ignore[misc]
        crew.kill(workers[number])
        workers[number] = crew.hire(*PATIENT)
    for run_id in ids:
        runs.wait(run_id, 40)
    assert till.calls == Counter(dict.fromkeys(ids, 1)), "each call once: none lost, none twice"


class Till:
    """A loopback server that keeps what was set and counts how often.

    It answers late, so kills fall inside.
    """

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.amounts: dict[str, str] = {}
        till = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                word, run_id, *rest = self.path.strip("/").split("/")
                if word == "set":
                    till.calls[run_id] += 1
                    till.amounts[run_id] = rest[0]
                    threading.Event().wait(0.05)
                self.send_response(200)
                self.end_headers()
                self.wfile.write(till.amounts.get(run_id, "").encode())

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]  # killed callers hang up
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def till() -> Iterator[Till]:
    till = Till()
    yield till
    till.server.shutdown()
    till.server.server_close()


def test_sigterm_starts_no_step_twice(crew: Crew, runs: Runs) -> None:
    first, _second = crew.hire("--lease", "20"), crew.hire("--lease", "20")
    payloads = [job(crew, steps=4, seconds=0.3, value=n, listens=False) for n in range(6)]
    ids = [runs.start("line", payload) for payload in payloads]
    asking = runs.start("person", job(crew, seconds=0.05))
    until(lambda: len(crew.lines("start")) >= 10, 20)
    first.signal(signal.SIGTERM)
    assert first.wait(10) == 0
    assert first.last_words() == "left clean=True"
    runs.send(asking, "approval", {"yes": True})
    assert [runs.wait(run_id, 25) for run_id in ids] == [expected(payload) for payload in payloads]
    assert runs.wait(asking, 10) == {"answer": {"yes": True}}
    assert set(crew.times("start").values()) == {1}, "0 steps were started twice"


def test_a_second_signal_ends_the_patience(crew: Crew, runs: Runs) -> None:
    worker = crew.hire()
    run_id = runs.start("line", job(crew, steps=1, seconds=8))
    until(lambda: crew.lines("start"), 20)
    worker.signal(signal.SIGTERM)
    time.sleep(0.3)
    assert not worker.ended, "it waits for the step"
    worker.signal(signal.SIGTERM)
    assert worker.wait(8) == 0
    assert worker.last_words() == "left clean=False"
    runs.cancel(run_id)


def test_a_frozen_worker_that_wakes_up_does_no_harm(crew: Crew, runs: Runs, database: Database) -> None:
    payload = job(crew, steps=5, seconds=0.2)
    zombie = crew.hire()
    run_id = runs.start("line", payload)
    until(lambda: len(crew.lines("start")) >= 2, 60)
    zombie.signal(signal.SIGSTOP)
    crew.hire()
    until(lambda: len({row[-1] for row in crew.lines("start")}) == 2, 60)
    zombie.signal(signal.SIGCONT)
    assert runs.wait(run_id, 60) == expected(payload)
    until(lambda: len(crew.lines("end")) >= 5, 20)
    starts = crew.times("start")
    assert len(starts) == 5 and sum(starts.values()) <= 6, "only the step in its hands ran twice"
    with database.read() as connection:
        assert [e.event_type for e in queries.events(connection, run_id=run_id)] == ["run_completed"]


def test_a_poisonous_step_is_given_up_and_says_why(crew: Crew, runs: Runs) -> None:
    run_id = runs.start("poison", job(crew))
    for attempt in range(1, 4):
        worker = crew.hire()
        until(lambda worker=worker: worker.ended, 20)  # type: ignore[misc]
        assert len(crew.lines("poison")) == attempt
    crew.hire()
    with pytest.raises(KinoloopError, match="ended its worker 3 times"):
        runs.wait(run_id, 15)
    assert len(crew.lines("poison")) == 3


def test_a_schedule_starts_one_run_per_instant_with_two_workers(crew: Crew) -> None:
    crew.hire("--cron", "* * * * * *")
    crew.hire("--cron", "* * * * * *")
    until(lambda: len(crew.lines("tick")) >= 3, 20)
    ticks = [row[1] for row in crew.lines("tick")]
    assert len(ticks) == len(set(ticks)), "no instant twice"


def test_a_message_sent_while_no_worker_lives_is_not_lost(crew: Crew, runs: Runs) -> None:
    worker = crew.hire()
    run_id = runs.start("person", job(crew, seconds=0.01))
    until(lambda: crew.lines("end"), 20)
    crew.kill(worker)
    runs.send(run_id, "approval", {"yes": True})
    crew.hire()
    assert runs.wait(run_id, 20) == {"answer": {"yes": True}}


def test_several_executors_share_one_database(crew: Crew, patient: Runs) -> None:
    """Also embedded ones: ids are unique, so nobody takes the work of one that lives."""
    for _ in range(3):
        crew.hire("--mode", "embedded", "--lease", "20")
    ids = [patient.start("line", job(crew, steps=3, seconds=0.05, value=n)) for n in range(12)]
    assert [patient.wait(run_id, 25) for run_id in ids] == [
        expected(job(crew, steps=3, value=n)) for n in range(12)
    ]
    assert set(crew.times("start").values()) == {1}
    assert len({row[-1] for row in crew.lines("start")}) >= 2, "the work was shared"
    seen = patient.workers()
    assert len(seen) == 3 and os.getpid() not in {lease.pid for lease in seen}
