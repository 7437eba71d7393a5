"""Server time of each page and of the JSON lists, with 10,000 assets and 100,000 clips in the database.

    python -m bench.pages [--assets 10000] [--clips 100000] [--rounds 60] [--json]

Time is taken around the whole ASGI application, from the request to the last byte of the answer, after one
request to warm up. Goal: 50 ms at the 95th percentile for the footage and run pages.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from fastapi.testclient import TestClient
from pydantic import SecretStr
from starlette.types import ASGIApp, Receive, Scope, Send

from bench.pages_data import fill
from kinoloop.app.compose import App, open_app
from kinoloop.app.settings import Settings
from kinoloop.footage.intake.queries import assets_grid
from kinoloop.runs.queries import runs
from kinoloop.web.logs import configure_logs
from kinoloop.web.site import create_site

GOAL = 50.0
TOKEN = "the-token-of-this-measurement"
JUDGED = ("footage", "footage, later page", "one asset", "runs", "runs part", "one run")


@dataclass(frozen=True)
class Timing:
    """One page: milliseconds, and the size of its answer in bytes."""

    page: str
    p50: float
    p95: float
    bytes: int


class Stopwatch:
    """ASGI middleware around everything; `last` is the time of the newest answer in milliseconds."""

    def __init__(self, app: ASGIApp) -> None:
        self._app, self.last = app, 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        await self._app(scope, receive, send)
        self.last = (time.perf_counter() - began) * 1000


def measure(app: App, rounds: int) -> list[Timing]:
    """Ask for every page `rounds` times in turn, as a logged-in program that accepts pages."""
    watch = Stopwatch(create_site(app))
    headers = {"authorization": f"Bearer {TOKEN}", "accept": "text/html"}
    with TestClient(watch, base_url="http://localhost", headers=headers) as client:
        return [_page(client, watch, name, address, rounds) for name, address in _addresses(app)]


def _addresses(app: App) -> list[tuple[str, Callable[[int], str]]]:
    """What is asked for; the number of the round picks another asset, run or place each time."""
    with app.database.read() as connection:
        cells = assets_grid(connection, status="ready", limit=200)
        jobs = runs(connection, limit=100)
    ids = [cell.asset.asset_id for cell in cells]
    return [
        ("footage", lambda n: "/footage"),
        ("footage, later page", lambda n: f"/footage?after={ids[n % len(ids)]}"),
        ("footage, failed", lambda n: "/footage?status=failed"),
        ("one asset", lambda n: f"/footage/{ids[n % len(ids)]}"),
        ("clips", lambda n: "/clips"),
        ("clips, best first", lambda n: "/clips?sort=best"),
        ("clips, longest first", lambda n: "/clips?sort=longest"),
        ("runs", lambda n: "/runs"),
        ("runs part", lambda n: "/parts/runs"),
        ("one run", lambda n: f"/runs/{jobs[n % len(jobs)].run_id}"),
        ("search", lambda n: f"/search?q=word{n}"),
        ("GET /assets", lambda n: f"/assets?after={ids[n % len(ids)]}"),
        ("GET /assets/{id}/clips", lambda n: f"/assets/{ids[n % len(ids)]}/clips?ranked=true"),
        ("GET /api/jobs", lambda n: "/api/jobs"),
        ("GET /metrics", lambda n: "/metrics"),
    ]


def _page(
    client: TestClient, watch: Stopwatch, name: str, address: Callable[[int], str], rounds: int
) -> Timing:
    taken, size = [], 0
    for number in range(rounds + 1):
        answer = client.get(address(number))
        if answer.status_code != 200:
            raise RuntimeError(f"{address(number)} answered {answer.status_code}: {answer.text[:200]}")
        taken.append(watch.last)
        size = max(size, len(answer.content))
    cuts = statistics.quantiles(taken[1:], n=20)
    return Timing(name, round(cuts[9], 1), round(cuts[18], 1), size)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.pages")
    parser.add_argument("--assets", type=int, default=10_000)
    parser.add_argument("--clips", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="kinoloop-pages-") as folder:
        app = open_app(Settings(home=Path(folder), token=SecretStr(TOKEN)), mode="client")
        try:
            began = time.monotonic()
            fill(app.database, asked.assets, asked.clips)
            filled = time.monotonic() - began
            with Path(folder, "log").open("w") as log:
                configure_logs(log)
                found = measure(app, asked.rounds)
        finally:
            app.close()
    if asked.json:
        print(json.dumps([asdict(one) for one in found]))
    else:
        _show(found, asked, filled)
    return 0 if all(one.p95 < GOAL for one in found if one.page in JUDGED) else 1


def _show(found: list[Timing], asked: argparse.Namespace, filled: float) -> None:
    print(f"{asked.assets:,} assets, {asked.clips:,} clips in SQLite, filled in {filled:.0f} s")
    print(f"{'page':26} {'p50 ms':>8} {'p95 ms':>8} {'KB':>7}")
    for one in found:
        judged = one.page in JUDGED
        mark = f" goal {GOAL:.0f}: {'met' if one.p95 < GOAL else 'missed'}" if judged else ""
        print(f"{one.page:26} {one.p50:8.1f} {one.p95:8.1f} {one.bytes / 1000:7.0f}{mark}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
