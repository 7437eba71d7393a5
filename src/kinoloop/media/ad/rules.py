"""Where each shot stands on the frame grid, and how the film falls into pieces that are encoded alone.

Starts are rounded from exact running sums, so long films do not drift. A mix of two shots is a piece of its
own: changing one shot leaves the bodies of its neighbours as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, pairwise
from math import floor

from kinoloop.core.errors import InputError
from kinoloop.core.timecode import Seconds, short_clock
from kinoloop.media.ad.records import AdPlan, AdShot, Super
from kinoloop.media.captions.safe import SafeZone, zone_for, zone_named
from kinoloop.media.captions.styles import style_named

LONGEST_BODY = Fraction(6)
"""A longer body is cut into equal pieces of at most `PIECE` seconds."""
PIECE = Fraction(4)
MOST_ZOOM = 0.5
MOST_OVERLAP = Fraction(1, 4)
"""Titles in one place may pass each other so long, while one goes and the next comes."""
_LARGEST = 4096
_RATES = (Fraction(10), Fraction(60))


@dataclass(frozen=True)
class Place:
    """Pictures `first` <= n < `end` of the film show this shot; `entering` of them mix with the last one."""

    first: int
    end: int
    entering: int = 0

    @property
    def count(self) -> int:
        return self.end - self.first


@dataclass(frozen=True)
class Stretch:
    """Pictures `first` <= n < `end` of the film, made of one shot, or of two while they mix."""

    first: int
    end: int
    shots: tuple[int, ...]

    @property
    def numbers(self) -> range:
        return range(self.first, self.end)


def check_plan(plan: AdPlan) -> None:
    """Raise InputError naming the first thing in the plan that cannot be made."""
    _check_frame(plan)
    style_named(plan.style)
    zone_of(plan)
    if not plan.shots:
        raise InputError("The ad has no shots.", fix="Give at least one.")
    for number, shot in enumerate(plan.shots, 1):
        _check_shot(number, shot, plan.rate)
        _check_crop(number, shot, plan)
    _check_transitions(plan.shots)
    _check_times(plan)


def zone_of(plan: AdPlan) -> SafeZone:
    """Where titles, captions and the logo may stand."""
    return zone_named(plan.zone) if plan.zone else zone_for(plan.width, plan.height)


def lay_out(shots: Sequence[AdShot], rate: Fraction) -> tuple[Place, ...]:
    """Each shot's place in pictures; a transition of less than half a picture is a hard cut."""
    places: list[Place] = []
    start = Fraction(0)
    for shot in shots:
        start -= shot.transition
        first, end = _nearest(start * rate), _nearest((start + shot.duration) * rate)
        entering = places[-1].end - first if places else 0
        places.append(Place(first, end, entering))
        start += shot.duration
    return tuple(places)


def stretches(places: Sequence[Place], rate: Fraction) -> tuple[Stretch, ...]:
    """The whole film in order, without gaps: mixes alone, bodies between them, long bodies in parts."""
    found: list[Stretch] = []
    for number, place in enumerate(places):
        mixed = place.first + place.entering
        if place.entering:
            found.append(Stretch(place.first, mixed, (number - 1, number)))
        leaving = places[number + 1].entering if number + 1 < len(places) else 0
        found += _parts(mixed, place.end - leaving, number, rate)
    return tuple(found)


def share(number: int, place: Place) -> float:
    """How much of the entering shot picture `number` of the film shows, 0 to 1 without its ends."""
    return (number - place.first + 1) / (place.entering + 1)


def duration_of(plan: AdPlan) -> Seconds:
    """How long the film is, on the frame grid."""
    return lay_out(plan.shots, plan.rate)[-1].end / plan.rate


def start_of(shot: AdShot) -> Seconds:
    """Where in its file the shot begins."""
    return shot.span.start if shot.span else Fraction(0)


def _nearest(place: Fraction) -> int:
    """Halves go up: two places one picture apart never meet, as they could with `round`."""
    return floor(place + Fraction(1, 2))


def _parts(first: int, end: int, shot: int, rate: Fraction) -> list[Stretch]:
    count = end - first
    parts = 1 if count <= LONGEST_BODY * rate else -(-count // round(PIECE * rate))
    edges = [first + count * part // parts for part in range(parts + 1)]
    return [Stretch(a, b, (shot,)) for a, b in pairwise(edges) if b > a]


def _check_frame(plan: AdPlan) -> None:
    for side in (plan.width, plan.height):
        if side % 2 or not 16 <= side <= _LARGEST:
            raise InputError(
                f"An ad cannot be {plan.width} x {plan.height} pixels.",
                fix=f"Choose even sides between 16 and {_LARGEST}.",
            )
    if not _RATES[0] <= plan.rate <= _RATES[1]:
        raise InputError(
            f"An ad cannot have {float(plan.rate):g} pictures a second.", fix="Choose 10 to 60, usually 30."
        )


def _check_shot(number: int, shot: AdShot, rate: Fraction) -> None:
    if shot.duration * rate < 1:
        raise InputError(f"Shot {number} is shorter than one picture.", fix="Give it a longer duration.")
    if abs(shot.zoom) > MOST_ZOOM:
        raise InputError(
            f"The zoom of shot {number} is too strong: {shot.zoom:g}.",
            fix=f"Choose a share between -{MOST_ZOOM} and {MOST_ZOOM}, for example 0.06.",
        )
    if shot.span and not shot.still and shot.duration - shot.span.duration > 1 / rate:
        raise InputError(
            f"Shot {number} lasts longer than the stretch of its source.",
            why=f"{float(shot.duration):.2f} s are wanted and {float(shot.span.duration):.2f} s chosen.",
            fix="Choose a longer stretch or a shorter duration.",
        )


def _check_crop(number: int, shot: AdShot, plan: AdPlan) -> None:
    """A window of another shape would be stretched; whole pixels may be one and a half off."""
    crop = shot.crop
    if crop is None or all(piece.fit == "pad" for piece in crop.pieces):
        return
    if abs(crop.width * plan.height - crop.height * plan.width) > 1.5 * max(plan.width, plan.height):
        raise InputError(
            f"The crop of shot {number} has another shape than the ad.",
            why=f"{crop.width} x {crop.height} would be stretched to {plan.width} x {plan.height}.",
            fix="Plan the crop for the ad's aspect.",
        )


def _check_transitions(shots: Sequence[AdShot]) -> None:
    if shots[0].transition:
        raise InputError("The first shot has nothing to fade from.", fix="Set its transition to 0.")
    for number, shot in enumerate(shots):
        following = shots[number + 1].transition if number + 1 < len(shots) else Fraction(0)
        if shot.transition < 0:
            raise InputError(f"Shot {number + 1} has a negative transition.", fix="Give 0 or more seconds.")
        if shot.transition + following > shot.duration:
            raise InputError(
                f"The transitions of shot {number + 1} are longer than the shot.",
                why="Three shots would be seen at once.",
                fix="Shorten a transition beside it or lengthen the shot.",
            )


def _check_times(plan: AdPlan) -> None:
    end = duration_of(plan)
    for one in plan.supers:
        if not 0 <= one.span.start < min(one.span.end, end):
            raise _outside(f"The title '{one.text[:40]}'", one.span.start, end)
    _check_titles(plan.supers)
    for at, _ in plan.sound.voice:
        if not 0 <= at < end:
            raise _outside("A voice line", at, end)


def _check_titles(titles: Sequence[Super]) -> None:
    for one, other in combinations(titles, 2):
        if one.place == other.place and one.span.overlap(other.span) > MOST_OVERLAP:
            raise InputError(
                f"The titles '{one.text[:40]}' and '{other.text[:40]}' stand on each other.",
                why=f"Both are at the {one.place} at {short_clock(max(one.span.start, other.span.start))}.",
                fix="Show one after the other, or put one in another place.",
            )


def _outside(what: str, at: Seconds, end: Seconds) -> InputError:
    return InputError(
        f"{what} would begin at {short_clock(at)}, outside the film.",
        why=f"The film lasts {short_clock(end)}.",
        fix="Move it inside the film.",
    )
