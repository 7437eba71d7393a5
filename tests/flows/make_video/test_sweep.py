"""The broom: jobs without a sign of life become stalled once; paused ones start when the money allows."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import update

from kinoloop.app.compose import App
from kinoloop.core.errors import ForbiddenError, InputError, NotFoundError
from kinoloop.core.ids import hash_file
from kinoloop.costs import operations as ledger
from kinoloop.costs.queries import day
from kinoloop.creative.assets.operations import add
from kinoloop.creative.assets.records import UploadedAsset
from kinoloop.creative.videos import operations as videos
from kinoloop.creative.videos.tables import generated_videos
from kinoloop.flows.make_video import sweep
from kinoloop.sandbox.testing import Sandbox
from tests.flows.make_video.conftest import GENERATED, ME, OWN, drafted, now


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_silent_job_is_stalled_once_and_its_money_is_free(studio_of: Callable[..., App]) -> None:
    app = studio_of()
    try:
        with app.begin() as connection:
            at = app.clock.now()
            for name, age in (("silent", 16), ("lively", 14)):
                made = videos.create(
                    connection,
                    video_id=app.new_id(),
                    owner=ME,
                    brief=replace(OWN, name=name),
                    estimated_cost=0,
                    now=at,
                )
                videos.advance(
                    connection, made.video_id, to="generating_storyboard", now=at, run_id=f"run {name}"
                )
                ledger.hold(
                    connection,
                    hold_id=f"run {name}",
                    job_id=made.video_id,
                    amount=1000,
                    now=at,
                    budgets=app.videos.budgets,
                )
                old = update(generated_videos).where(generated_videos.c.id == made.video_id)
                connection.execute(old.values(updated_at=at - timedelta(minutes=age)))
        swept = app.runs.wait(app.runs.start(sweep.NAME, {}), timeout=30)
        assert len(swept["stalled"]) == 1
        assert now(app, swept["stalled"][0]).name == "silent"
        assert now(app, swept["stalled"][0]).status == "stalled"
        with app.database.read() as connection:
            assert day(connection, app.clock.now().date(), app.videos.budgets).held == 1000
        assert app.runs.wait(app.runs.start(sweep.NAME, {}), timeout=30)["stalled"] == []
    finally:
        app.close()


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_paused_job_starts_when_the_money_allows(studio_of: Callable[..., App], sandbox: Sandbox) -> None:
    poor = studio_of(sandbox, launch=False, budget_soft="0", budget_hard="0")
    waiting = poor.videos.generate(GENERATED, owner=ME)
    assert waiting.status == "paused" and "budget" in (waiting.error_message or "")
    poor.close()
    rich = studio_of(sandbox)
    try:
        assert rich.runs.wait(rich.runs.start(sweep.NAME, {}), timeout=30)["resumed"] == [waiting.video_id]
        assert now(rich, waiting.video_id).status in ("generating_storyboard", "storyboard_complete")
    finally:
        rich.close()


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_picture_handed_in_is_shown_as_it_is(studio_of: Callable[..., App]) -> None:
    app = studio_of()
    try:
        path = app.blobs.upload("house", "lamp", ".png")
        Image.effect_noise((640, 640), 80).convert("RGB").save(path)
        asset = UploadedAsset(
            asset_id=app.new_id(),
            client_id="house",
            owner=ME,
            path=app.blobs.relative(path),
            kind="image",
            name="tired eyes.png",
            size_bytes=path.stat().st_size,
            sha256=hash_file(path),
            width=640,
            height=640,
            duration_ms=None,
            footage_asset_id=None,
            created_at=app.clock.now(),
        )
        with app.begin() as connection:
            add(connection, asset)
        video = drafted(app, replace(OWN, assets=(asset.asset_id,), shapes=("16:9",)))
        assert video.storyboard is not None
        shown = [panel for panel in video.storyboard.panels if panel.footage is not None]
        assert [panel.footage.filename for panel in shown if panel.footage] == ["tired eyes.png"]
        job = app.videos.render(video.video_id, who=ME, approve=True)
        app.runs.wait(job.run_id or "", timeout=120)
        assert now(app, video.video_id).status == "completed"
        app.videos.delete(video.video_id, who=ME)
        with pytest.raises(NotFoundError):
            now(app, video.video_id)
        assert not (app.blobs.root / "videos" / video.video_id).exists()
    finally:
        app.close()


def test_what_is_not_offered_or_not_ours_is_refused(studio_of: Callable[..., App]) -> None:
    app = studio_of(launch=False)
    try:
        with pytest.raises(InputError, match="Upscaling"):
            app.videos.estimate(replace(OWN, upscale=True))
        with pytest.raises(ForbiddenError):
            app.videos.estimate(replace(OWN, music_file="/etc/passwd"))
        with pytest.raises(NotFoundError):
            app.videos.estimate(replace(OWN, music_file="no-such-song.mp3"))
        assert app.videos.estimate(OWN) == 0
    finally:
        app.close()
