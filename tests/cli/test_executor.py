"""`kinoloop executor`: what a person reads, how it stops, and that a bug is not swallowed."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from kinoloop.cli.executor import Diary, drive
from kinoloop.cli.stopping import until_told
from kinoloop.flows.apply_changes.rehearsal import rehearse
from kinoloop.store.session import connect
from tests.cli.conftest import Ask
from tests.flows.apply_changes.conftest import House, open_house
from tests.flows.apply_changes.platform import StrictPlatform, campaign


@pytest.fixture
def house(sqlite_url: str) -> House:
    """Two campaigns, and workers that run side by side."""
    entities = {each.entity_id: each for number in (1, 2) for each in campaign("act_1", number)}
    return open_house(connect(sqlite_url, profile="test"), StrictPlatform(entities, held=lambda: 0))


def test_once_does_what_is_due_and_leaves(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("c1s1", "c1s2", "c2s1"):
        house.ordered(name, "budget", 5500)
    house.ordered("c2s2", "budget", 9000)
    diary = Diary()
    drive(house.executor(tell=diary.hear), 2, threading.Event(), once=True)
    said = capsys.readouterr().err
    assert "applied   adset c1s1 budget USD 50.00 -> USD 55.00" in said
    assert "blocked   adset c2s2 budget USD 50.00 -> USD 90.00" in said
    assert diary.summary() == "4 changes: 3 applied, 1 blocked."
    told = diary.as_dict()
    assert told["endings"] == {"applied": 3, "blocked": 1}
    assert {each["ending"] for each in told["changes"]} == {"applied", "blocked"}
    house.database.close()


def test_a_signal_lets_what_is_in_hand_end(house: House) -> None:
    change, before = house.ordered("c1s1", "budget", 5500), signal.getsignal(signal.SIGTERM)
    house.platform.on_write = lambda write: os.kill(os.getpid(), signal.SIGTERM)
    with until_told() as stop:
        drive(house.executor(), 1, stop, once=False)
        assert stop.is_set()
    assert house.now(change).state == "completed"
    assert signal.getsignal(signal.SIGTERM) is before
    house.database.close()


def test_a_bug_stops_all_workers_and_shows_itself(house: House) -> None:
    house.ordered("c1s1", "budget", 5500)
    house.platform.writes.append("bug")
    with pytest.raises(ZeroDivisionError):
        drive(house.executor(), 3, threading.Event(), once=False)
    house.database.close()


def test_nothing_due_is_said(house: House) -> None:
    diary = Diary()
    drive(house.executor(tell=diary.hear), 1, threading.Event(), once=True)
    assert diary.summary() == "Nothing was due." and list(rehearse(house.executor())) == []
    house.database.close()


def test_the_command_in_a_house_of_its_own(ask: Ask) -> None:
    answer = ask("executor", "--once", "--json")
    assert answer.code == 0, answer.err
    assert json.loads(answer.out) == {"endings": {}, "changes": []} and "Nothing was due." in answer.err
    assert ask("executor", "--dry-run").code == 0
    assert ask("executor", "--workers", 0).code == 2
    assert ask("executor", "--once", "--batch", 51).code == 2


@pytest.mark.slow
def test_the_command_works_until_it_is_told_to_stop(tmp_path: Path) -> None:
    """A process of its own: a signal to this one could end the test run."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    with subprocess.Popen(
        [sys.executable, "-m", "kinoloop.cli.main", "executor", "--workers", "2"],
        stderr=subprocess.PIPE,
        text=True,
        env={**environment, "KINOLOOP_HOME": str(tmp_path / "home"), "COLUMNS": "200"},
    ) as process:
        assert process.stderr is not None
        told = process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        rest = process.stderr.read()
        assert process.wait(60) == 0
    assert "2 workers" in told and "Nothing was due." in rest
