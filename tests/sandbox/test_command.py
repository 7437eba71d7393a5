"""`kinoloop sandbox`: the lines to paste, loopback only, a clean stop."""

import os
import re
import signal
import subprocess
import sys

import httpx2
import pytest
import typer

from kinoloop.cli import sandbox as command
from kinoloop.core.errors import InputError

PROGRAM = (
    "import sys, typer\n"
    "from kinoloop.cli import sandbox\n"
    "app = typer.Typer()\n"
    "app.callback()(lambda: None)\n"
    "sandbox.add_to(app)\n"
    "app(sys.argv[1:])\n"
)


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_told_to_stop(stop: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "sandbox", "--port", "0", "--speed", "500"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "COLUMNS": "400"},
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        lines = [process.stdout.readline() for _ in range(14)]
        told = dict(re.findall(r"^export (\w+)=(.*)$", "".join(lines), re.MULTILINE))
        base = told["KINOLOOP_REPLICATE_URL"]
        headers = {"authorization": f"Bearer {told['REPLICATE_API_KEY']}"}
        assert base.startswith("http://127.0.0.1:")
        assert httpx2.get(f"{base}/v1/account", headers=headers).status_code == 200
        process.send_signal(stop)
        assert process.wait(10) == 0
        assert "Stopped." in process.stderr.read()


def app() -> typer.Typer:
    program = typer.Typer()
    program.callback()(lambda: None)
    command.add_to(program)
    return program


@pytest.mark.parametrize("wrong", [["--scenario", "rainy"], ["--speed", "0"]])
def test_wrong_wishes_are_told(wrong: list[str]) -> None:
    with pytest.raises(InputError):
        app()(["sandbox", *wrong], standalone_mode=False)
