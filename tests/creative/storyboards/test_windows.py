"""Windows: inside the shot where it is long enough, else into the same file, never over what is taken."""

from hypothesis import given
from hypothesis import strategies as st

from kinoloop.creative.storyboards.candidates import Candidate
from kinoloop.creative.storyboards.windows import Window, window_of

SHOT = Candidate("a", "a.mp4", 10_000, 20_000, clip_id="c", file_ms=60_000)
SHORT = Candidate("a", "a.mp4", 10_000, 12_000, clip_id="c", file_ms=60_000)


def test_in_the_middle_or_at_the_start_for_an_opening() -> None:
    assert window_of(SHOT, 4000) == Window(13_000, 17_000)
    assert window_of(SHOT, 4000, opening=True) == Window(10_000, 14_000)
    assert window_of(SHOT, 10_000) == Window(10_000, 20_000)


def test_beside_what_is_taken() -> None:
    assert window_of(SHOT, 4000, taken=[(14_000, 15_000)]) == Window(15_000, 19_000)
    assert window_of(SHOT, 4000, taken=[(14_000, 17_000)]) == Window(10_000, 14_000)
    assert window_of(SHOT, 4000, taken=[(12_000, 18_000)]) is None


def test_a_short_shot_reaches_into_its_file() -> None:
    assert window_of(SHORT, 5000) == Window(10_000, 15_000, 3000)
    assert window_of(SHORT, 5000, taken=[(12_000, 13_000)]) == Window(7000, 12_000, 3000)
    assert window_of(SHORT, 5000, taken=[(14_000, 16_000)]) == Window(8500, 13_500, 3000)
    assert window_of(SHORT, 5000, taken=[(11_000, 11_500)]) is None


def test_at_the_ends_of_the_file() -> None:
    first = Candidate("a", "a.mp4", 0, 2000, file_ms=2500)
    last = Candidate("a", "a.mp4", 1000, 3000, file_ms=3000)
    assert window_of(first, 5000) is None
    assert window_of(last, 3000) == Window(0, 3000, 1000)
    assert window_of(Candidate("a", "a.mp4", 1000, 3000), 3000) == Window(0, 3000, 1000)
    assert window_of(Candidate("a", "a.mp4", 500, 3000), 3100) is None


@given(
    st.integers(0, 20_000),
    st.integers(1, 20_000),
    st.integers(0, 20_000),
    st.integers(1, 10_000),
    st.lists(st.tuples(st.integers(0, 50_000), st.integers(1, 5000)), max_size=4),
    st.booleans(),
)
def test_a_window_is_as_long_as_asked_and_lies_in_the_file(
    start: int, length: int, after: int, wanted: int, others: list[tuple[int, int]], opening: bool
) -> None:
    shot = Candidate("a", "a.mp4", start, start + length, file_ms=start + length + after)
    taken = [(at, at + lasting) for at, lasting in others]
    window = window_of(shot, wanted, opening=opening, taken=taken)
    if window is None:
        return
    assert window.end_ms - window.start_ms == wanted
    assert window.start_ms >= 0 and window.end_ms <= start + length + after
    assert all(window.end_ms <= low or high <= window.start_ms for low, high in taken)
    inside = min(window.end_ms, start + length) - max(window.start_ms, start)
    assert window.extended_ms == wanted - inside
