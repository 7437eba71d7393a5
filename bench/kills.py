"""kill -9 of a worker that makes clips, at 20 random points: all runs finish, the same files, nothing twice.

    python -m bench.kills [--json] [--kills 20] [--seed 7]

The same films go through an untouched worker first; its clips' checksums are the truth.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from kinoloop.app.compose import App, open_app
from kinoloop.app.settings import read_settings
from kinoloop.core.ids import hash_file
from kinoloop.flows.order import ClipOrder
from kinoloop.footage.clips.queries import clip_files
from kinoloop.footage.intake.queries import count_by_status
from kinoloop.media.sample import draw_sample_shoot
from kinoloop.runs import queries

ORDER = ClipOrder(min_duration=5, max_duration=8, max_moments=3, height=640)
LEASE = "1.5"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kinoloop-bench-") as name:
        room = Path(name)
        films = [film.path for film in draw_sample_shoot(room / "shoot")]
        truth, calm = journey(room / "calm", films, kills=0, rng=random.Random(0))
        made, told = journey(room / "killed", films, kills=wanted.kills, rng=random.Random(wanted.seed))
    row = {
        **told,
        "same_files": made == truth,
        "clips_expected": len(truth),
        "seconds_without_kills": calm["seconds"],
    }
    print(
        json.dumps(row)
        if wanted.json
        else "\n".join(f"{k.replace('_', ' '):<24} {v}" for k, v in row.items())
    )
    sys.exit(0 if row["same_files"] and told["finished"] == told["runs"] and not told["twice"] else 1)


def journey(
    home: Path, films: list[Path], *, kills: int, rng: random.Random
) -> tuple[dict[str, str], dict[str, object]]:
    """Ingest and cut all films with a worker that is killed; gives checksum by clip, and what was seen."""
    app = open_app(read_settings(home=home, database_url=None, lease_seconds=float(LEASE)), mode="client")
    try:
        taken = app.ingest(films, source="bench", roots=[films[0].parent])
        runs = [app.make_clips(asset_id=file.asset_id, order=ORDER) for file in taken.files if file.asset_id]
        runs = [*taken.run_ids, *runs]
        began, struck, worker = time.monotonic(), 0, start_worker(home)
        try:
            while not finished(app, runs):
                if struck < kills and in_a_step(app, worker, runs):
                    time.sleep(rng.uniform(0.0, 1.0))
                    worker.send_signal(signal.SIGKILL)
                    worker.wait()
                    worker, struck = start_worker(home), struck + 1
                time.sleep(0.05)
        finally:
            worker.terminate()
            worker.wait(timeout=120)
        return outcome(app, runs), {
            **seen(app, runs),
            "kills": struck,
            "seconds": round(time.monotonic() - began),
        }
    finally:
        app.close()


def start_worker(home: Path, more: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    environment = {**os.environ, **(more or {}), "KINOLOOP_HOME": str(home), "KINOLOOP_LEASE_SECONDS": LEASE}
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "kinoloop.cli.main", "worker", "--concurrency", "1"]
    return subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)


def in_a_step(app: App, worker: subprocess.Popen[bytes], runs: list[str]) -> bool:
    """Whether this very process is inside a step: a kill during its imports would prove little."""
    names = {lease.executor_id for lease in app.runs.workers() if lease.pid == worker.pid}
    with app.database.read() as connection:
        steps = [step for run_id in runs for step in queries.steps(connection, run_id)]
    return any(step.status == "started" and step.worker_id in names for step in steps)


def finished(app: App, runs: list[str]) -> bool:
    with app.database.read() as connection:
        return all(queries.run(connection, run_id).finished for run_id in runs)


def outcome(app: App, runs: list[str]) -> dict[str, str]:
    """Checksum of every clip on the disk, by film and stretch."""
    with app.database.read() as connection:
        clips = [clip for run_id in runs for clip in clip_files(connection, run_id=run_id)]
        names = {clip.asset_id: queries.run(connection, clip.run_id).title for clip in clips}
    return {f"{names[c.asset_id]} {c.span} {c.aspect}": hash_file(app.blobs.path(c.path)) for c in clips}


def seen(app: App, runs: list[str]) -> dict[str, object]:
    with app.database.read() as connection:
        rows = [queries.run(connection, run_id) for run_id in runs]
        clips = [clip for run_id in runs for clip in clip_files(connection, run_id=run_id)]
        assets = count_by_status(connection)
        steps = [step for run_id in runs for step in queries.steps(connection, run_id)]
    keys = [(clip.run_id, clip.span, clip.aspect) for clip in clips]
    completed = [(s.step_name, s.worker_id) for s in steps if s.status == "completed"]
    return {
        "runs": len(rows),
        "finished": sum(row.status == "completed" for row in rows),
        "clips": len(clips),
        "twice": len(keys) - len(set(keys)),
        "assets_ready": assets["ready"],
        "steps_completed": len(completed),
        "step_attempts": len(steps),
        "files_left_behind": sum(p.name.startswith(".") for p in app.blobs.root.rglob("*.mp4")),
    }


if __name__ == "__main__":
    main()
