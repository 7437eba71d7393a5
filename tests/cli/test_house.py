"""The commands on a database: ingest, search, runs, db, doctor, worker; and the help."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kinoloop.cli.main import ROOMS
from tests.cli.conftest import Ask


def test_help_names_every_command(ask: Ask) -> None:
    answer = ask("--help")
    assert answer.code == 0
    assert all(command in answer.out for commands in ROOMS.values() for command in commands)
    assert ask("--version").out.startswith("kinoloop ")
    assert ask("dance").code == 2


@pytest.mark.slow
def test_footage_is_taken_in_and_found(ask: Ask, film: Path, tmp_path: Path) -> None:
    named = tmp_path / "sunrise over harbour.mp4"
    named.write_bytes(film.read_bytes())
    (tmp_path / "broken.mp4").write_text("no film")
    answer = ask("ingest", named, tmp_path / "broken.mp4", "--json")
    told = json.loads(answer.out)
    assert answer.code == 1
    assert {Path(f["path"]).name: f["outcome"] for f in told["files"]} == {
        "sunrise over harbour.mp4": "new",
        "broken.mp4": "new",
    }
    hits = json.loads(ask("search", "harbour", "--json").out)["hits"]
    assert [hit["filename"] for hit in hits] == ["sunrise over harbour.mp4"]
    assert "harbour" in ask("search", "harb").out
    runs = json.loads(ask("runs", "--json").out)["runs"]
    assert len(runs) == 2
    assert "Analyse" in ask("runs").out
    failed = next(r for r in told["runs"] if "what" in told["runs"][r])
    shown = ask("runs", failed)
    assert shown.code == 0 and "failed" in shown.out
    assert ask("runs", failed, "--cancel", "--json").code == 1
    assert ask("runs", failed, "--retry", "--json").code == 0
    assert ask("ingest", named).code == 0


def test_what_cannot_be_searched(ask: Ask) -> None:
    assert ask("search", "--json").code == 2
    assert ask("search", "--like", "nothing", "--json").code == 2
    assert ask("runs", "--cancel", "--json").code == 2
    assert ask("runs", "nothing", "--json").code == 2
    assert ask("worker", "--queues", "fun", "--json").code == 2
    assert ask("demo", "--footage", "nowhere", "--json").code == 2


def test_the_database_commands(ask: Ask, tmp_path: Path) -> None:
    assert ask("db", "status").code == 1
    applied = json.loads(ask("db", "migrate", "--json").out)["applied"]
    assert applied and ask("db", "status").code == 0
    assert json.loads(ask("db", "migrate", "--json").out)["applied"] == []
    assert "assets" in json.loads(ask("db", "schema", "--json").out)
    assert "assets" in ask("db", "schema").out
    copy = tmp_path / "copy.backup"
    assert ask("db", "backup", copy).code == 0 and copy.stat().st_size > 0
    assert ask("db", "restore", copy, "--force").code == 0
    assert ask("db", "restore", tmp_path / "none").code == 2


def test_doctor_says_what_works(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = ask("doctor", "--json")
    parts = {part["name"]: part for part in json.loads(answer.out)["parts"]}
    assert answer.code == 0
    assert parts["media"]["verdict"] == "passed"
    assert parts["transcripts"]["verdict"] == "degraded" and parts["transcripts"]["mend"]
    assert "passed" in ask("doctor").out
    monkeypatch.setenv("KINOLOOP_ENCODER", "nothing")
    monkeypatch.setenv("KINOLOOP_WHISPER_WEIGHTS", "/nowhere")
    monkeypatch.setenv("KINOLOOP_CLIP_WEIGHTS", "/nowhere")
    monkeypatch.setenv("DATABASE_URL", "oracle://nowhere")
    answer = ask("doctor", "--json")
    blocked = [p["name"] for p in json.loads(answer.out)["parts"] if p["verdict"] == "blocked"]
    assert answer.code == 1
    assert blocked == ["database", "encoder", "transcripts", "embedding"]


def test_a_bad_setting_is_named(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINOLOOP_UPLOAD_LIMIT_MB", "many")
    answer = ask("doctor", "--json")
    assert answer.code == 2 and "UPLOAD_LIMIT_MB" in json.loads(answer.out)["error"]["what"]


@pytest.mark.slow
def test_a_worker_leaves_when_told(tmp_path: Path) -> None:
    environment = {**os.environ, "KINOLOOP_HOME": str(tmp_path / "home")}
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "kinoloop.cli.main", "worker", "--queues", "media"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as worker:
        assert worker.stderr is not None
        assert "takes media" in worker.stderr.readline()
        began = time.monotonic()
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=30) == 0
        assert time.monotonic() - began < 20
