"""Footage in, clips out: the two journeys on a real film, judged by decoding what they made."""

from fractions import Fraction
from pathlib import Path

import pytest

from kinoloop.app.compose import App
from kinoloop.core.errors import KinoloopError, MediaError, NotFoundError
from kinoloop.core.ids import hash_file
from kinoloop.flows.order import ClipOrder
from kinoloop.footage.analysis.queries import shots
from kinoloop.footage.clips.queries import clip_files
from kinoloop.footage.intake.queries import asset
from kinoloop.footage.moments.operations import decide, nudge
from kinoloop.footage.moments.queries import moment, moments
from kinoloop.media.probe import probe
from kinoloop.runs import queries as runs

ORDER = ClipOrder(min_duration=1.5, max_duration=3, max_moments=2, height=320)


def taken_in(app: App, path: Path) -> str:
    report = app.ingest([path], source="test", roots=[path.parent])
    for run_id in report.run_ids:
        app.runs.wait(run_id, timeout=60)
    assert report.files[0].asset_id is not None
    return report.files[0].asset_id


@pytest.mark.slow
def test_a_film_becomes_checked_clips_and_is_known_again(app: App, talk: Path, tmp_path: Path) -> None:
    asset_id = taken_in(app, talk)
    copy = tmp_path / "another name.mp4"
    copy.write_bytes(talk.read_bytes())
    again = app.ingest([copy], source="test", roots=[tmp_path])
    assert again.files[0].outcome == "known" and again.files[0].asset_id == asset_id
    assert again.run_ids == ()
    run_id = app.make_clips(asset_id=asset_id, order=ORDER)
    result = app.runs.wait(run_id, timeout=90)
    assert len(result["clips"]) == 2
    with app.begin() as connection:
        kept = asset(connection, asset_id)
        made = clip_files(connection, run_id=run_id)
        steps = [step.step_name for step in runs.steps(connection, run_id)]
        events = [event.event_type for event in runs.events(connection, run_id=run_id)]
        found = shots(connection, asset_id)
    assert kept.status == "ready" and kept.thumbnail_path and kept.scrub_path
    assert len(found) == 4
    assert all(s.space == "look-v1" and s.embedding is not None and s.thumbnail_url for s in found)
    assert steps == ["download", "transcribe", "detect", "reframe", "cut 1 of 2", "cut 2 of 2", "finalise"]
    assert "moment_detection_performance" in events and "clips_made" in events
    for clip in made:
        path = app.blobs.path(clip.path)
        assert hash_file(path) == clip.sha256
        info = probe(path)
        assert info.video is not None and (info.video.width, info.video.height) == (180, 320)
        assert abs(float(info.duration) - float(clip.span.duration)) < 0.1
        assert clip.srt_path and app.blobs.path(clip.srt_path).read_text().strip()


@pytest.mark.slow
def test_a_person_decides_nudges_and_exports_and_the_first_clips_keep_their_reasons(
    app: App, talk: Path
) -> None:
    """Other durations propose other moments; finished clips go on pointing at theirs."""
    asset_id = taken_in(app, talk)
    begun = app.make_clips(asset_id=asset_id, order=ORDER)
    app.runs.wait(begun, timeout=90)
    with app.begin() as connection:
        first, second = moments(connection, asset_id)
        decide(connection, first.moment_id, "rejected")
        moved = nudge(connection, second.moment_id, second.span.start, second.span.end - Fraction(1, 5))
    run_id = app.export_moment(moved.moment_id, aspect="1:1", style="none")
    app.runs.wait(run_id, timeout=90)
    with app.begin() as connection:
        clip = clip_files(connection, run_id=run_id)[0]
    assert clip.width == clip.height
    assert clip.moment_id == moved.moment_id
    again = app.make_clips(asset_id=asset_id, order=ORDER)
    app.runs.wait(again, timeout=90)
    with app.begin() as connection:
        spans = [made.span for made in clip_files(connection, run_id=again)]
    assert all(span.iou(first.span) < 0.5 for span in spans)
    other = ClipOrder(min_duration=3.2, max_duration=4, max_moments=1, height=320)
    app.runs.wait(app.make_clips(asset_id=asset_id, order=other), timeout=90)
    with app.begin() as connection:
        made = clip_files(connection, run_id=begun)
        reasons = [moment(connection, clip.moment_id or "").reason for clip in made]
    assert len(reasons) == 2 and all(reasons)


def test_a_broken_file_keeps_its_reason_and_the_others_go_on(app: App, talk: Path, tmp_path: Path) -> None:
    folder = tmp_path / "shoot"
    folder.mkdir()
    (folder / "a.mp4").write_bytes(b"")
    (folder / "b.mp4").write_text("this is no film " * 100)
    (folder / "c.mp4").write_bytes(talk.read_bytes())
    report = app.ingest([folder], source="test", roots=[folder])
    outcomes = {Path(file.path).name: file for file in report.files}
    assert outcomes["a.mp4"].outcome == "failed" and (outcomes["a.mp4"].error or {})["code"] == "bad_media"
    errors = []
    for run_id in report.run_ids:
        try:
            app.runs.wait(run_id, timeout=60)
        except KinoloopError as error:
            errors.append(error)
    assert [type(error) for error in errors] == [MediaError]
    with app.begin() as connection:
        assert asset(connection, outcomes["c.mp4"].asset_id or "").status == "ready"
        broken = asset(connection, outcomes["b.mp4"].asset_id or "")
    assert broken.status == "failed" and broken.error is not None and broken.error["fix"]


def test_footage_that_is_gone_says_so(app: App, talk: Path, tmp_path: Path) -> None:
    copy = tmp_path / "soon gone.mp4"
    copy.write_bytes(talk.read_bytes())
    asset_id = taken_in(app, copy)
    copy.unlink()
    with pytest.raises(NotFoundError, match="is gone"):
        app.runs.wait(app.make_clips(asset_id=asset_id, order=ORDER), timeout=60)


@pytest.mark.slow
def test_a_passthrough_is_labelled(app: App, talk: Path, tmp_path: Path) -> None:
    """Where there is no analysis the clips still come, spread evenly and saying so."""
    wordless = tmp_path / "wordless.mp4"
    wordless.write_bytes(talk.read_bytes())
    asset_id = taken_in(app, wordless)
    app.blobs.analysis(asset_id, "tracks.npz").unlink()
    run_id = app.make_clips(asset_id=asset_id, order=ORDER)
    app.runs.wait(run_id, timeout=90)
    with app.begin() as connection:
        found = moments(connection, asset_id)
    assert found and all(one.passthrough and one.confidence == 0 for one in found)
