"""Videos against the sandbox: estimate against actual, kill -9 at random points, ten jobs at once.

    python -m bench.videos [--runs 20] [--kills 20] [--together 10] [--seed 7]

The sandbox runs in this process with its own books; the product's worker is a process of its own that is
killed while it is inside a step. Films are small (180 pixels wide): the journey is measured, not the encoder.
"""

import argparse
import itertools
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import structlog
from tests.web.browser import free_port, serving

from bench.kills import LEASE, in_a_step, start_worker
from kinoloop.app.compose import App, open_app
from kinoloop.app.settings import read_settings
from kinoloop.core.ids import NewId, hash_file, uuid7
from kinoloop.core.money import show_usd
from kinoloop.costs.queries import day, entries
from kinoloop.creative.briefs.reading import parse_brief, sample_brief
from kinoloop.creative.briefs.records import Brief
from kinoloop.creative.renders.queries import variants
from kinoloop.creative.videos.queries import video as read_video
from kinoloop.creative.videos.records import Video
from kinoloop.runs.config import Mode
from kinoloop.runs.queries import runs, steps
from kinoloop.sandbox.testing import Sandbox, running_sandbox
from kinoloop.web.site import create_site

ME = "owner"
SMALL = {
    "KINOLOOP_SHORT_SIDE": "180",
    "KINOLOOP_ENCODER_PRESET": "ultrafast",
    "KINOLOOP_BUDGET_HARD": "100000",
}
OVER = ("completed", "partially_completed", "failed", "stalled", "cancelled")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=20, help="for estimate against actual")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--together", type=int, default=10)
    parser.add_argument("--seed", type=int, default=7)
    wanted = parser.parse_args()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())  # the server's request log
    ok = estimates(wanted.runs, wanted.seed) if wanted.runs else True
    ok = (kills(wanted.kills, wanted.seed) if wanted.kills else True) and ok
    ok = (together(wanted.together) if wanted.together else True) and ok
    sys.exit(0 if ok else 1)


def briefs(count: int, rng: random.Random) -> list[Brief]:
    """Different lengths, services and versions of the sample brief, all of generated scenes."""
    base = replace(parse_brief(sample_brief()), visuals="generated", shapes=("9:16",), exports=("mp4",))
    found = []
    for number in range(count):
        service = ("replicate", "kie")[number % 2]
        found.append(
            replace(
                base,
                name=f"Ad {number + 1}",
                service=service,  # type: ignore[arg-type]  # one of the two
                duration=rng.choice((15, 30)),
                variants=rng.choice((1, 2, 3)),
                vary=rng.choice((("hook", "cta"), ("opening", "hook"), ("cta", "opening"))),
            )
        )
    return found


def estimates(count: int, seed: int) -> bool:
    """Estimate before anything starts against what the vendors really charged."""
    with tempfile.TemporaryDirectory(prefix="kinoloop-bench-") as name, running_sandbox() as sandbox:
        app = opened(Path(name), sandbox)
        app.runs.launch()
        try:
            made = [
                rendered(app, app.videos.generate(brief, owner=ME))
                for brief in briefs(count, random.Random(seed))
            ]
            with app.database.read() as connection:
                spent = day(connection, app.clock.now().date(), app.videos.budgets).spent
        finally:
            app.close()
        billed = sandbox.billed()
    firsts = [first for first, _ in made]
    ratios = [ended.actual_cost / max(1, first.estimated_cost) for first, ended in made]
    done = sum(ended.status == "completed" for _, ended in made)
    within = sum(abs(ratio - 1) <= 0.2 for ratio in ratios)
    print(f"estimate against actual, {count} runs: {done} completed, {within} within 20 %")
    middle, told = statistics.median(ratios), show_usd(sum(first.estimated_cost for first in firsts))
    print(f"  actual / estimate: min {min(ratios):.3f}, median {middle:.3f}, max {max(ratios):.3f}")
    print(f"  estimated {told}, ledger {show_usd(spent)}, invoice {show_usd(billed)}")
    return done == within == count and spent == billed


def kills(count: int, seed: int) -> bool:
    """The same jobs with an untouched worker and with one that is killed: same files, each call paid once."""
    rng = random.Random(seed)
    wishes = [replace(brief, duration=15, variants=2, vary=("hook",)) for brief in briefs(6, rng)]
    calm, _, calls, _ = journey(wishes, 0, rng)
    made, struck, again, agree = journey(wishes, count, rng)
    print(f"kill -9, {struck} kills in steps: {len(made)} films of {len(calm)}, same files: {made == calm}")
    print(f"  paid calls without kills {calls}, with kills {again}; ledger equals invoice: {agree}")
    return made == calm and calls == again and agree


def journey(wishes: Sequence[Brief], count: int, rng: random.Random) -> tuple[dict[str, str], int, int, bool]:
    """Checksums by film, kills, paid calls, and whether the books agree to the millionth of a dollar.

    A server stays up beside the worker that is killed, so that services can tell what they finished.
    """
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="kinoloop-bench-") as name, running_sandbox(speed=60) as sandbox:
        app = opened(Path(name), sandbox, lease_seconds=float(LEASE), mode="client", public_url=address)
        try:
            with serving(create_site(app), port):
                environment = {**sandbox.environment, **SMALL, "KINOLOOP_PUBLIC_URL": address}
                jobs, struck = followed(app, wishes, count, rng, environment)
            ledger, paid = books(app, jobs)
            return checksums(app, jobs), struck, paid, ledger == sandbox.billed()
        finally:
            app.close()


def followed(
    app: App, wishes: Sequence[Brief], count: int, rng: random.Random, environment: dict[str, str]
) -> tuple[list[Video], int]:
    """The jobs when all are over, and how often their worker was killed."""
    jobs = [app.videos.generate(wish, owner=ME) for wish in wishes]
    struck, worker = 0, start_worker(app.settings.home, environment)
    try:
        while not all(job.status in OVER for job in jobs):
            jobs = [now(app, job) for job in jobs]
            for job in jobs:
                if job.status == "storyboard_complete":
                    app.videos.render(job.video_id, who=ME, approve=True)
            if struck < count and killable(app, worker, family(app, jobs)):
                time.sleep(rng.uniform(0.0, 0.7))
                worker.send_signal(signal.SIGKILL)
                worker.wait()
                worker, struck = start_worker(app.settings.home, environment), struck + 1
            time.sleep(0.05)
    finally:
        worker.terminate()
        worker.wait(timeout=120)
    return jobs, struck


def together(count: int) -> bool:
    """So many jobs started at once all finish."""
    with tempfile.TemporaryDirectory(prefix="kinoloop-bench-") as name, running_sandbox() as sandbox:
        app = opened(Path(name), sandbox)
        app.runs.launch()
        try:
            began = time.monotonic()
            wishes = [replace(brief, duration=15, variants=1) for brief in briefs(count, random.Random(1))]
            drafts = [app.videos.generate(wish, owner=ME) for wish in wishes]
            for job in drafts:
                app.runs.wait(job.run_id or "", timeout=600)
            renders = [app.videos.render(job.video_id, who=ME, approve=True) for job in drafts]
            for job in renders:
                app.runs.wait(job.run_id or "", timeout=600)
            ended = [now(app, job) for job in drafts]
            took = time.monotonic() - began
        finally:
            app.close()
    done = sum(job.status == "completed" for job in ended)
    print(f"{count} jobs at once: {done} completed in {took:.0f} s")
    return done == count


def opened(home: Path, sandbox: Sandbox, *, mode: Mode = "embedded", **settings: object) -> App:
    """A house whose services are the sandbox's."""
    os.environ.pop("DATABASE_URL", None)
    os.environ.update(sandbox.environment | SMALL)
    chosen = read_settings(home=home, database_url=None, **settings)
    return open_app(chosen, mode=mode, hurried=True, make_id=numbered())


def numbered() -> NewId:
    """Ids that are the same in every house, as seeds and so pictures follow from a job's id."""
    numbers = itertools.count(1)
    return lambda: uuid7(1_700_000_000_000, next(numbers))


def rendered(app: App, first: Video) -> tuple[Video, Video]:
    """The job as it was ordered, and as it ended."""
    app.runs.wait(first.run_id or "", timeout=300)
    job = app.videos.render(first.video_id, who=ME, approve=True)
    app.runs.wait(job.run_id or "", timeout=600)
    return first, now(app, first)


def now(app: App, job: Video) -> Video:
    with app.database.read() as connection:
        return read_video(connection, job.video_id)


def family(app: App, jobs: Sequence[Video]) -> list[str]:
    """The runs of these jobs with their children."""
    roots = [job.run_id for job in jobs if job.run_id]
    with app.database.read() as connection:
        return [row.run_id for row in runs(connection, limit=200) if row.run_id.startswith(tuple(roots))]


def killable(app: App, worker: subprocess.Popen[bytes], running: list[str]) -> bool:
    """Inside steps that have not lost their worker twice: after five times a step is given up on purpose."""
    with app.database.read() as connection:
        begun = [step for run_id in running for step in steps(connection, run_id) if step.status == "started"]
    return all(step.attempt <= 2 for step in begun) and in_a_step(app, worker, running)


def books(app: App, jobs: Sequence[Video]) -> tuple[int, int]:
    """What the ledger says was spent, and for how many calls."""
    with app.database.read() as connection:
        found = [entry for job in jobs for entry in entries(connection, job.video_id)]
    paid = [entry for entry in found if entry.state == "committed"]
    return sum(entry.amount for entry in paid), len(paid)


def checksums(app: App, jobs: Sequence[Video]) -> dict[str, str]:
    """Checksum of every finished film, by job, version and shape."""
    with app.database.read() as connection:
        films = [(job.name, film) for job in jobs for film in variants(connection, job.video_id)]
    return {f"{name} {film.label} {film.shape}": hash_file(app.blobs.path(film.path)) for name, film in films}


if __name__ == "__main__":
    main()
