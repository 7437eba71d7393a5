"""A full house, written row by row for speed: many assets, each with shots, words and vectors."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import numpy as np
from sqlalchemy import Table, insert

from kinoloop.footage.analysis.operations import NO_EMOTION
from kinoloop.footage.analysis.queries import COUNTER
from kinoloop.footage.analysis.tables import clips, shot_changes, shot_sets
from kinoloop.footage.clips.tables import clip_files
from kinoloop.footage.intake.tables import assets
from kinoloop.footage.moments.tables import moments
from kinoloop.footage.search.rules import weigh
from kinoloop.footage.search.tables import search_documents, search_terms
from kinoloop.store.session import Database
from tests.footage.fill import MEASURED, NOW, Ids

Row = dict[str, Any]
BATCH = 5000
VOCABULARY = 20_000
TELLING = dict.fromkeys(("scene", "hook", "composite"), "0.40 x 0.62 + 0.35 x 0.50 + 0.25 x 0.70 = 0.55")


def fill_house(database: Database, *, count: int, shots_each: int = 10, seed: int = 1) -> list[str]:
    """Write `count` ready assets with shots, one moment and one clip file per shot; returns the asset ids."""
    new_id, chance = Ids(), np.random.default_rng(seed)
    asset_ids = [new_id() for _ in range(count)]
    shots = [(new_id(), asset_ids[n // shots_each], n % shots_each) for n in range(count * shots_each)]
    texts = [_sentence(chance) for _ in shots]
    _write(database, assets, (_asset(asset_id, n) for n, asset_id in enumerate(asset_ids)))
    _write(database, clips, (_shot(*shot, text, chance) for shot, text in zip(shots, texts, strict=True)))
    _write(database, shot_sets, (_summary(asset_id, shots_each) for asset_id in asset_ids))
    _write(database, shot_changes, [{"counter": COUNTER, "version": 1}])
    _write(database, moments, (_moment(new_id(), *shot) for shot in shots))
    _write(database, clip_files, (_clip_file(new_id(), *shot) for shot in shots))
    documents = [{"doc": n, "asset_id": shot[1], "clip_id": shot[0]} for n, shot in enumerate(shots, start=1)]
    _write(database, search_documents, documents)
    _write(database, search_terms, _postings(texts))
    return asset_ids


def _write(database: Database, table: Table, rows: Iterable[Row]) -> None:
    rest: Iterator[Row] = iter(rows)
    with database.begin() as connection:
        while batch := list(islice(rest, BATCH)):
            connection.execute(insert(table), batch)


def _sentence(chance: np.random.Generator) -> list[str]:
    """Twelve words, a few of them very common (Zipf), as in speech."""
    return [f"word{min(int(n), VOCABULARY)}" for n in chance.zipf(1.2, size=12)]


def _asset(asset_id: str, number: int) -> Row:
    return {
        "asset_id": asset_id,
        "path": f"/footage/day_{number}.mp4",
        "filename": f"day_{number}.mp4",
        "size_bytes": 1000,
        "duration_seconds": 20.0,
        "resolution": "1920x1080",
        "format": "mp4",
        "ingested_at": NOW,
        "status": "ready" if number % 50 else "failed",
        "source": "local",
        "sha256": f"{number:064x}",
        "info": {"warnings": [], "degraded": ["speech: speech detector not installed"]},
    }


def _shot(clip_id: str, asset_id: str, place: int, words: list[str], chance: np.random.Generator) -> Row:
    return {
        "clip_id": clip_id,
        "asset_id": asset_id,
        "start_time": 2.0 * place,
        "end_time": 2.0 * place + 2,
        "duration": 2.0,
        "scene_score": 0.5,
        "psychology_score": {"composite": 0.5, "reason": None},
        "hook_strength": {"hook_type": "curiosity_gap", "strength": 0.5, "confidence": 1.0, "reason": None},
        "novelty_score": {"embedding_distance": 0.5, "diversity": 1.0, "composite": 0.65, "reason": None},
        "composite_score": float(chance.random()),
        "emotion_data": NO_EMOTION,
        "embedding": chance.normal(size=512),
        "created_at": NOW,
        "features": {name: found.as_dict() for name, found in MEASURED.items()},
        "explanation": TELLING,
        "text": " ".join(words),
        "space": "look-v1",
    }


def _summary(asset_id: str, shots: int) -> Row:
    return {
        "asset_id": asset_id,
        "shots": shots,
        "best_score": 0.9,
        "space": "look-v1",
        "version": 1,
        "formula": "test",
    }


def _moment(moment_id: str, _clip_id: str, asset_id: str, place: int) -> Row:
    return {
        "moment_id": moment_id,
        "asset_id": asset_id,
        "start_time": 2.0 * place,
        "end_time": 2.0 * place + 2,
        "mode": "viral",
        "score": 0.5,
        "status": ("proposed", "accepted", "rejected")[place % 3],
        "passthrough": False,
        "created_at": NOW,
    }


def _clip_file(clip_file_id: str, clip_id: str, asset_id: str, place: int) -> Row:
    return {
        "clip_file_id": clip_file_id,
        "asset_id": asset_id,
        "run_id": clip_id,
        "start_time": 2.0 * place,
        "end_time": 2.0 * place + 2,
        "aspect": "9:16",
        "path": f"/out/{clip_file_id}.mp4",
        "width": 1080,
        "height": 1920,
        "duration_seconds": 2.0,
        "size_bytes": 1000,
        "sha256": "ab" * 32,
        "created_at": NOW,
    }


def _postings(texts: list[list[str]]) -> Iterator[Row]:
    for doc, words in enumerate(texts, start=1):
        for term, weight in weigh(words).items():
            yield {"term": term, "doc": doc, "weight": weight}
