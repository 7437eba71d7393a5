"""A house with a sandbox outside, films small enough to render in seconds."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from kinoloop.app.compose import App, open_app
from kinoloop.app.settings import read_settings
from kinoloop.core.errors import KinoloopError
from kinoloop.creative.briefs.records import Brief
from kinoloop.creative.videos.queries import video as read_video
from kinoloop.creative.videos.records import Video
from kinoloop.flows.make_video.studio import Patience
from kinoloop.sandbox.testing import Sandbox, running_sandbox
from tests.once import migrated_home, once, sample_shoot

ME = "owner"
QUICK = {"short_side": 270, "encoder_preset": "ultrafast"}
OWN = Brief(
    name="Lamp",
    product="Lumen Lamp: a desk lamp that follows the daylight",
    problem="Tired eyes after a day at the screen",
    facts=(
        "Follows the daylight from dawn to dusk",
        "Charges by USB-C in 40 minutes",
        "Folds flat to 3 cm",
        "Made from recycled aluminium",
    ),
    offer="20% off until Sunday",
    cta="Order yours at lumenlamp.example",
    duration=15,
    variants=1,
    shapes=("9:16",),
    captions="plain",
)
GENERATED = replace(OWN, visuals="generated", service="replicate")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox() as found:
        yield found


@pytest.fixture
def studio_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., App]:
    """Opens a small, quick house on a fresh SQLite file, with a sandbox's services where one is given."""
    monkeypatch.delenv("DATABASE_URL", raising=False)

    def opened(sandbox: Sandbox | None = None, *, launch: bool = True, **settings: object) -> App:
        for name, value in (sandbox.environment if sandbox else {}).items():
            monkeypatch.setenv(name, value)
        home = tmp_path / "home"
        chosen = {"home": home if home.exists() else migrated_home(home), **QUICK, **settings}
        house = open_app(read_settings(**chosen), hurried=True)
        object.__setattr__(house.videos.studio, "patience", Patience(20, 20, 0.05, 0.2))
        if launch:
            house.runs.launch()
        return house

    return opened


@pytest.fixture
def house(studio_of: Callable[..., App], sandbox: Sandbox) -> Iterator[App]:
    """A house that does its own work and knows the sandbox's services."""
    app = studio_of(sandbox)
    yield app
    app.close()


@pytest.fixture
def stocked(tmp_path: Path, studio_of: Callable[..., App]) -> Iterator[App]:
    """A house that does its own work and has taken in the sample footage: a copy of one of this run."""
    shutil.copytree(once("stocked", _stock), tmp_path / "home")
    app = studio_of()
    yield app
    app.close()


def _stock(home: Path) -> None:
    app = open_app(read_settings(home=migrated_home(home), database_url=None, **QUICK), hurried=True)
    try:
        app.runs.launch()
        for run_id in app.ingest([sample_shoot()], source="test", roots=[sample_shoot()]).run_ids:
            app.runs.wait(run_id, timeout=180)
    finally:
        app.close()


def drafted(app: App, brief: Brief) -> Video:
    """Order a video and wait for its storyboard."""
    return waited(app, app.videos.generate(brief, owner=ME))


def waited(app: App, video: Video) -> Video:
    """The job after its run has ended; raises what ended it."""
    assert video.run_id is not None
    app.runs.wait(video.run_id, timeout=120)
    return now(app, video.video_id)


def now(app: App, video_id: str) -> Video:
    with app.database.read() as connection:
        return read_video(connection, video_id)


def whatever() -> AbstractContextManager[None]:
    """A run may fail here; its end is looked at afterwards."""
    return suppress(KinoloopError)
