"""The content vector: the mean direction of what is shown, by time, and nothing where little is known."""

import numpy as np
import pytest

from kinoloop.learning.winners.rules.content import Pictured, content_of
from tests.learning.winners.makers import unit


def test_the_mean_is_weighted_by_time() -> None:
    first, second = unit("a"), unit("b")
    found = content_of([Pictured(3000, "look-1", first), Pictured(1000, "look-1", second)])
    wanted = 3 * first.astype(np.float64) + second
    assert found.vector is not None and found.reason is None and found.space == "look-1"
    assert found.vector == pytest.approx(wanted / np.linalg.norm(wanted), abs=1e-6)
    assert found.opening is not None and np.array_equal(found.opening, first)


def test_cards_and_generated_pictures_have_none() -> None:
    assert content_of([Pictured(3000), Pictured(1000)]).reason == "no panel shows own footage with a vector"
    assert content_of([]).vector is None


def test_too_little_footage_says_how_much() -> None:
    found = content_of([Pictured(1000, "look-1", unit("a")), Pictured(3000)])
    assert found.vector is None and found.reason == "only 25% of the film is own footage with a vector"
    assert found.opening is not None


def test_spaces_are_never_mixed() -> None:
    panels = [
        Pictured(1000, "clip:1", unit("a")),
        Pictured(3000, "look-1", unit("b")),
        Pictured(1000, "look-1", unit("b")),
    ]
    found = content_of(panels)
    assert found.space == "look-1" and found.opening is None
    assert found.vector == pytest.approx(unit("b"), abs=1e-6)


def test_opposite_pictures_have_no_mean() -> None:
    found = content_of([Pictured(1000, "s", unit("a")), Pictured(1000, "s", -unit("a"))])
    assert found.vector is None and found.reason == "its pictures cancel each other out"
