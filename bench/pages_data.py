"""A full house, made up quickly: what the page times are measured on.

Every table that a page reads gets rows of the usual shape; numbers follow a seed, so each run is the same.
"""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import numpy as np
from sqlalchemy import Connection, Table, insert

from kinoloop.core.ids import hash_bytes, uuid7
from kinoloop.footage.analysis.queries import COUNTER
from kinoloop.footage.analysis.rules.formula import VERSION
from kinoloop.footage.analysis.tables import clips as shots
from kinoloop.footage.analysis.tables import shot_changes, shot_sets
from kinoloop.footage.clips.tables import clip_files
from kinoloop.footage.intake.tables import assets as assets_table
from kinoloop.footage.intake.tables import transcripts
from kinoloop.footage.moments.tables import moments
from kinoloop.footage.search.rules import NAME_WEIGHT, name_terms, terms_of, weigh
from kinoloop.footage.search.tables import search_documents, search_terms
from kinoloop.runs.tables import jobs, processing_steps, system_events
from kinoloop.store.session import Database, connect

Rows = Iterator[dict[str, Any]]
START = datetime(2026, 1, 1, tzinfo=UTC)
EPOCH_MS = int(START.timestamp() * 1000)
CHUNK = 2000
LENGTH = 4.0
"""Seconds of a shot."""
WORDS = [f"word{number}" for number in range(2000)]
STATUSES = ("ready",) * 18 + ("processing", "failed")
ENDINGS = ("completed",) * 7 + ("failed", "partially_completed", "cancelled")
STEPS = ("download", "transcribe", "detect", "reframe", "cut", "finalise")


def fill(
    database: Database, assets: int = 10_000, clips: int = 100_000, runs: int = 2_000, *, seed: int = 7
) -> None:
    """Fill a migrated, empty database: shots evenly over the assets, a moment and a file for one in five."""
    each = max(1, clips // assets)
    parts: tuple[tuple[Table, Callable[[], Rows]], ...] = (
        (assets_table, lambda: (_asset(number, each) for number in range(assets))),
        (transcripts, lambda: (_transcript(number, each, seed) for number in range(assets))),
        (shots, lambda: _shots(assets, each, seed)),
        (shot_sets, lambda: (_shot_set(number, each) for number in range(assets))),
        (search_documents, lambda: _documents(assets, each)),
        (search_terms, lambda: _terms(assets, each, seed)),
        (moments, lambda: (_moment(number, each) for number in range(0, assets * each, 5))),
        (clip_files, lambda: (_file(number, each) for number in range(0, assets * each, 5))),
        (jobs, lambda: (_job(number) for number in range(runs))),
        (
            processing_steps,
            lambda: (_step(number, place) for number in range(runs) for place in range(len(STEPS))),
        ),
        (system_events, lambda: (_event(number) for number in range(runs * 3))),
    )
    for table, rows in parts:
        with database.begin() as connection:
            _write(connection, table, rows())
    with database.begin() as connection:
        connection.execute(insert(shot_changes).values(counter=COUNTER, version=assets))
    with database.begin() as connection:
        connection.exec_driver_sql("ANALYZE")


def _write(connection: Connection, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    rest = iter(rows)
    while chunk := list(islice(rest, CHUNK)):
        connection.execute(insert(table), chunk)


def _id(kind: int, number: int) -> str:
    """Time-ordered like real ids; `kind` keeps those of different tables apart."""
    return uuid7(EPOCH_MS + number * 1000, kind << 64 | number)


def _at(number: int, **more: float) -> datetime:
    return START + timedelta(minutes=number, **more)


def _spoken(number: int, seed: int) -> str:
    """Twelve words of a shot, few of them frequent, as in speech."""
    picks = np.random.default_rng((seed, number)).zipf(1.4, 12) % len(WORDS)
    return " ".join(WORDS[pick] for pick in picks)


def _asset(number: int, each: int) -> dict[str, Any]:
    status = STATUSES[number % len(STATUSES)]
    failure = {"code": "bad_media", "what": "The file ends early.", "why": "", "fix": "Copy it again."}
    return {
        "asset_id": _id(1, number),
        "path": f"/footage/day{number % 90}/take_{number}.mp4",
        "filename": f"take_{number}.mp4",
        "size_bytes": 40_000_000 + number,
        "duration_seconds": each * LENGTH,
        "resolution": "1920x1080",
        "format": "mp4",
        "ingested_at": _at(number),
        "status": status,
        "source": "local",
        "sha256": hash_bytes(str(number).encode()),
        "error": failure if status == "failed" else None,
        "info": {"kind": "video", "container": "mp4", "warnings": [], "degraded": []},
        "thumbnail_path": f"analysis/{number}/thumbnail.jpg",
        "scrub_path": f"analysis/{number}/scrub.jpg",
    }


def _transcript(number: int, each: int, seed: int) -> dict[str, Any]:
    said = [word for shot in range(each) for word in _spoken(number * each + shot, seed).split()]
    gap = LENGTH / 12
    return {
        "asset_id": _id(1, number),
        "source": "made up",
        "language": "en",
        "word_timed": True,
        "words": [
            [word, round(place * gap, 3), round((place + 1) * gap, 3)] for place, word in enumerate(said)
        ],
        "text": " ".join(said),
    }


def _shots(assets: int, each: int, seed: int) -> Rows:
    for asset in range(assets):
        looks = np.random.default_rng((seed, asset, 1)).normal(size=(each, 512)).astype(np.float32)
        for place in range(each):
            yield _shot(asset, place, asset * each + place, looks[place], _spoken(asset * each + place, seed))


def _shot(asset: int, place: int, number: int, look: Any, text: str) -> dict[str, Any]:
    score = (number * 7919 % 10_000) / 10_000
    measured = {"value": score, "reason": None}
    names = ("motion", "sharpness", "luma", "loudness", "speech", "faces")
    return {
        "clip_id": _id(2, number),
        "asset_id": _id(1, asset),
        "start_time": place * LENGTH,
        "end_time": (place + 1) * LENGTH,
        "duration": LENGTH,
        "scene_score": score,
        "psychology_score": {"composite": score, "curiosity": score, "urgency": None},
        "hook_strength": {"strength": score, "hook_type": "pattern_interrupt"},
        "novelty_score": {"composite": score},
        "composite_score": score,
        "emotion_data": {"emotion": None, "reason": "not detected"},
        "embedding": look,
        "thumbnail_url": f"analysis/{asset}/shot_{place}.jpg",
        "created_at": _at(asset),
        "features": dict.fromkeys(names, measured),
        "explanation": {
            "formula": VERSION,
            "composite": "0.40 x 0.5 psychology + 0.35 x 0.5 hook",
            "evidence": 0.8,
        },
        "text": text,
        "space": "look-v1",
    }


def _shot_set(number: int, each: int) -> dict[str, Any]:
    best = max((shot * 7919 % 10_000) / 10_000 for shot in range(number * each, (number + 1) * each))
    return {
        "asset_id": _id(1, number),
        "shots": each,
        "best_score": best,
        "space": "look-v1",
        "version": number + 1,
        "formula": VERSION,
    }


def _documents(assets: int, each: int) -> Rows:
    """A document for each asset's name, then one for each shot; their numbers start at 1."""
    for number in range(assets):
        yield {"doc": number + 1, "asset_id": _id(1, number), "clip_id": None}
    for number in range(assets * each):
        yield {"doc": assets + number + 1, "asset_id": _id(1, number // each), "clip_id": _id(2, number)}


def _terms(assets: int, each: int, seed: int) -> Rows:
    for number in range(assets):
        for term, weight in weigh(name_terms(f"take_{number}.mp4"), factor=NAME_WEIGHT).items():
            yield {"term": term, "doc": number + 1, "weight": weight}
    for number in range(assets * each):
        for term, weight in weigh(terms_of(_spoken(number, seed))).items():
            yield {"term": term, "doc": assets + number + 1, "weight": weight}


def _moment(number: int, each: int) -> dict[str, Any]:
    return {
        "moment_id": _id(3, number),
        "asset_id": _id(1, number // each),
        "run_id": _id(5, number % 2000),
        "start_time": 0.0,
        "end_time": 15.0,
        "mode": "viral",
        "score": 0.7,
        "confidence": 0.6,
        "subscores": {"sound": {"value": 0.7, "reason": "louder than usual"}},
        "reason": "Loud and lively.",
        "keywords": ["word1"],
        "status": ("proposed", "accepted", "rejected")[number % 3],
        "passthrough": False,
        "created_at": _at(number // each),
    }


def _file(number: int, each: int) -> dict[str, Any]:
    return {
        "clip_file_id": _id(4, number),
        "moment_id": _id(3, number),
        "asset_id": _id(1, number // each),
        "run_id": _id(5, number % 2000),
        "start_time": 0.0,
        "end_time": 15.0 + number,
        "aspect": "9:16",
        "path": f"videos/{number}/clip.mp4",
        "thumbnail_path": f"videos/{number}/clip.jpg",
        "width": 1080,
        "height": 1920,
        "duration_seconds": 15.0,
        "size_bytes": 4_000_000,
        "sha256": hash_bytes(str(number).encode()),
        "lufs": -14.0,
        "created_at": _at(number // each),
    }


def _job(number: int) -> dict[str, Any]:
    status = ENDINGS[number % len(ENDINGS)] if number % 100 else "running"
    broken = '{"code": "limit", "what": "It took too long.", "why": "", "fix": "Try again."}'
    return {
        "id": _id(5, number),
        "flow": ("ingest_footage", "cut_moments")[number % 2],
        "video_title": f"take_{number}.mp4",
        "status": status,
        "progress": 40 if status == "running" else 100,
        "current_step": "detect" if status == "running" else None,
        "error_message": broken if status == "failed" else None,
        "payload": {"asset_id": _id(1, number)},
        "result_data": {"clips": 3} if status == "completed" else None,
        "priority": 5,
        "retry_count": 0,
        "worker_id": "bench",
        "created_at": _at(number),
        "started_at": _at(number, seconds=1),
        "completed_at": None if status == "running" else _at(number, seconds=50),
        "updated_at": _at(number, seconds=50),
        "queue": "media",
    }


def _step(number: int, place: int) -> dict[str, Any]:
    return {
        "id": _id(6, number * len(STEPS) + place),
        "job_id": _id(5, number),
        "step_name": STEPS[place],
        "attempt": 1,
        "status": "completed",
        "started_at": _at(number, seconds=place * 8),
        "completed_at": _at(number, seconds=place * 8 + 7),
        "duration_seconds": 7.0,
        "agent_output": {"found": place},
        "metadata_json": {"worker": "bench", "retry": 0},
    }


def _event(number: int) -> dict[str, Any]:
    return {
        "id": _id(7, number),
        "job_id": _id(5, number // 3),
        "event_type": "step_completed",
        "component": "cut_moments",
        "severity": "info",
        "message": f"Step {STEPS[number % len(STEPS)]} ended.",
        "metadata_json": {},
        "created_at": _at(number // 3, seconds=number % 3),
    }


if __name__ == "__main__":
    from kinoloop.store.migrate import migrate

    target = connect(sys.argv[1])
    migrate(target)
    began = time.monotonic()
    fill(target)
    print(f"{target.label}: 10,000 assets, 100,000 shots, 2,000 runs in {time.monotonic() - began:.0f} s")
