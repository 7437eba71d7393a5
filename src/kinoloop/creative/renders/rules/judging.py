"""Judge a finished film by what was measured of it: each defect with its scene, its time and what to do.

A defect that explains another is named alone: a film cut short does not also miss the captions of its end,
and of a damaged one nothing more is said.
"""

from collections.abc import Callable, Iterator

from kinoloop.core.timecode import Span
from kinoloop.creative.renders.records import Finding, Verdict, Wanted
from kinoloop.creative.renders.rules.brand import judge_brand
from kinoloop.creative.renders.rules.container import judge_file, whole
from kinoloop.creative.renders.rules.hearing import judge_sound
from kinoloop.creative.renders.rules.length import judge_length
from kinoloop.creative.renders.rules.seeing import judge_pictures
from kinoloop.creative.renders.rules.wording import judge_forbidden, judge_texts
from kinoloop.media.gate.records import Measured

_ASPECTS: tuple[Callable[[Measured, Wanted], Iterator[Finding]], ...] = (
    judge_file,
    judge_length,
    judge_pictures,
    judge_sound,
    judge_texts,
    judge_forbidden,
    judge_brand,
)


def judge(measured: Measured, wanted: Wanted) -> Verdict:
    """All defects, blocked ones first, each in the order of time."""
    aspects = _ASPECTS if whole(measured) else _ASPECTS[:1]
    found = [finding for aspect in aspects for finding in aspect(measured, wanted)]
    found.sort(key=lambda one: (one.severity != "blocked", one.start_ms if one.start_ms is not None else -1))
    return Verdict(tuple(found), figures(measured))


def unreadable(why: str) -> Verdict:
    """The verdict on a film that cannot be opened at all; `why` in plain words."""
    return Verdict(
        (Finding("undecodable", "blocked", f"The film cannot be opened: {why}", fix="Render it again."),), {}
    )


def figures(measured: Measured) -> dict[str, int | float | str | None]:
    """What the verdict rests on, for the record; None where it could not be measured."""
    matches = [text.match for text in measured.texts if text.match is not None]
    ratios = [look.contrast for text in measured.texts for look in text.looks if look.contrast is not None]
    return {
        "duration_s": round(float(measured.duration), 3),
        "pictures": measured.pictures,
        "rate": None if measured.rate is None else round(float(measured.rate), 3),
        "width": measured.width,
        "height": measured.height,
        "sample_aspect": str(measured.sample_aspect),
        "pixel_format": measured.pixel_format,
        "black_s": _total(measured.black),
        "frozen_s": _total(measured.frozen),
        "silent_s": _total(measured.silent) if measured.has_sound else None,
        "clipped_samples": measured.clipped_samples if measured.has_sound else None,
        "integrated_lufs": _rounded(measured.integrated),
        "true_peak_dbtp": _rounded(measured.true_peak),
        "texts": len(measured.texts),
        "texts_looked_at": len(matches),
        "weakest_text_match": _rounded(min(matches, default=None)),
        "lowest_contrast": _rounded(min(ratios, default=None)),
    }


def _total(spans: tuple[Span, ...]) -> float:
    return round(float(sum(span.duration for span in spans)), 3)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
