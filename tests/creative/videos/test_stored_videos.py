"""Video jobs at rest: written and read back whole, changed only from the state they were seen in."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import get_args

import pytest
from sqlalchemy import select, update

from kinoloop.core.errors import ConflictError, InputError, KinoloopError, NotFoundError, RateLimitError
from kinoloop.creative.videos import operations as videos
from kinoloop.creative.videos import queries, rules
from kinoloop.creative.videos.records import Progress, Video, VideoStatus
from kinoloop.creative.videos.tables import generated_videos as table
from kinoloop.store.session import Database
from tests.creative.videos.fill import BOARD, BRIEF, NOW, PLAN, SCRIPT, SHA, later, new_video, video_in

STATES: tuple[VideoStatus, ...] = get_args(VideoStatus)


def test_a_job_reads_back_as_it_was_written(database: Database) -> None:
    with database.begin() as connection:
        made = new_video(connection)
        assert new_video(connection) == made
        videos.advance(connection, "v-1", to="generating_storyboard", now=later(1), run_id="run-1")
        videos.save_plan(connection, "v-1", PLAN, later(2))
        videos.save_script(connection, "v-1", SCRIPT, later(3))
        videos.save_storyboard(connection, "v-1", replace(BOARD, opening=BOARD.panels[0]), later(4))
        videos.set_costs(connection, "v-1", actual=12_345, now=later(5))
        done = videos.advance(connection, "v-1", to="storyboard_complete", now=later(6))
    with database.read() as connection:
        found = queries.video(connection, "v-1")
        row = connection.execute(select(table)).one()
    assert found == done
    assert (found.brief, found.plan, found.script) == (BRIEF, PLAN, SCRIPT)
    assert found.storyboard == replace(BOARD, opening=BOARD.panels[0])
    assert (found.run_id, found.progress.percentage, found.updated_at) == ("run-1", 100, later(6))
    assert (made.status, made.progress, made.estimated_cost) == ("queued", Progress(), 3_015_000)
    assert (row.estimated_cost, row.estimated_micros) == (3.015, 3_015_000)
    assert (row.actual_cost, row.actual_micros) == (0.012345, 12_345)
    assert [scene["scene_id"] for scene in row.storyboard_data] == ["s1"]


@pytest.mark.parametrize("before", STATES)
def test_the_database_refuses_what_the_rules_refuse(sqlite_database: Database, before: VideoStatus) -> None:
    for to in STATES:
        with sqlite_database.begin() as connection:
            video_id = f"v-{to}"
            video_in(connection, before, video_id)
            if to in rules.TRANSITIONS[before]:
                assert videos.advance(connection, video_id, to=to, now=later(9)).status == to
            else:
                with pytest.raises(ConflictError):
                    videos.advance(connection, video_id, to=to, now=later(9))
                assert queries.video(connection, video_id).status == before


def test_changed_content_ends_the_approval(database: Database) -> None:
    with database.begin() as connection:
        video_in(connection, "storyboard_complete")
        changes: tuple[Callable[[], Video], ...] = (
            lambda: videos.save_plan(connection, "v-1", PLAN, NOW),
            lambda: videos.save_script(connection, "v-1", SCRIPT, NOW),
            lambda: videos.save_storyboard(connection, "v-1", BOARD, NOW),
            lambda: videos.save_brief(connection, "v-1", replace(BRIEF, name="Summer"), NOW),
            lambda: videos.clear_approved(connection, "v-1", NOW),
            lambda: videos.count_refinement(connection, "v-1", NOW),
        )
        for change in changes:
            yes = videos.set_approved(connection, "v-1", sha256=SHA, now=later(7))
            assert (yes.approved, yes.approved_at, yes.approved_sha256) == (True, later(7), SHA)
            changed = change()
            assert (changed.approved, changed.approved_at, changed.approved_sha256) == (False, None, None)
    assert (changed.name, changed.brief.name) == ("Summer", "Summer")


def test_five_refinements_and_no_more(database: Database) -> None:
    with database.begin() as connection:
        video_in(connection, "storyboard_complete")
        for _ in range(5):
            videos.count_refinement(connection, "v-1", later(1))
        with pytest.raises(RateLimitError):
            videos.count_refinement(connection, "v-1", later(1))
        assert queries.video(connection, "v-1").refine_count == 5


def test_the_end_of_a_run(database: Database) -> None:
    with database.begin() as connection:
        video_in(connection, "generating_video")
        videos.note_progress(connection, "v-1", Progress("composing", 70), later(1))
        done = videos.finish(
            connection, "v-1", status="completed", error_message=None, video_url="videos/v-1/master.mp4",
            actual_cost=2_900_000, now=later(2),
        )  # fmt: skip
        assert (done.status, done.progress) == ("completed", Progress("completed", 100))
        assert (done.video_url, done.actual_cost) == ("videos/v-1/master.mp4", 2_900_000)
        videos.advance(connection, "v-1", to="generating_video", now=later(3), run_id="run-2")
        end = {
            "status": "failed",
            "error_message": "no",
            "video_url": None,
            "actual_cost": 3,
            "now": later(4),
        }
        with pytest.raises(ConflictError, match="no longer made by this run"):
            videos.finish(connection, "v-1", **end, run_id="run-1")  # type: ignore[arg-type]  # by name
        failed = videos.finish(connection, "v-1", **end, run_id="run-2")  # type: ignore[arg-type]  # by name
    assert (failed.status, failed.error_message) == ("failed", "no")
    assert failed.video_url == "videos/v-1/master.mp4"


def test_progress_is_noted_while_there_is_any(database: Database) -> None:
    with database.begin() as connection:
        video_in(connection, "generating_video")
        step = Progress("visuals", 30, 2, 5, 1, 60, "scene 2")
        assert videos.note_progress(connection, "v-1", step, later(1))
        assert queries.video(connection, "v-1").progress == step
        cancelled = videos.advance(connection, "v-1", to="cancelled", now=later(2))
        assert not videos.note_progress(connection, "v-1", Progress("visuals", 40), later(3))
        assert queries.video(connection, "v-1") == cancelled


def test_only_silent_jobs_at_work_are_swept_and_once(database: Database) -> None:
    with database.begin() as connection:
        for status in STATES:
            video_in(connection, status, f"v-{status}")
        video_in(connection, "generating_video", "v-alive")
        videos.note_progress(connection, "v-alive", Progress("visuals", 1), later(600))
        assert videos.sweep_stalled(connection, later(880)) == ()
        at = later(905)
        assert videos.sweep_stalled(connection, at) == ("v-generating_storyboard", "v-generating_video")
        assert videos.sweep_stalled(connection, at) == ()
        swept = queries.video(connection, "v-generating_video")
        assert (swept.status, swept.updated_at) == ("stalled", at)
        assert swept.error_message is not None and "sign of life" in swept.error_message
        assert queries.video(connection, "v-alive").status == "generating_video"
        assert videos.sweep_stalled(connection, later(60), older_than=timedelta(seconds=30)) == ()


def test_a_long_job_that_beats_is_never_swept(database: Database) -> None:
    with database.begin() as connection:
        video_in(connection, "generating_video")
        for minute in range(10, 300, 10):
            assert videos.note_progress(connection, "v-1", Progress("visuals"), later(60 * minute))
            assert videos.sweep_stalled(connection, later(60 * minute + 599)) == ()


def test_a_stalled_job_goes_on_when_its_own_run_is_heard(database: Database) -> None:
    with database.begin() as connection:
        video_in(connection, "storyboard_complete")
        videos.advance(connection, "v-1", to="generating_video", now=NOW, run_id="run-1")
        assert videos.sweep_stalled(connection, later(2000)) == ("v-1",)
        assert not videos.note_progress(connection, "v-1", Progress("visuals"), later(2001))
        assert videos.note_progress(connection, "v-1", Progress("visuals"), later(2001), run_id="run-1:s")
        assert queries.video(connection, "v-1").status == "generating_video"
        assert queries.video(connection, "v-1").retry_count == 0


def test_pages_and_filters(database: Database) -> None:
    with database.begin() as connection:
        made = [new_video(connection, f"v-{n}", owner="ada" if n < 3 else "bob") for n in range(1, 5)]
        videos.advance(connection, "v-2", to="paused", now=NOW)
        first = queries.videos(connection, limit=3)
        rest = queries.videos(connection, limit=3, after=first[-1].video_id)
        assert [v.video_id for v in (*first, *rest)] == [v.video_id for v in reversed(made)]
        assert [v.video_id for v in queries.videos(connection, owner="ada")] == ["v-2", "v-1"]
        assert [v.video_id for v in queries.videos(connection, status="paused")] == ["v-2"]
        assert len(queries.videos(connection, campaign_id="c-1", client_id="house")) == 4
        assert queries.videos(connection, campaign_id="c-2") == ()
        with pytest.raises(InputError):
            queries.videos(connection, limit=0)


def test_rows_of_an_earlier_program_are_no_jobs(database: Database) -> None:
    with database.begin() as connection:
        connection.execute(table.insert().values(id="old", status="completed", created_at=NOW))
        assert queries.videos(connection) == ()
        with pytest.raises(NotFoundError):
            queries.video(connection, "old")


def test_what_cannot_be(sqlite_database: Database) -> None:
    with sqlite_database.begin() as connection:
        for change in (
            lambda: videos.advance(connection, "x", to="paused", now=NOW),
            lambda: videos.note_progress(connection, "x", Progress(), NOW),
            lambda: videos.delete(connection, "x"),
        ):
            with pytest.raises(NotFoundError):
                change()
        new_video(connection)
        with pytest.raises(TypeError, match="does not write owner"):
            videos.advance(connection, "v-1", to="paused", now=NOW, owner="eve")


def test_a_job_at_rest_is_deleted(database: Database) -> None:
    with database.begin() as connection:
        video_in(connection, "generating_video")
        with pytest.raises(ConflictError, match="at work"):
            videos.delete(connection, "v-1")
        videos.advance(connection, "v-1", to="cancelled", now=NOW)
        videos.delete(connection, "v-1")
        with pytest.raises(NotFoundError):
            queries.video(connection, "v-1")


def test_no_two_states_share_a_stamp(database: Database) -> None:
    with database.begin() as connection:
        seen = [new_video(connection)]
        seen.append(videos.advance(connection, "v-1", to="generating_storyboard", now=NOW))
        for percent in range(5):
            videos.note_progress(connection, "v-1", Progress("planning", percent), NOW)
            seen.append(queries.video(connection, "v-1"))
    assert all(after.updated_at > before.updated_at for before, after in pairwise(seen))
    assert seen[-1].updated_at < later(0.001)


def race(database: Database, *changes: str) -> dict[str, Video | KinoloopError]:
    """Each change in its own transaction, all started together."""
    start, results = threading.Barrier(len(changes)), dict[str, Video | KinoloopError]()

    def one(name: str) -> None:
        start.wait(10)
        try:
            with database.begin() as connection:
                if name == "approve":
                    results[name] = videos.set_approved(connection, "v-1", sha256=SHA, now=later(5))
                else:
                    to: VideoStatus = "cancelled" if name == "cancel" else "generating_video"
                    results[name] = videos.advance(connection, "v-1", to=to, now=later(5))
        except KinoloopError as error:
            results[name] = error

    threads = [threading.Thread(target=one, args=(name,)) for name in changes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def test_approve_against_cancel(database: Database) -> None:
    """Whoever is first, a cancelled job is not approved."""
    for _ in range(8):
        with database.begin() as connection:
            video_in(connection, "storyboard_complete")
        ended = race(database, "approve", "cancel")
        assert isinstance(ended["cancel"], Video)
        assert isinstance(ended["approve"], Video | ConflictError)
        with database.begin() as connection:
            left = queries.video(connection, "v-1")
            assert (left.status, left.approved) == ("cancelled", False)
            videos.delete(connection, "v-1")


def test_render_is_started_once_of_many(database: Database) -> None:
    with database.begin() as connection:
        video_in(connection, "storyboard_complete")
    ended = race(database, *(f"render {n}" for n in range(8)))
    assert sum(isinstance(one, Video) for one in ended.values()) == 1
    assert sum(isinstance(one, ConflictError) for one in ended.values()) == 7


@pytest.mark.postgres
def test_a_change_under_ones_feet_is_decided_again(postgres_url: str) -> None:
    """The second writer waits for the first and then sees what it left."""
    from kinoloop.store.session import connect

    database = connect(postgres_url, profile="test")
    with database.begin() as connection:
        video_in(connection, "storyboard_complete")
    beaten = threading.Event()
    answer = list[object]()

    def second() -> None:
        with database.begin() as connection:
            queries.video(connection, "v-1")
            beaten.set()
            try:
                answer.append(videos.advance(connection, "v-1", to="generating_video", now=later(5)))
            except ConflictError as error:
                answer.append(error)

    with database.begin() as connection:
        connection.execute(
            update(table).where(table.c.id == "v-1").values(status="cancelled", updated_at=later(4))
        )
        thread = threading.Thread(target=second)
        thread.start()
        assert beaten.wait(10)
        thread.join(0.3)
    thread.join(10)
    assert isinstance(answer[0], ConflictError) and "cancelled" in answer[0].what
    database.close()
