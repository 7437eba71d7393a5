"""The durability benchmark itself, with few kills: its counts are what the promise is held to."""

from pathlib import Path

import pytest
from bench.durability import measure, show, undisturbed


@pytest.mark.slow
def test_kills_at_random_points_lose_nothing_and_repeat_nothing(database_url: str, tmp_path: Path) -> None:
    result = measure(database_url, tmp_path / "paid", kills=2, runs=2, steps=10, seed=3)
    assert result.passed, show(result)
    assert (result.finished, result.same_output, result.paid) == (2, 2, 20)
    assert result.attempts >= 20 and len(result.kills) == 2


def test_the_undisturbed_output_is_a_plain_computation() -> None:
    assert undisturbed(0, 3) == ((0 * 31 + 0) * 31 + 1) * 31 + 2
