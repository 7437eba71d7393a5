"""Finished clips at rest: written once per run, span and shape, and listed in pages."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from sqlalchemy import Connection

from kinoloop.core.errors import InputError, NotFoundError
from kinoloop.footage.clips.operations import record_clip
from kinoloop.footage.clips.queries import clip_file, clip_files
from kinoloop.footage.clips.records import ClipFile
from kinoloop.media.records import Artefact
from kinoloop.store.session import Database
from tests.footage.fill import NOW, Ids, asset, span

FILM = Artefact(Path("/out/a.mp4"), "ab" * 32, 5000, 1080, 1920, Fraction(601, 30), 601, True, -14.1, -1.0)


def _record(
    connection: Connection, new_id: Ids, asset_id: str, *, run: str = "run-1", at: float = 0
) -> ClipFile:
    return record_clip(
        connection,
        FILM,
        asset_id=asset_id,
        run_id=run,
        span=span(at, at + 20),
        aspect="9:16",
        srt_path=Path("/out/a.srt"),
        now=NOW,
        new_id=new_id,
    )


def test_a_clip_reads_back_as_it_was_measured(database: Database) -> None:
    new_id = Ids()
    with database.begin() as connection:
        made = _record(connection, new_id, asset(connection, new_id))
    with database.read() as connection:
        found = clip_file(connection, made.clip_file_id)
    assert found == made
    assert (found.span, found.duration_seconds, found.width) == (span(0, 20), float(FILM.duration), 1080)
    assert (found.path, found.srt_path, found.vtt_path) == ("/out/a.mp4", "/out/a.srt", None)
    assert (found.lufs, found.created_at) == (-14.1, NOW)


def test_the_same_clip_again_is_the_same_row(database: Database) -> None:
    new_id = Ids()
    with database.begin() as connection:
        asset_id = asset(connection, new_id)
        first = _record(connection, new_id, asset_id)
        again = record_clip(
            connection,
            replace(FILM, sha256="cd" * 32),
            asset_id=asset_id,
            run_id="run-1",
            span=first.span,
            aspect="9:16",
            now=NOW,
            new_id=new_id,
        )
        square = record_clip(
            connection, FILM, asset_id=asset_id, run_id="run-1", span=first.span, now=NOW, new_id=new_id
        )
        assert len(clip_files(connection)) == 2
    assert again == replace(first, sha256="cd" * 32, srt_path=None)
    assert square.clip_file_id != first.clip_file_id and square.aspect == "source"


def test_pages_and_filters(database: Database) -> None:
    new_id = Ids()
    with database.begin() as connection:
        one, two = asset(connection, new_id), asset(connection, new_id)
        made = [_record(connection, new_id, one, at=30 * n) for n in range(3)]
        other = _record(connection, new_id, two, run="run-2")
        first = clip_files(connection, limit=2)
        rest = clip_files(connection, limit=2, after=first[-1].clip_file_id)
        of_asset = clip_files(connection, asset_id=one)
        of_run = clip_files(connection, run_id="run-2")
    assert [c.clip_file_id for c in (*first, *rest)] == [c.clip_file_id for c in (*made, other)][::-1]
    assert {c.asset_id for c in of_asset} == {one} and len(of_asset) == 3
    assert of_run == (other,)


def test_what_cannot_be(sqlite_database: Database) -> None:
    with sqlite_database.read() as connection:
        for wrong in ("x", Ids()()):
            with pytest.raises(NotFoundError):
                clip_file(connection, wrong)
        with pytest.raises(InputError):
            clip_files(connection, limit=0)
        with pytest.raises(InputError):
            clip_files(connection, after="x")
