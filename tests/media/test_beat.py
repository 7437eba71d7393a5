"""The beat keeps its rate over steady and unsteady frames."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from kinoloop.media.beat import Beat


def test_two_a_second_of_25_frames() -> None:
    beat = Beat(2)
    assert [number for number in range(60) if beat.strikes(number / 25)] == [0, 13, 25, 38, 50]


def test_slow_frames_are_all_sampled_and_gaps_are_not_caught_up() -> None:
    beat = Beat(2)
    assert [at for at in (0.0, 1.0, 9.0, 9.04, 9.08, 9.6) if beat.strikes(at)] == [0.0, 1.0, 9.0, 9.6]


@given(st.lists(st.floats(0.01, 2), min_size=1, max_size=100))
def test_never_two_within_half_a_beat(steps: list[float]) -> None:
    beat, at, struck = Beat(4), 0.0, []
    for step in steps:
        at += step
        if beat.strikes(at):
            struck.append(at)
    assert all(after - before >= 0.125 - 1e-5 for before, after in itertools.pairwise(struck))
