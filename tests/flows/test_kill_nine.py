"""A worker that makes clips is killed with SIGKILL inside its steps: the same clips, nothing twice."""

import random
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from bench.kills import journey

from kinoloop.media.probe import probe
from kinoloop.media.spans import pictures_at
from tests.films import draw_film

LOOKS = tuple(Fraction(n, 2) for n in range(1, 9))
ALIKE = 3.0
"""Mean difference of luma, of 255: what an encoder may differ by on a machine under load."""


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_killed_workers_leave_the_same_clips(tmp_path: Path) -> None:
    film = tmp_path / "shoot" / "film.mp4"
    film.parent.mkdir()
    draw_film(film, seconds=14, shots=3)
    truth, _ = journey(tmp_path / "calm", [film], kills=0, rng=random.Random(1))
    made, seen = journey(tmp_path / "killed", [film], kills=2, rng=random.Random(2))
    assert truth and made.keys() == truth.keys()
    for one, other in zip(looks(tmp_path / "calm"), looks(tmp_path / "killed"), strict=True):
        assert np.abs(one - other).mean() < ALIKE
    assert 1 <= int(str(seen["kills"])) <= 2, "a fast machine may finish before the second"
    assert seen["twice"] == 0 and seen["files_left_behind"] == 0
    assert seen["finished"] == seen["runs"] == 2


def looks(home: Path) -> list[np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
    """Luma of some pictures of every clip, clip by clip."""
    found = []
    for path in sorted((home / "videos").rglob("clip-*.mp4"), key=lambda one: one.name):
        pictures = pictures_at(path, probe(path), list(LOOKS))
        found += [frame.to_ndarray(format="gray").astype(np.float32) for _, frame in pictures]
    assert found
    return found
