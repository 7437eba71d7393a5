"""The demo on a person's own footage, and the server as a person starts and stops it."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from kinoloop.app.settings import read_settings
from kinoloop.cli.demo.clips import made_clips
from kinoloop.cli.session import opened
from tests.cli.conftest import Ask


@pytest.mark.slow
def test_clips_of_own_footage(film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "shoot"
    folder.mkdir()
    (folder / "mine.mp4").write_bytes(film.read_bytes())
    (folder / "torn.mp4").write_text("no film")
    with opened(read_settings(home=tmp_path / "home"), mode="embedded", hurried=True) as app:
        made = made_clips(app, folder, own=True, quiet=True)
    assert made.files and all(path.is_file() for path in made.files)
    assert made.sheet is not None and made.sheet.is_file()
    assert made.footage_files == len(made.assets) == 1
    assert made.footage_seconds == pytest.approx(6, abs=0.2)
    assert "torn.mp4" in capsys.readouterr().err


def test_a_demo_that_cannot_be_says_why(ask: Ask, tmp_path: Path) -> None:
    assert "7 to 120" in ask("demo", "--days", "500").err
    mine = tmp_path / "home" / "demo"
    mine.mkdir(parents=True)
    (mine / "film.mp4").write_text("dear")
    assert ask("demo", "--reset").code == 1 and (mine / "film.mp4").is_file()
    assert ask("serve", "--sample").code == 2


def test_a_demo_without_any_clip_fails(ask: Ask, tmp_path: Path) -> None:
    folder = tmp_path / "shoot"
    folder.mkdir()
    (folder / "torn.mp4").write_text("no film")
    answer = ask("demo", "--footage", folder)
    assert answer.code == 2 and "No clip could be made" in answer.err


@pytest.mark.slow
def test_serve_prints_a_link_and_stops_when_told(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "KINOLOOP_HOME": str(tmp_path / "home")}
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-u", "-m", "kinoloop.cli.main", "serve", "--port", str(port)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        lines = [server.stdout.readline(), server.stdout.readline()]
        link = re.search(r"http://\S+/login\?code=\S+", lines[1])
        assert str(port) in lines[0] and link is not None
        try:
            assert _answer(f"http://127.0.0.1:{port}/health/live") == 200
            second = subprocess.run(
                command, check=False, env=environment, capture_output=True, text=True, timeout=60
            )
            assert second.returncode == 1 and "could not be used" in second.stderr
        finally:
            server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=30) == 0


def _answer(url: str) -> int:
    for _ in range(100):
        try:
            with urllib.request.urlopen(url, timeout=5) as reply:
                return int(reply.status)
        except OSError:
            time.sleep(0.1)
    return 0
