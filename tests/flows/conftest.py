"""Small true films for the journeys: drawn once per run of the tests."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from kinoloop.app.compose import App, open_app
from kinoloop.app.settings import read_settings
from tests.films import draw_film
from tests.once import migrated_home, once


@pytest.fixture(scope="session")
def talk() -> Path:
    """Eight seconds, four shots, a tone, and a transcript beside it."""
    return once("talk", _draw_talk) / "talk.mp4"


def _draw_talk(folder: Path) -> None:
    path = folder / "talk.mp4"
    draw_film(path, seconds=8, size=(320, 180), rate=Fraction(25), shots=4, sound="tone")
    lines = ("Stop! Why does nobody tell you this?", "It saved us 300 hours.", "Try it today for free.")
    cues = (f"{n + 1}\n00:00:0{2 * n + 1},000 --> 00:00:0{2 * n + 2},800\n{t}\n" for n, t in enumerate(lines))
    path.with_suffix(".srt").write_text("\n".join(cues))


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    """An open house on a fresh SQLite file that does its own work."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    house = open_app(read_settings(home=migrated_home(tmp_path / "home"), media_seconds=60))
    house.runs.launch()
    yield house
    house.close()
