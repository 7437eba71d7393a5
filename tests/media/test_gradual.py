"""Mixes are found, and what only looks like one is not."""

from collections.abc import Callable

import numpy as np

from kinoloop.media.gradual import Mix, MixFinder, merged
from kinoloop.media.planes import SmallPicture
from kinoloop.media.records import Floats

HEIGHT, WIDTH = 90, 160
RATE = 25


def texture(seed: int) -> Floats:
    coarse = np.random.default_rng(seed).uniform(30, 220, (3, HEIGHT // 6, WIDTH // 8)).astype(np.float32)
    return np.repeat(np.repeat(coarse, 6, axis=1), 8, axis=2)


def small(levels: Floats) -> SmallPicture:
    planes = [levels[0].copy(), levels[1, ::2, ::2].copy(), levels[2, ::2, ::2].copy()]
    flat = np.concatenate([plane.ravel() for plane in planes])
    return SmallPicture(flat, *planes)


def found(picture_at: Callable[[int], Floats], frames: int = 75) -> list[Mix]:
    finder = MixFinder()
    for number in range(frames):
        at = number / RATE
        finder.add(at, small(picture_at(number)))
    return merged(finder.found, [])


def ramp(number: int, first: int = 30, length: int = 15) -> float:
    return min(max((number - first) / length, 0.0), 1.0)


def test_a_dissolve_is_found_where_it_is() -> None:
    one, other = texture(1), texture(2)
    (mix,) = found(lambda n: one + np.float32(ramp(n)) * (other - one))
    assert abs(mix.start - 1.2) <= 0.13 and abs(mix.end - 1.8) <= 0.13
    assert not mix.flat and mix.linearity > 0.9


def test_a_fade_to_black_is_a_fade() -> None:
    one, black = texture(1), np.full((3, HEIGHT, WIDTH), 16, np.float32)
    (mix,) = found(lambda n: one + np.float32(ramp(n)) * (black - one))
    assert mix.flat


def test_neither_a_cut_nor_stillness_nor_exposure_nor_a_pan_is_a_mix() -> None:
    one, other = texture(1), texture(2)
    wide = np.concatenate([texture(seed) for seed in range(4)], axis=2)
    assert found(lambda n: one if n < 40 else other) == []
    assert found(lambda n: one) == []
    assert found(lambda n: one * np.float32(0.5) + np.float32(100 * ramp(n))) == []
    assert found(lambda n: wide[:, :, 6 * n : 6 * n + WIDTH]) == []


def test_a_hard_cut_inside_makes_it_none() -> None:
    mixes = [Mix(1, 2, 0.9, False), Mix(4, 5, 0.9, False)]
    assert merged(mixes, [(1.4, 1.44)]) == [mixes[1]]


def test_overlapping_stretches_are_one_and_touching_ones_are_two() -> None:
    one, other, third = Mix(1, 2, 0.8, False), Mix(1.5, 2.5, 0.9, True), Mix(2.5, 3, 0.7, False)
    assert merged([third, other, one], []) == [Mix(1, 2.5, 0.9, True), third]


def test_a_change_of_picture_size_starts_anew() -> None:
    finder = MixFinder()
    finder.add(0.0, small(texture(1)))
    planes = texture(2)[:, :60, :80]
    finder.add(0.1, small(planes))
    assert len(finder._samples) == 1


def test_tiny_pictures_are_taken_as_they_are() -> None:
    finder = MixFinder()
    for number in range(9):
        finder.add(number / 12, small(texture(number)[:, :2, :2]))
    assert len(finder._samples) == 9
