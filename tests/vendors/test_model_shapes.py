"""Orders in a model's own words: the nearest aspect, seeds in range, nothing impossible."""

from fractions import Fraction
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.errors import InputError
from kinoloop.vendors.model_shapes import ModelShape, inputs_for, nearest_aspect
from tests.vendors.makers import order

OFFERED = ("16:9", "1:1", "9:16", "4:5")


@pytest.mark.parametrize(
    ("wanted", "nearest"),
    [("9:16", "9:16"), ("4:5", "4:5"), ("3:4", "4:5"), ("2:1", "16:9"), ("18:32", "9:16")],
)
def test_the_nearest_aspect_is_taken(wanted: str, nearest: str) -> None:
    assert nearest_aspect(wanted, OFFERED) == nearest


@given(st.integers(1, 4000), st.integers(1, 4000))
def test_no_offered_aspect_is_nearer(width: int, height: int) -> None:
    def far(aspect: str) -> float:
        across, down = aspect.split(":")
        return abs(log(Fraction(int(across), int(down)) / Fraction(width, height)))

    chosen = nearest_aspect(f"{width}:{height}", OFFERED)
    assert far(chosen) <= min(map(far, OFFERED)) + 1e-12


@given(st.integers(0, 2**63))
def test_a_seed_is_always_in_the_models_range(seed: int) -> None:
    shape = ModelShape("video", seed="seeds", first_seed=10_000, seeds=90_000)
    assert 10_000 <= inputs_for(shape, order("m", seed=seed), None)["seeds"] <= 99_999


@pytest.mark.parametrize("odd", ["", "9", "9:16:1", "a:b", "9:0", "-9:16", "0:4"])
def test_odd_aspects_are_refused(odd: str) -> None:
    with pytest.raises(InputError, match="not an aspect"):
        nearest_aspect(odd, OFFERED)
