"""Scenes from a service: asked once, paid once, looked at, made again alone; lost ones are not completed."""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from kinoloop.app.compose import App
from kinoloop.core.errors import BudgetError, InputError, KinoloopError, UnavailableError
from kinoloop.core.money import usd
from kinoloop.costs.queries import day, entries, spent_on
from kinoloop.creative.renders.queries import variants
from kinoloop.sandbox.faults import Fault
from kinoloop.sandbox.testing import Sandbox
from tests.flows.make_video.conftest import GENERATED, ME, drafted, now, waited, whatever

CREATE = "/v1/*predictions"


def asked_of(sandbox: Sandbox) -> int:
    """How many predictions were asked for."""
    return sum(one.path.endswith("/predictions") for one in sandbox.requests("replicate", "POST"))


def stops_of(sandbox: Sandbox) -> int:
    return sum(one.path.endswith("/cancel") for one in sandbox.requests("replicate", "POST"))


def rendered(house: App, video_id: str) -> None:
    with whatever():
        waited(house, house.videos.render(video_id, who=ME, approve=True))


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_generated_scenes_are_paid_as_estimated_and_invoiced(house: App, sandbox: Sandbox) -> None:
    video = drafted(house, GENERATED)
    assert video.storyboard is not None
    assert {panel.kind for panel in video.storyboard.panels} == {"generated"}
    assert all(panel.price > 0 and panel.image_sha256 for panel in video.storyboard.panels)
    before = sandbox.billed("replicate")
    assert before == 3 * usd("0.003")
    asked = asked_of(sandbox)
    with pytest.raises(KinoloopError):
        house.videos.render(video.video_id, who=ME)
    assert asked_of(sandbox) == asked, "what is not approved is not asked for"
    total = before + house.videos.total(video)
    ended = waited(house, house.videos.render(video.video_id, who=ME, approve=True))
    assert (ended.status, ended.error_message) == ("completed", None)
    assert ended.actual_cost == sandbox.billed("replicate") == total
    assert abs(ended.actual_cost - video.estimated_cost) <= video.estimated_cost / 5
    with house.database.read() as connection:
        assert {entry.state for entry in entries(connection, video.video_id)} == {"committed"}
        today = day(connection, house.clock.now().date(), house.videos.budgets)
        films = variants(connection, video.video_id)
    assert (today.spent, today.held) == (ended.actual_cost, 0)
    assert [film.verdict.status for film in films] == ["passed"]


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_failed_scene_is_made_again_alone_and_a_lost_answer_is_not_paid_twice(
    house: App, sandbox: Sandbox
) -> None:
    video = drafted(house, GENERATED)
    asked = asked_of(sandbox)
    sandbox.fault(
        Fault(vendor="replicate", outcome="failed", error="Try again (E6716).", times=1),
        Fault(vendor="replicate", method="POST", path=CREATE, cut="after", nth=3),
    )
    rendered(house, video.video_id)
    ended = now(house, video.video_id)
    assert (ended.status, ended.error_message) == ("completed", None)
    assert asked_of(sandbox) == asked + 4, "the failed one again; the lost one was found"
    assert ended.actual_cost == sandbox.billed("replicate")
    with house.database.read() as connection:
        films = [entry for entry in entries(connection, video.video_id) if entry.unit == "second"]
    assert len([film for film in films if film.state == "committed" and film.amount]) == 3


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_scene_that_never_succeeds_is_never_completed_and_can_be_refined(
    house: App, sandbox: Sandbox
) -> None:
    video = drafted(house, GENERATED)
    assert video.storyboard is not None
    bad = video.storyboard.panels[1]
    asked = asked_of(sandbox)
    sandbox.fault(
        Fault(vendor="replicate", outcome="failed", error="NSFW content detected.", nth=2),
        Fault(vendor="replicate", outcome="failed", error="NSFW content detected.", nth=4),
        Fault(vendor="replicate", outcome="failed", error="NSFW content detected.", nth=5),
    )
    rendered(house, video.video_id)
    ended = now(house, video.video_id)
    assert ended.status in ("partially_completed", "failed")
    assert ended.error_message
    with house.database.read() as connection:
        assert variants(connection, video.video_id) == ()
        paid = spent_on(connection, video.video_id)
    assert paid == sandbox.billed("replicate")
    sandbox.fault()
    asked = asked_of(sandbox)
    lost = next(
        n for n, p in enumerate(video.storyboard.panels, 1) if f"scene {n}" in ended.error_message.lower()
    )
    waited(house, house.videos.refine(video.video_id, who=ME, scene=lost, prompt="a desk lamp in warm light"))
    rendered(house, video.video_id)
    assert now(house, video.video_id).status == "completed"
    assert asked_of(sandbox) == asked + 2, "one picture and one film, no other scene"
    assert bad


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_service_that_refuses_is_named_and_nothing_is_owed(house: App, sandbox: Sandbox) -> None:
    video = drafted(house, GENERATED)
    paid = sandbox.billed("replicate")
    for status, word in ((402, "credit"), (401, "key")):
        sandbox.fault(Fault(vendor="replicate", method="POST", path=CREATE, status=status))
        rendered(house, video.video_id)
        ended = now(house, video.video_id)
        assert ended.status == "failed"
        assert word in (ended.error_message or "").lower()
        assert ended.actual_cost == sandbox.billed("replicate") == paid
        with house.database.read() as connection:
            assert day(connection, house.clock.now().date(), house.videos.budgets).held == 0


def test_a_service_without_a_key_is_refused_before_anything_starts(studio_of: Callable[..., App]) -> None:
    app = studio_of(None, launch=False)
    try:
        with pytest.raises(UnavailableError) as caught:
            app.videos.generate(GENERATED, owner=ME)
        assert "REPLICATE_API_KEY" in caught.value.fix
        with pytest.raises(InputError):
            app.videos.generate(replace(GENERATED, duration=31), owner=ME)
    finally:
        app.close()


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_the_hard_budget_pauses_new_jobs_and_refuses_renders(
    studio_of: Callable[..., App], sandbox: Sandbox
) -> None:
    app = studio_of(sandbox, budget_soft="0.01", budget_hard="0.01")
    try:
        video = drafted(app, GENERATED)
        with pytest.raises(BudgetError) as caught:
            app.videos.render(video.video_id, who=ME, approve=True)
        assert caught.value.http_status == 429
        second = app.videos.generate(GENERATED, owner=ME)
        assert second.status == "paused"
        assert app.videos.resume_paused() == []
        asked = asked_of(sandbox)
        assert asked == 3, "only the pictures of the first"
    finally:
        app.close()


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_cancelled_job_stops_at_the_service_and_pays_only_what_ran(
    studio_of: Callable[..., App], sandbox: Sandbox
) -> None:
    app = studio_of(sandbox)
    try:
        video = drafted(app, GENERATED)
        sandbox.fault(Fault(vendor="replicate", outcome="stuck"))
        started = app.videos.render(video.video_id, who=ME, approve=True)
        until(lambda: asked_of(sandbox) == 6)
        assert app.videos.cancel(started.video_id, who=ME).status == "cancelled"
        until(lambda: stops_of(sandbox) >= 3)
        until(lambda: held(app) == 0)
        assert now(app, video.video_id).status == "cancelled"
        with app.database.read() as connection:
            assert spent_on(connection, video.video_id) == sandbox.billed("replicate")
    finally:
        app.close()


def until(true: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for something that happens elsewhere."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def held(app: App) -> int:
    with app.database.read() as connection:
        return day(connection, app.clock.now().date(), app.videos.budgets).held
