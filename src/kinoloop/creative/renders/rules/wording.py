"""Texts on the screen: there, in the safe zone, large and slow enough to be read, with enough contrast; and
words that may not be said."""

from collections.abc import Iterator

from kinoloop.creative.renders.records import Defect, Finding, Severity, Wanted, WantedText
from kinoloop.creative.renders.rules.container import same_size
from kinoloop.creative.renders.rules.limits import (
    EDGE,
    FASTEST_READING,
    LEAST_CONTRAST,
    SMALLEST_LETTERS,
    THERE,
    WEAK_PART,
)
from kinoloop.creative.renders.rules.places import inside, quoted, scene_of
from kinoloop.media.gate.records import Box, Measured, SeenText


def judge_texts(measured: Measured, wanted: Wanted) -> Iterator[Finding]:
    """Texts that were planned and are not seen, then those that are, by how they are seen."""
    seen = {text.wanted.key: text for text in measured.texts}
    for text in wanted.texts:
        yield from text_rules(text, wanted)
        if same_size(measured, wanted):
            yield from _as_seen(text, seen.get(text.key), measured, wanted)


def text_rules(text: WantedText, wanted: Wanted) -> Iterator[Finding]:
    """What can be told of a text before it is drawn."""
    speed = text.characters_per_second
    if speed > FASTEST_READING:
        yield _finding(
            "caption_too_fast",
            text,
            wanted,
            f"has {speed:.0f} characters a second; {FASTEST_READING:g} can be read.",
            "Shorten the line or give it more time.",
        )
    if text.letter_height < SMALLEST_LETTERS * wanted.height:
        yield _finding(
            "caption_too_small",
            text,
            wanted,
            f"has letters of {text.letter_height} px; {SMALLEST_LETTERS * wanted.height:.0f} can be read.",
            "Shorten the longest word or line.",
        )
    if wanted.zone is not None and not inside(letters_of(text), wanted.zone):
        yield _off_zone(text, text.box, wanted)


def letters_of(text: WantedText) -> Box:
    """Where the letters themselves stand: outline and shadow may reach over the edge of a zone."""
    left, top, right, bottom = text.box
    edge = round(text.letter_height * EDGE)
    return left + edge, top + edge, right - edge, bottom - edge


def judge_forbidden(_: Measured, wanted: Wanted) -> Iterator[Finding]:
    """One finding for each phrase found by whoever read the words."""
    for word in wanted.forbidden:
        start, end = word.start_ms, word.end_ms
        scene = word.scene
        if scene is None and start is not None and end is not None:
            scene = scene_of(wanted.scenes, start, end)
        yield Finding(
            "forbidden_word",
            "blocked",
            f"{quoted(word.phrase)} is not to be mentioned and is in the {word.where}.",
            start_ms=start,
            end_ms=end,
            scene=scene,
            fix="Word the line differently.",
        )


def _as_seen(
    text: WantedText, seen: SeenText | None, measured: Measured, wanted: Wanted
) -> Iterator[Finding]:
    if seen is None or not seen.looks:
        if text.start_ms < measured.duration * 1000 - 200:
            yield _finding("missing_line", text, wanted, "was never looked at.", "Check the film again.")
        return
    if _hidden(seen, measured):
        return
    match = seen.match or 0.0
    if match < THERE:
        yield _not_there(text, seen, wanted)
        return
    if _middle([look.weakest for look in seen.looks]) < WEAK_PART:
        yield _finding(
            "missing_line", text, wanted, "is not what stands there: a word differs.", "Render it again."
        )
        return
    ratios = [look.contrast for look in seen.looks if look.contrast is not None]
    if ratios and _middle(ratios) < LEAST_CONTRAST:
        yield _finding(
            "low_contrast",
            text,
            wanted,
            f"has a contrast of {_middle(ratios):.1f}; {LEAST_CONTRAST:g} can be read.",
            "Choose a style with an outline or a box, or other colours.",
        )


def _not_there(text: WantedText, seen: SeenText, wanted: Wanted) -> Finding:
    if seen.elsewhere is not None:
        if wanted.zone is None or not inside(seen.elsewhere, wanted.zone):
            return _off_zone(text, seen.elsewhere, wanted)
        return _finding(
            "caption_off_zone",
            text,
            wanted,
            f"stands at {_place(seen.elsewhere)} instead of {_place(text.box)}.",
            "Render it again.",
            "degraded",
        )
    return _finding("missing_line", text, wanted, "does not stand on the screen.", "Render it again.")


def _off_zone(text: WantedText, box: Box, wanted: Wanted) -> Finding:
    zone = "" if wanted.zone is None else f" The zone is {_place(wanted.zone)}."
    return _finding(
        "caption_off_zone",
        text,
        wanted,
        f"stands at {_place(box)}, where the platform's own buttons cover it.{zone}",
        "Choose the platform's zone and render again.",
    )


def _hidden(seen: SeenText, measured: Measured) -> bool:
    """Most looks fell into black stretches, which are named for themselves."""
    dark = [look for look in seen.looks if any(span.contains(look.at) for span in measured.black)]
    return 2 * len(dark) > len(seen.looks) and (seen.match or 0.0) < THERE


def _finding(
    defect: Defect, text: WantedText, wanted: Wanted, what: str, fix: str, severity: Severity = "blocked"
) -> Finding:
    kind = "title" if text.key.startswith("title") else "caption"
    return Finding(
        defect,
        severity,
        f"The {kind} {quoted(text.text)} {what}",
        start_ms=text.start_ms,
        end_ms=text.end_ms,
        scene=scene_of(wanted.scenes, text.start_ms, text.end_ms),
        fix=fix,
    )


def _place(box: Box) -> str:
    return f"{box[0]},{box[1]} to {box[2]},{box[3]}"


def _middle(values: list[float]) -> float:
    return sorted(values)[(len(values) - 1) // 2]
