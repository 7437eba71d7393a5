"""20 detections at once on two workers, as their users run them: completed, verified files per hour."""

import json
import os
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path
from statistics import quantiles

from kinoloop.app.compose import App, open_app
from kinoloop.app.settings import read_settings
from kinoloop.core.ids import hash_file
from kinoloop.core.timecode import Span
from kinoloop.flows.order import ClipOrder
from kinoloop.footage.clips.queries import clip_files
from kinoloop.media.probe import probe
from kinoloop.media.sample import draw_sample_shoot
from kinoloop.media.smartcut import smart_cut
from kinoloop.runs import queries

FILES, WORKERS = 20, 2
ORDER = ClipOrder(min_duration=4, max_duration=8, max_moments=1)


def main() -> None:
    """Fill a fresh home with 20 different films, start two workers, wait, check every file."""
    with tempfile.TemporaryDirectory(prefix="kinoloop-bench-") as name:
        home = Path(name)
        films = _films(home / "films")
        app = open_app(read_settings(home=home, database_url=None), mode="client")
        try:
            rows = _measure(app, home, films)
        finally:
            app.close()
    print(json.dumps(rows) if "--json" in sys.argv else _told(rows))


def _films(folder: Path) -> list[Path]:
    """Twenty different stretches of the sample shoot, with sound."""
    sources = [film.path for film in draw_sample_shoot(folder / "shoot")]
    films = []
    for number in range(FILES):
        source = sources[number % len(sources)]
        start = Fraction(number // len(sources)) / 2
        end = min(start + 15, probe(source).duration)
        out = folder / f"film-{number:02d}.mp4"
        smart_cut(source, Span(start, end), out)
        films.append(out)
    return films


def _measure(app: App, home: Path, films: list[Path]) -> dict[str, object]:
    taken = app.ingest(films, source="bench", roots=[home])
    runs = [app.make_clips(asset_id=file.asset_id, order=ORDER) for file in taken.files if file.asset_id]
    began = time.monotonic()
    workers = [_worker(home) for _ in range(WORKERS)]
    try:
        ended = [_end(app, run_id) for run_id in runs]
    finally:
        took = time.monotonic() - began
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait(timeout=60)
    with app.begin() as connection:
        made = [clip for run_id in runs for clip in clip_files(connection, run_id=run_id)]
        rows = [queries.run(connection, run_id) for run_id in runs]
    good = sum(hash_file(app.blobs.path(clip.path)) == clip.sha256 for clip in made)
    spans = [(r.completed_at - r.started_at).total_seconds() for r in rows if r.completed_at and r.started_at]
    minutes = sum(float(probe(film).duration) for film in films) / 60
    return {
        "files": len(films),
        "completed": sum(state == "completed" for state in ended),
        "verified_clips": good,
        "wall_seconds": round(took, 1),
        "files_per_hour": round(len(films) * 3600 / took),
        "video_minutes": round(minutes, 2),
        "run_seconds_p50": round(quantiles(spans, n=20)[9], 2) if len(spans) > 1 else None,
        "run_seconds_p95": round(quantiles(spans, n=20)[18], 2) if len(spans) > 1 else None,
    }


def _worker(home: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "KINOLOOP_HOME": str(home)}
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "kinoloop.cli.main", "worker", "--concurrency", "1"]
    return subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)


def _end(app: App, run_id: str) -> str:
    app.runs.wait(run_id, timeout=900)
    with app.begin() as connection:
        return queries.run(connection, run_id).status


def _told(rows: dict[str, object]) -> str:
    return "\n".join(f"{name.replace('_', ' '):<20} {value}" for name, value in rows.items())


if __name__ == "__main__":
    main()
