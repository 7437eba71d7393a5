"""Own footage that could be seen while a line is said, and how well each stretch fits each line.

Scores are 0 to 1 or None where nothing was measured; None is never taken for zero when it is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from kinoloop.core.text import words
from kinoloop.core.timecode import Seconds
from kinoloop.creative.storyboards.looks import Likeness, WinningLook, likeness
from kinoloop.creative.storyboards.sketches import PanelSketch
from kinoloop.footage.analysis.records import Shot
from kinoloop.footage.search.records import Hit

_COMMON = """
a an and are as at be but by can do for from has have how in is it its it's me my no not of on or our so that
the their them then there they this to up us was we were what when which who will with you your
meet see looking yourself ready turn sound familiar
"""
COMMON_WORDS = frozenset(_COMMON.split())
KEYWORD = 0.2
"""What footage is worth to any line when it shows one of the brief's keywords: a fit in part, no more."""
STEM = 4
"""Words of so many letters match when one begins with the other (`lamp`, `lamps`)."""


@dataclass(frozen=True)
class Candidate:
    """A stretch of own footage, ms of its file. `file_ms` is the file's length (None: not known).

    `text` and `look` give the fit by line number: the share of the line's words that are said or named there,
    and likeness of the picture; `quality` is the stretch's own worth (its composite), `hook` how strongly it
    opens. `reasons` tells, by line number, how it was found; `won` its likeness to winning pictures there.
    """

    asset_id: str
    filename: str
    start_ms: int
    end_ms: int
    clip_id: str | None = None
    file_ms: int | None = None
    text: Mapping[int, float] = field(default_factory=dict)
    look: Mapping[int, float] = field(default_factory=dict)
    quality: float | None = None
    hook: float | None = None
    thumbnail: str | None = None
    reasons: Mapping[int, str] = field(default_factory=dict)
    won: Mapping[int, Likeness] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What may be used once: the clip, or the stretch where it has no clip."""
        return self.clip_id or f"{self.asset_id}@{self.start_ms}-{self.end_ms}"

    def match(self, number: int) -> float | None:
        """How well it fits a line: the better of words and look; None when neither was found out."""
        known = [scores[number] for scores in (self.text, self.look) if number in scores]
        return max(known) if known else None


@dataclass(frozen=True)
class Clip:
    """A shot as the footage library knows it; `spoken` is what is said in it, None when nobody listened.

    `vector` is how it looks: a unit vector (512,) of `space`, both None where there is none.
    """

    clip_id: str | None
    asset_id: str
    filename: str
    start_ms: int
    end_ms: int
    file_ms: int | None = None
    spoken: str | None = None
    quality: float | None = None
    hook: float | None = None
    thumbnail: str | None = None
    space: str | None = None
    vector: NDArray[np.float32] | None = field(default=None, compare=False, repr=False)


def clip_of(shot: Shot, filename: str, file_seconds: Seconds | None = None) -> Clip:
    """A shot of the footage library, its times rounded inwards to whole ms."""
    strength = shot.scores.hook.get("strength")
    return Clip(
        clip_id=shot.clip_id,
        asset_id=shot.asset_id,
        filename=filename,
        start_ms=ceil(shot.span.start * 1000),
        end_ms=floor(shot.span.end * 1000),
        file_ms=None if file_seconds is None else floor(file_seconds * 1000),
        spoken=shot.text,
        quality=shot.composite,
        hook=None if strength is None else float(strength),
        thumbnail=shot.thumbnail_url,
        space=shot.space,
        vector=shot.embedding,
    )


def candidates_of(
    sketches: Sequence[PanelSketch],
    clips: Sequence[Clip],
    hits: Mapping[int, Sequence[Hit]] | None = None,
    looks: Mapping[int, Mapping[str, float]] | None = None,
    winners: Sequence[WinningLook] = (),
) -> tuple[Candidate, ...]:
    """Each clip as a candidate: words compared with each sketch's, `hits` of a search telling why.

    `hits` by line number are the search's own answers, `looks` by line number the likeness (0 to 1) of the
    picture by clip id, where a text can be compared with pictures. `winners` speak for the first line.
    """
    found = {
        number: {hit.clip_id or hit.asset_id: hit.why for hit in some}
        for number, some in (hits or {}).items()
    }
    return tuple(_candidate(clip, sketches, found, looks or {}, winners) for clip in clips)


def _candidate(
    clip: Clip,
    sketches: Sequence[PanelSketch],
    found: Mapping[int, Mapping[str, str]],
    looks: Mapping[int, Mapping[str, float]],
    winners: Sequence[WinningLook],
) -> Candidate:
    named = words(clip.filename.rpartition(".")[0].replace("_", " "))
    heard = {*named, *words(clip.spoken or "")}
    text = {one.number: word_share(one.search, heard) for one in sketches}
    shown = [word for word in (sketches[0].keywords if sketches else ()) if word_share(word, heard)]
    reasons: dict[int, str] = {}
    for number in [number for number, share in text.items() if shown and share < KEYWORD]:
        text[number], reasons[number] = KEYWORD, f"shows what the brief names: {', '.join(shown)}"
    like = likeness(clip.space, clip.vector, winners)
    key = clip.clip_id or clip.asset_id
    reasons |= {number: whys[key] for number, whys in found.items() if key in whys}
    return Candidate(
        asset_id=clip.asset_id,
        filename=clip.filename,
        start_ms=clip.start_ms,
        end_ms=clip.end_ms,
        clip_id=clip.clip_id,
        file_ms=clip.file_ms,
        text=text,
        look={number: scores[key] for number, scores in looks.items() if key in scores},
        quality=clip.quality,
        hook=clip.hook,
        thumbnail=clip.thumbnail,
        reasons=reasons,
        won={sketches[0].number: like} if like is not None and sketches and sketches[0].number == 1 else {},
    )


def word_share(wanted: str, heard: set[str]) -> float:
    """Share of the wanted text's own words (at most six count) that are among the words heard."""
    own = list(dict.fromkeys(word for word in words(wanted) if word not in COMMON_WORDS))
    met = sum(any(_same(word, other) for other in heard) for word in own)
    return min(1.0, met / min(len(own), 6)) if own else 0.0


def _same(first: str, second: str) -> bool:
    short, long = sorted((first, second), key=len)
    return short == long or (len(short) >= STEM and long.startswith(short))
