"""Assets at rest: one per content, states with their errors, pages and counts."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from kinoloop.core.errors import InputError, MediaError, NotFoundError
from kinoloop.core.ids import hash_bytes
from kinoloop.footage.analysis.operations import replace_shots
from kinoloop.footage.intake import queries
from kinoloop.footage.intake.operations import keep_transcript, mark_failed, mark_ready, register
from kinoloop.footage.intake.records import FileReport, SeenFile
from kinoloop.footage.intake.summary import summarise
from kinoloop.store.session import Database
from tests.footage.fill import NOW, Ids, asset, media, shot, span, transcript


def _seen(path: Path, content: bytes = b"film") -> SeenFile:
    path.write_bytes(content)
    return SeenFile(path, "video", len(content), hash_bytes(content))


def test_the_same_content_is_the_same_asset(database: Database, tmp_path: Path) -> None:
    new_id, first = Ids(), _seen(tmp_path / "a.mp4")
    with database.begin() as connection:
        made = register(connection, first, source="local", now=NOW, new_id=new_id)
        copy = register(connection, _seen(tmp_path / "copy.mp4"), source="upload", now=NOW, new_id=new_id)
        found = queries.asset(connection, made.asset_id or "")
        assert queries.by_hash(connection, first.sha256) == found
        assert queries.by_hash(connection, "0" * 64) is None
    assert (made.outcome, copy.outcome, copy.asset_id) == ("new", "known", made.asset_id)
    assert (found.filename, found.status, found.source, found.ingested_at) == (
        "a.mp4",
        "processing",
        "local",
        NOW,
    )
    assert found.whole is None and found.info == {"kind": "video"} and found.error is None


def test_moved_footage_takes_its_new_path(database: Database, tmp_path: Path) -> None:
    new_id = Ids()
    with database.begin() as connection:
        made = register(connection, _seen(tmp_path / "a.mp4"), source="local", now=NOW, new_id=new_id)
        (tmp_path / "a.mp4").unlink()
        register(connection, _seen(tmp_path / "b.mp4"), source="local", now=NOW, new_id=new_id)
        assert queries.asset(connection, made.asset_id or "").path == str(tmp_path / "b.mp4")


def test_a_failed_asset_is_tried_again(database: Database, tmp_path: Path) -> None:
    new_id, seen = Ids(), _seen(tmp_path / "a.mp4")
    with database.begin() as connection:
        asset_id = register(connection, seen, source="local", now=NOW, new_id=new_id).asset_id or ""
        mark_failed(connection, asset_id, MediaError("It is broken.", why="No frame.", fix="Copy it again."))
        failed = queries.asset(connection, asset_id)
        again = register(connection, seen, source="local", now=NOW, new_id=new_id)
        retried = queries.asset(connection, asset_id)
    assert failed.status == "failed"
    assert failed.error == {
        "code": "bad_media",
        "what": "It is broken.",
        "why": "No frame.",
        "fix": "Copy it again.",
    }
    assert (again.outcome, again.asset_id, retried.status, retried.error) == (
        "again",
        asset_id,
        "processing",
        None,
    )


def test_ready_keeps_what_was_found(database: Database) -> None:
    new_id, info = Ids(), media()
    with database.begin() as connection:
        asset_id = asset(connection, new_id)
        told = summarise(info, notes=["No transcript."])
        mark_ready(connection, asset_id, info, info=told, analysis_path=Path("/data/a.npz"))
        found = queries.asset(connection, asset_id)
    assert (found.status, found.resolution, found.format, found.whole) == (
        "ready",
        "1920x1080",
        "mp4",
        span(0, 10),
    )
    assert (found.analysis_path, found.scrub_path) == ("/data/a.npz", None)
    assert found.warnings == ("the index is at the end",) and found.degraded == ("No transcript.",)


def test_pages_go_from_new_to_old_without_gaps(database: Database) -> None:
    new_id = Ids()
    with database.begin() as connection:
        made = [asset(connection, new_id, name=f"{n}.mp4") for n in range(5)]
        mark_failed(connection, made[3], MediaError("No."))
        first = queries.assets(connection, limit=2)
        second = queries.assets(connection, limit=2, after=first[-1].asset_id)
        third = queries.assets(connection, limit=2, after=second[-1].asset_id)
        failed = queries.assets(connection, status="failed")
        counts = queries.count_by_status(connection)
    assert [a.asset_id for a in (*first, *second, *third)] == made[::-1]
    assert [a.asset_id for a in failed] == [made[3]]
    assert counts == {"processing": 4, "ready": 0, "failed": 1}


def test_the_grid_shows_shots_and_the_best_score(database: Database) -> None:
    new_id = Ids()
    with database.begin() as connection:
        one, two = asset(connection, new_id), asset(connection, new_id)
        shots = [shot(one, new_id, composite=0.2), shot(one, new_id, at=2, composite=0.8)]
        replace_shots(connection, one, shots, now=NOW)
        mark_ready(connection, one, media(), info={})
        grid = queries.assets_grid(connection, limit=2)
        ready = queries.assets_grid(connection, status="ready", after=two)
        seen = queries.overview(connection)
    assert [(c.asset.asset_id, c.shots, c.best_score) for c in grid] == [(two, None, None), (one, 2, 0.8)]
    assert [c.asset.asset_id for c in ready] == [one]
    assert seen.assets == {"processing": 1, "ready": 1, "failed": 0}
    assert (seen.shots, seen.seconds, seen.clip_files) == (2, 10.0, 0)
    assert seen.moments == {"proposed": 0, "accepted": 0, "rejected": 0}


def test_an_empty_house_counts_zero(database: Database) -> None:
    with database.read() as connection:
        seen = queries.overview(connection)
        assert queries.assets_grid(connection) == ()
        assert queries.assets(connection) == ()
    assert (sum(seen.assets.values()), seen.shots, seen.seconds) == (0, 0, 0.0)


def test_a_transcript_is_replaced_whole(database: Database) -> None:
    with database.begin() as connection:
        asset_id = asset(connection, Ids())
        assert queries.transcript(connection, asset_id) is None
        keep_transcript(connection, asset_id, transcript("one two three"))
        said = transcript("Ça va?", language=None)
        keep_transcript(connection, asset_id, said)
        assert queries.transcript(connection, asset_id) == said


def test_what_is_not_there_is_told(database: Database) -> None:
    with database.begin() as connection:
        for wrong in (Ids()(), "no id"):
            with pytest.raises(NotFoundError, match="no footage"):
                queries.asset(connection, wrong)
        with pytest.raises(NotFoundError):
            mark_failed(connection, Ids()(), MediaError("No."))
        with pytest.raises(NotFoundError):
            keep_transcript(connection, Ids()(), transcript("a"))


@pytest.mark.parametrize("wrong", [{"limit": 0}, {"limit": 201}, {"after": "x"}])
def test_pages_that_cannot_be(sqlite_database: Database, wrong: dict[str, object]) -> None:
    with sqlite_database.read() as connection, pytest.raises(InputError):
        queries.assets(connection, **wrong)  # type: ignore[arg-type]  # wrong on purpose


def test_an_asset_removed_while_it_comes_in(sqlite_database: Database) -> None:
    with sqlite_database.begin() as connection:
        asset(connection, Ids(), name="a.mp4")
        seen = SeenFile(Path("/footage/a.mp4"), "video", 1, hash_bytes(b"a.mp40"))
        connection.execute(
            text("CREATE TEMP TRIGGER t BEFORE INSERT ON assets BEGIN SELECT RAISE(IGNORE); END")
        )
        connection.execute(text("DELETE FROM assets"))
        with pytest.raises(NotFoundError, match="being removed"):
            register(connection, seen, source="local", now=NOW, new_id=Ids(1))


def test_two_at_once_register_one_asset(database: Database, tmp_path: Path) -> None:
    seen = _seen(tmp_path / "a.mp4")

    def come_in(seed: int) -> FileReport:
        with database.begin() as connection:
            return register(connection, seen, source="local", now=NOW, new_id=Ids(seed))

    with ThreadPoolExecutor(6) as pool:
        reports = list(pool.map(come_in, range(6)))
    assert len({report.asset_id for report in reports}) == 1
    assert sorted(report.outcome for report in reports) == ["known"] * 5 + ["new"]
