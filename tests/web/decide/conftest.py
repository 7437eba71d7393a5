"""A house that has lived, open in a copy of its own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kinoloop.core.clock import ManualClock
from tests.web.decide.living import Life, copied_life, save_life
from tests.web.house import House


@pytest.fixture(scope="session")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_life(tmp_path_factory.mktemp("life"))


@pytest.fixture
def life(saved: Path, tmp_path: Path) -> Iterator[Life]:
    with copied_life(saved, tmp_path / "copy") as found:
        yield found


@pytest.fixture
def house(life: Life) -> House:
    return life.house


@pytest.fixture
def clock(life: Life) -> ManualClock:
    return life.clock
