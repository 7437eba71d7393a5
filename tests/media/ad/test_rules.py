"""The layout: nothing is lost or shown twice, however odd the times; what cannot be made is refused."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.errors import InputError
from kinoloop.core.timecode import Span
from kinoloop.media.ad.records import AdPlan, AdShot, AdSound, Super, SuperPlace
from kinoloop.media.ad.rules import (
    LONGEST_BODY,
    PIECE,
    Place,
    Stretch,
    check_plan,
    duration_of,
    lay_out,
    share,
    start_of,
    stretches,
    zone_of,
)
from kinoloop.media.captions.safe import ZONES
from kinoloop.media.crop import CropPath, CropPiece, centred

FILM = Path("film.mp4")
SPAN = Span(Fraction(1), Fraction(60))
MILLISECONDS = st.integers(42, 20_000).map(lambda ms: Fraction(ms, 1000))
RATES = st.sampled_from([Fraction(24), Fraction(25), Fraction(30), Fraction(30000, 1001), Fraction(60)])


def shot(seconds: str = "2", transition: str = "0") -> AdShot:
    return AdShot(FILM, SPAN, Fraction(seconds), transition=Fraction(transition))


def plan(*shots: AdShot) -> AdPlan:
    return AdPlan(shots or (shot(),), 1080, 1920, sound=AdSound(silent=True))


@st.composite
def rows_of_shots(draw: st.DrawFn) -> list[AdShot]:
    durations = draw(st.lists(MILLISECONDS, min_size=1, max_size=8))
    shots = [AdShot(FILM, SPAN, durations[0])]
    left = durations[0]
    for duration in durations[1:]:
        most = min(left, duration)
        transition = Fraction(draw(st.integers(0, int(most * 1000))), 1000)
        shots.append(AdShot(FILM, SPAN, duration, transition=transition))
        left = duration - transition
    return shots


@given(rows_of_shots(), RATES)
def test_every_picture_stands_once_and_the_length_is_exact(shots: list[AdShot], rate: Fraction) -> None:
    places = lay_out(shots, rate)
    found = stretches(places, rate)
    numbers = [number for stretch in found for number in stretch.numbers]
    total = sum(one.duration - one.transition for one in shots)
    assert numbers == list(range(places[-1].end))
    assert abs(places[-1].end - total * rate) <= Fraction(1, 2)
    assert all(place.count >= 1 and place.entering >= 0 for place in places)
    for stretch in found:
        assert all(places[n].first <= stretch.first < stretch.end <= places[n].end for n in stretch.shots)
        assert len(stretch.numbers) <= max(LONGEST_BODY, PIECE) * rate or len(stretch.shots) == 2


def test_a_transition_overlaps_and_is_a_piece_of_its_own() -> None:
    places = lay_out([shot("2"), shot("3", "0.5"), shot("1")], Fraction(30))
    assert places == (Place(0, 60), Place(45, 135, 15), Place(135, 165))
    assert stretches(places, Fraction(30)) == (
        Stretch(0, 45, (0,)),
        Stretch(45, 60, (0, 1)),
        Stretch(60, 135, (1,)),
        Stretch(135, 165, (2,)),
    )
    assert share(45, places[1]) == 1 / 16 and share(59, places[1]) == 15 / 16


def test_long_bodies_fall_into_equal_parts() -> None:
    found = stretches(lay_out([shot("13")], Fraction(25)), Fraction(25))
    assert [len(one.numbers) for one in found] == [81, 81, 81, 82]


def test_a_good_plan_passes_and_tells_its_length_and_zone() -> None:
    good = replace(plan(shot("2"), shot("2", "1")), supers=(Super(Span(Fraction(0), Fraction(9)), "Hi"),))
    check_plan(good)
    check_plan(replace(good, supers=titles("top", "middle")))
    assert duration_of(good) == 3
    assert zone_of(good) == ZONES["upright"] and zone_of(replace(good, zone="tiktok")) == ZONES["tiktok"]
    assert start_of(shot()) == 1 and start_of(replace(shot(), span=None)) == 0


def titles(first: SuperPlace, second: SuperPlace) -> tuple[Super, ...]:
    spans = Span(Fraction(0), Fraction(1)), Span(Fraction(1, 2), Fraction(2))
    return Super(spans[0], "One", first), Super(spans[1], "Two", second)


def wrong_crop() -> AdShot:
    return replace(shot(), crop=centred(1920, 1080, Fraction(1), SPAN))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (replace(plan(), shots=()), "no shots"),
        (replace(plan(), width=1081), "cannot be 1081 x 1920"),
        (replace(plan(), height=8), "cannot be"),
        (replace(plan(), rate=Fraction(5)), "5 pictures a second"),
        (replace(plan(), style="loud"), "caption style"),
        (replace(plan(), zone="billboard"), "safe zone"),
        (plan(shot("0.01")), "Shot 1 is shorter"),
        (plan(replace(shot(), zoom=0.9)), "zoom of shot 1"),
        (plan(shot("2"), replace(shot("2"), span=Span(Fraction(0), Fraction(1)))), "Shot 2 lasts longer"),
        (plan(wrong_crop()), "another shape"),
        (plan(shot("2", "0.5")), "nothing to fade from"),
        (plan(shot(), shot("2", "-1")), "negative"),
        (plan(shot(), shot("1", "0.6"), shot("2", "0.6")), "transitions of shot 2"),
        (plan(shot("1"), shot("2", "1.5")), "transitions of shot 1"),
        (replace(plan(), supers=(Super(Span(Fraction(2), Fraction(3)), "Late"),)), "title 'Late'"),
        (replace(plan(), supers=(Super(Span(Fraction(1), Fraction(1)), "Never"),)), "title 'Never'"),
        (replace(plan(), supers=titles("top", "top")), "'One' and 'Two' stand on each other"),
        (replace(plan(), sound=AdSound(voice=((Fraction(2), FILM),))), "voice line would begin"),
    ],
)
def test_what_cannot_be_made_is_refused(wrong: AdPlan, said: str) -> None:
    with pytest.raises(InputError, match=said):
        check_plan(wrong)


def test_a_padded_crop_may_have_any_shape() -> None:
    crop = CropPath(1920, 1080, (CropPiece(SPAN, "pad", (), "whole"),))
    check_plan(plan(replace(shot(), crop=crop)))
    check_plan(plan(replace(shot(), crop=centred(320, 180, Fraction(9, 16), SPAN))))
