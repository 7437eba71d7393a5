"""Looks: the same picture is near, another far, and every vector has length one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.media.descriptor import SIZE, describe
from kinoloop.media.planes import SmallPicture
from kinoloop.media.records import Floats


def picture(seed: int, shift: int = 0, size: tuple[int, int] = (90, 160)) -> SmallPicture:
    random = np.random.default_rng(seed)
    coarse = random.uniform(0, 255, (3, 20, 30)).astype(np.float32)
    wide = np.repeat(np.repeat(coarse, 8, axis=1), 8, axis=2)[:, :, shift:]
    y, u, v = wide[0, : size[0], : size[1]], wide[1, : size[0] // 2, : size[1] // 2], wide[2]
    v = v[: size[0] // 2, : size[1] // 2]
    y, u, v = (np.ascontiguousarray(plane) for plane in (y, u, v))
    return SmallPicture(np.concatenate([y.ravel(), u.ravel(), v.ravel()]), y, u, v)


@given(st.integers(0, 1000), st.integers(2, 90), st.integers(2, 160))
def test_every_size_gives_a_unit_vector(seed: int, height: int, width: int) -> None:
    vector = describe(picture(seed, size=(height // 2 * 2, width // 2 * 2)))
    assert vector.shape == (SIZE,) and vector.dtype == np.float32
    assert float(np.linalg.norm(vector)) == pytest.approx(1, abs=1e-4)
    assert np.isfinite(vector).all()


def test_a_small_shift_is_nearer_than_another_picture() -> None:
    one, moved, other = describe(picture(1)), describe(picture(1, shift=2)), describe(picture(2))
    assert one @ moved > 0.85 > one @ other


def test_a_flat_picture_is_no_trouble() -> None:
    levels: Floats = np.full((90, 160), 16, np.float32)
    grey: Floats = np.full((45, 80), 128, np.float32)
    flat = np.concatenate([levels.ravel(), grey.ravel(), grey.ravel()])
    assert np.isfinite(describe(SmallPicture(flat, levels, grey, grey))).all()


def test_turning_upright_equals_describing_the_turned_picture() -> None:
    one = picture(3)
    planes = [np.ascontiguousarray(np.rot90(plane)) for plane in (one.y, one.u, one.v)]
    turned = SmallPicture(np.concatenate([plane.ravel() for plane in planes]), *planes)
    np.testing.assert_allclose(describe(one, 1), describe(turned), atol=1e-6)
