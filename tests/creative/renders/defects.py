"""The planted defects: a film each, what the gate has to say, and in which scene (None: the whole film)."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from kinoloop.creative.brand.records import Brand
from kinoloop.creative.renders.records import Defect, Wanted
from kinoloop.creative.renders.rules import forbidden_words
from kinoloop.media.captions.styles import style_named
from kinoloop.media.encoder import Encoder
from kinoloop.media.gate.records import Texts
from kinoloop.media.spans import SOUND_RATE, Sound
from tests.creative.renders.planting import LINES, Film, Pixels, wanted_for

CLEAN = Film()
SQUARED = Encoder(preset="ultrafast", crf=23, extra=(("x264-params", "sar=4/3"),))
FAST = (
    "This little folding lamp follows the daylight from the earliest dawn until the latest dusk, day by day."
)


@dataclass(frozen=True)
class Case:
    """`wanted` None holds the film against the clean plan of the same lines."""

    name: str
    film: Film
    defect: Defect
    scenes: tuple[int | None, ...]
    wanted: Wanted | None = None

    @property
    def texts(self) -> Texts:
        """What should stand there, in the plan's size."""
        return CLEAN.texts if self.defect == "wrong_geometry" else self.film.texts


def blacked(first: int, end: int) -> Callable[[int, Pixels], Pixels]:
    return lambda number, picture: np.zeros_like(picture) if first <= number < end else picture


def held(first: int, end: int) -> Callable[[int, Pixels], Pixels]:
    """Picture `first` is shown until `end`."""
    kept: list[Pixels] = []

    def change(number: int, picture: Pixels) -> Pixels:
        if number == first:
            kept.append(picture)
        return kept[0] if first <= number < end else picture

    return change


def muted(start: float, end: float) -> Callable[[Sound], Sound]:
    return lambda sound: _between(sound, start, end, 0.0)


def driven(start: float, end: float) -> Callable[[Sound], Sound]:
    """14 dB too much, cut off at full scale."""
    return lambda sound: np.clip(_between(sound, start, end, 10 ** (14 / 20)), -1, 1)


def louder(decibels: float) -> Callable[[Sound], Sound]:
    return lambda sound: (sound * np.float32(10 ** (decibels / 20))).astype(np.float32)


def cut_off(seconds: float) -> Callable[[Sound], Sound]:
    return lambda sound: sound[:, : round(seconds * SOUND_RATE)]


def _between(sound: Sound, start: float, end: float, gain: float) -> Sound:
    made = sound.copy()
    made[:, round(start * SOUND_RATE) : round(end * SOUND_RATE)] *= np.float32(gain)
    return made


def cases() -> tuple[Case, ...]:
    pale = replace(style_named("bold"), fill=(84, 84, 90), accent=(84, 84, 90))
    cured = (LINES[0], "A cure for tired eyes.", *LINES[2:])
    other = (LINES[0], "This lamp follows the moonlight.", *LINES[2:])
    quick = (*LINES[:2], FAST, LINES[3])
    forbidding = wanted_for(Film(lines=cured))
    brand = Brand(do_not_mention=("cure",))
    words = forbidden_words(forbidding.texts, tuple(enumerate(cured, 1)), forbidding.scenes, brand)
    return (
        Case("black, 1.3 s", Film(change=blacked(100, 140)), "black", (2,)),
        Case("frozen, 1.7 s", Film(change=held(190, 240)), "frozen", (3,)),
        Case("silent, 2 s", Film(hear=muted(3.2, 5.2)), "silent", (2,)),
        Case("clipped, +14 dB for 0.6 s", Film(hear=driven(7, 7.6)), "clipped", (3,)),
        Case("2 s too short", Film(pictures=300, hear=cut_off(10)), "too_short", (4,)),
        Case("captions over the buttons", Film(moved=(3,)), "caption_off_zone", (4,)),
        Case("wrong aspect", Film(size=(480, 640)), "wrong_geometry", (None,), wanted_for(CLEAN)),
        Case("declared 4:3 samples", Film(encoder=SQUARED), "stretched", (None,)),
        Case(
            "forbidden word",
            Film(lines=cured),
            "forbidden_word",
            (2,),
            replace(forbidding, forbidden=words),
        ),
        Case("caption missing", Film(left_out=(1,)), "missing_line", (2,)),
        Case("another word stands there", Film(drawn_lines=other), "missing_line", (2,)),
        Case("dark grey letters", Film(drawn_style=pale), "low_contrast", (1, 2, 3, 4)),
        Case("4 dB too loud", Film(hear=louder(4)), "loudness", (None,)),
        Case("no sound stream", Film(hushed=True), "no_sound", (None,)),
        Case("too fast to read", Film(lines=quick), "caption_too_fast", (3,)),
        Case("damaged file", Film(break_up=True), "undecodable", (2,)),
    )
