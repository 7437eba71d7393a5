"""Files: ranges as HTTP has them, drawn once, gone when expired."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.sandbox.shelf import KEPT_DRAWINGS, Shelf, Stored, serve, token_in

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DATA = bytes(range(200))


@given(st.integers(0, 250), st.integers(0, 250))
def test_a_range_is_exactly_those_bytes(first: int, last: int) -> None:
    answer = serve(DATA, "video/mp4", f"bytes={first}-{last}")
    if first >= len(DATA) or last < first:
        assert answer.status == 416 and answer.headers["content-range"] == "bytes */200"
    else:
        assert answer.status == 206 and answer.body == DATA[first : last + 1]
        assert answer.headers["content-range"] == f"bytes {first}-{min(last, 199)}/200"


@pytest.mark.parametrize(
    ("wanted", "status", "body"),
    [
        (None, 200, DATA),
        ("bytes=190-", 206, DATA[190:]),
        ("bytes=-5", 206, DATA[-5:]),
        ("bytes=-999", 206, DATA),
        ("bytes=-0", 416, b""),
        ("bytes=-", 416, b""),
        ("lines=1-2", 416, b""),
    ],
)
def test_other_ranges(wanted: str | None, status: int, body: bytes) -> None:
    answer = serve(DATA, "video/mp4", wanted)
    assert (answer.status, answer.body) == (status, body)


def test_equal_recipes_are_drawn_once_and_old_ones_forgotten() -> None:
    shelf, drawn = Shelf(), []

    def stored(recipe: str) -> Stored:
        def make() -> bytes:
            drawn.append(recipe)
            return recipe.encode()

        return Stored(recipe, "a.bin", "x/y", recipe, make, NOW + timedelta(hours=1))

    assert shelf.content(stored("a")) == shelf.content(stored("a")) == b"a" and drawn == ["a"]
    for number in range(KEPT_DRAWINGS):
        shelf.content(stored(str(number)))
    shelf.content(stored("a"))
    assert drawn.count("a") == 2


def test_a_file_is_there_until_it_expires() -> None:
    shelf = Shelf()
    shelf.put(Stored("t", "a", "x/y", "r", lambda: b"", NOW))
    assert shelf.find("t", NOW - timedelta(seconds=1)) and not shelf.find("t", NOW)
    shelf.remove("t")
    assert shelf.find("t", NOW - timedelta(seconds=1)) is None
    assert token_in("http://h/kie/files/abc/x.mp4", "kie") == "abc"
    assert token_in("http://h/elsewhere", "kie") == ""
