"""Every state against every other, what each change does, and when to look again."""

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.errors import ConflictError, RateLimitError
from kinoloop.creative.videos import rules
from kinoloop.creative.videos.records import Progress, Stage, Video, VideoStatus
from tests.creative.videos.fill import BOARD, BRIEF, NOW, PLAN, SCRIPT, SHA, later

STATES: tuple[VideoStatus, ...] = get_args(VideoStatus)
STAGES: tuple[Stage, ...] = get_args(Stage)
MATRIX = {
    "queued": "paused generating_storyboard failed cancelled",
    "paused": "queued generating_storyboard failed cancelled",
    "generating_storyboard": "storyboard_complete failed stalled cancelled",
    "storyboard_complete": "generating_storyboard generating_video paused cancelled",
    "generating_video": "completed partially_completed failed stalled cancelled",
    "completed": "generating_storyboard generating_video paused",
    "partially_completed": "generating_storyboard generating_video paused",
    "failed": "generating_storyboard generating_video paused",
    "stalled": "generating_storyboard generating_video paused failed cancelled",
    "cancelled": "",
}


def a_video(status: VideoStatus = "queued", **changes: object) -> Video:
    made = Video(
        "v-1", "ada", "house", None, "Spring", status, BRIEF, PLAN, SCRIPT, BOARD, Progress("visuals", 40),
        True, NOW, SHA, 3_015_000, 0, 0, 0, None, None, "run-1", NOW, NOW,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]  # fields by name


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("to", STATES)
def test_every_state_against_every_other(before: VideoStatus, to: VideoStatus) -> None:
    video = a_video(before)
    if to in MATRIX[before].split():
        assert rules.entered(video, to).status == to
    else:
        with pytest.raises(ConflictError) as caught:
            rules.entered(video, to)
        assert before.replace("_", " ") in caught.value.what and to.replace("_", " ") in caught.value.what
        assert caught.value.http_status == 409


def test_the_matrix_speaks_of_every_state() -> None:
    assert set(rules.TRANSITIONS) == set(STATES) == set(MATRIX)


def test_the_end_has_no_way_out() -> None:
    with pytest.raises(ConflictError, match="That is its end"):
        rules.check_transition(a_video("cancelled"), "queued")


def test_what_entering_a_state_does() -> None:
    again = rules.entered(a_video("failed", retry_count=1), "generating_video")
    assert (again.retry_count, again.approved, again.progress) == (2, True, Progress("checking"))
    anew = rules.entered(a_video("completed"), "generating_storyboard")
    assert (anew.retry_count, anew.approved, anew.approved_at, anew.approved_sha256) == (0, False, None, None)
    assert not rules.entered(a_video("storyboard_complete"), "cancelled").approved
    kept = rules.entered(a_video("generating_video"), "failed")
    assert kept.progress == Progress("visuals", 40) and kept.approved


@pytest.mark.parametrize("status", STATES)
def test_what_may_be_approved(status: VideoStatus) -> None:
    video = a_video(status, approved=False, approved_at=None, approved_sha256=None)
    if status in ("storyboard_complete", "completed", "partially_completed", "failed"):
        yes = rules.approved(video, SHA, later(5))
        assert (yes.approved, yes.approved_at, yes.approved_sha256) == (True, later(5), SHA)
        with pytest.raises(ConflictError, match="without a storyboard"):
            rules.approved(replace(video, storyboard=None), SHA, NOW)
    else:
        with pytest.raises(ConflictError, match="cannot be approved now"):
            rules.approved(video, SHA, NOW)


def test_at_most_five_refinements() -> None:
    video = a_video("completed")
    for count in range(1, 6):
        video = rules.refined(video)
        assert (video.refine_count, video.approved) == (count, False)
    with pytest.raises(RateLimitError, match="was refined 5 times") as caught:
        rules.refined(video)
    assert caught.value.http_status == 429


def test_a_run_and_its_children_are_of_the_job() -> None:
    video = a_video("generating_video")
    assert rules.is_of_run(video, "run-1") and rules.is_of_run(video, "run-1:scene-3")
    assert rules.is_of_run(video, None) and rules.is_of_run(replace(video, run_id=None), "other")
    assert not rules.is_of_run(video, "run-12") and not rules.is_of_run(video, "run")


@pytest.mark.parametrize("status", STATES)
def test_signs_of_life(status: VideoStatus) -> None:
    beat = Progress("visuals", 50)
    after = rules.beaten(a_video(status), beat, None)
    if status in rules.AT_WORK:
        assert after is not None and (after.progress, after.status) == (beat, status)
    else:
        assert after is None
    assert rules.beaten(a_video(status), beat, "run-2") is None


@pytest.mark.parametrize(
    ("stage", "status"), [("writing", "generating_storyboard"), ("composing", "generating_video")]
)
def test_a_stalled_job_whose_run_is_heard_again_goes_on(stage: Stage, status: VideoStatus) -> None:
    stalled = a_video("stalled", error_message="silent")
    after = rules.beaten(stalled, Progress(stage), "run-1:child")
    assert after is not None and (after.status, after.error_message) == (status, None)
    assert rules.beaten(replace(stalled, run_id=None), Progress(stage), "run-1") is None


@given(st.integers(-3600, 3600))
def test_stamps_only_rise(seconds: int) -> None:
    video = a_video(updated_at=later(0))
    assert rules.stamped(video, later(seconds)) > video.updated_at
    assert rules.stamped(video, later(seconds)) >= later(seconds)


@pytest.mark.parametrize("status", STATES)
@pytest.mark.parametrize("stage", STAGES)
def test_when_to_look_again(status: VideoStatus, stage: Stage) -> None:
    wanted = {"queued": 2, "generating_storyboard": 2, "generating_video": 10, "paused": 10}.get(status)
    if (status, stage) == ("generating_storyboard", "storyboarding"):
        wanted = 5
    assert rules.next_poll_seconds(status, stage) == wanted


def test_the_tag_follows_the_content() -> None:
    video = a_video()
    assert rules.etag(video) == rules.etag(a_video())
    assert rules.etag(video).startswith('"') and len(rules.etag(video)) == 34
    assert rules.etag(video) != rules.etag(replace(video, updated_at=later(1)))
    assert rules.etag(video, "variant-1") != rules.etag(video)
