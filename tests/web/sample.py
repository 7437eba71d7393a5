"""A house that `kinoloop demo` has filled, and `kinoloop serve --sample` on a copy: the real commands."""

import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from kinoloop.cli.demo.sample import FOLDER
from tests.once import once
from tests.web.browser import free_port

DAYS = 8
PATIENCE = 1500
"""Seconds that the demo may take on a machine that does much else at the same time."""
PROGRAM = (sys.executable, "-u", "-m", "kinoloop.cli.main")


def demo_made() -> Path:
    """A home with the sample in it, made once per run of the tests. To read only: open a copy of it."""
    return once(f"demo-{DAYS}-days", _run)


def copied(made: Path, home: Path) -> Path:
    """The home once more. Footage is known by its whole path, so the copy is told where its own lies."""
    shutil.copytree(made, home)
    with closing(sqlite3.connect(home / FOLDER / "kinoloop.db")) as store, store:
        for asset_id, path in store.execute("SELECT asset_id, path FROM assets").fetchall():
            own = home / "sample" / Path(path).name
            assert own.is_file()
            store.execute("UPDATE assets SET path = ? WHERE asset_id = ?", (str(own), asset_id))
    return home


@contextmanager
def served_sample(home: Path) -> Iterator[str]:
    """The link that lets one browser in; the server is told to stop when the block ends."""
    port = free_port()
    command = [*PROGRAM, "serve", "--sample", "--port", str(port)]
    with subprocess.Popen(
        command, env=_alone(home), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        try:
            assert server.stdout is not None
            told = server.stdout.readline() + server.stdout.readline()
            link = re.search(r"http://\S+/login\?code=\S+", told)
            assert link is not None and _listens(port), told
            yield link[0]
        finally:
            server.send_signal(signal.SIGTERM)
            server.stdout.close() if server.stdout else None
            server.wait(timeout=60)


def _run(home: Path) -> None:
    command = [*PROGRAM, "demo", "--seed", "7", "--days", str(DAYS), "--json", "--no-dashboard"]
    told = subprocess.run(
        command, check=False, env=_alone(home), capture_output=True, text=True, timeout=PATIENCE
    )
    assert told.returncode == 0, told.stderr[-3000:]
    (home / "report.json").write_text(told.stdout)


def _listens(port: int) -> bool:
    """Whether the server takes calls within a minute: it says where it is a moment before."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
        time.sleep(0.05)
    return False


def _alone(home: Path) -> Mapping[str, str]:
    """Nothing of this machine's own settings; films are made smaller, and so sooner."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KINOLOOP_")}
    kept.pop("DATABASE_URL", None)
    return {**kept, "KINOLOOP_HOME": str(home), "KINOLOOP_SHORT_SIDE": "540"}
