"""What a brief may be: sizes, lengths, choices that go together, and no claim that it forbids itself."""

import re
from collections.abc import Iterable
from dataclasses import fields, replace

from kinoloop.core.errors import InputError
from kinoloop.creative.briefs.platforms import RULES, PlatformRules, scene_count
from kinoloop.creative.briefs.records import Brief
from kinoloop.creative.briefs.wording import clean, mentions
from kinoloop.creative.plain import from_json
from kinoloop.media.captions.styles import STYLES

__all__ = ["RULES", "PlatformRules", "check_brief", "scene_count", "spoken_parts"]

TEXT_LIMITS = {
    "name": 120,
    "product": 200,
    "problem": 160,
    "audience": 200,
    "goal": 300,
    "offer": 160,
    "cta": 80,
    "tone": 120,
}
"""Most characters of each text."""
LIST_LIMITS = {
    "facts": (20, 300),
    "keywords": (20, 60),
    "styles": (10, 60),
    "do_not_mention": (40, 80),
    "assets": (40, 64),
    "footage": (200, 64),
}
"""Most entries of each list, and most characters of an entry."""
MOST_VARIANTS = 4
"""The master and one version for each element that may differ."""
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_LONGEST_PATH = 1000


def check_brief(brief: Brief) -> Brief:
    """The brief with its texts on one line each. Raises InputError that names the field and the limit."""
    brief = from_json(Brief, {part.name: getattr(brief, part.name) for part in fields(Brief)})
    brief = _shortened(brief)
    for field in ("name", "product"):
        if not getattr(brief, field):
            raise _wrong(field, "is empty.", fix=f"Write the {field}.")
    _length(brief, RULES[brief.format])
    _versions(brief)
    _identifiers(brief)
    _own_words(brief)
    return brief


def spoken_parts(brief: Brief) -> Iterable[tuple[str, str]]:
    """What may be said of the product, by field: (`facts[2]`, text), empty ones left out."""
    for field in ("product", "problem", "offer", "cta"):
        if text := getattr(brief, field):
            yield field, text
    yield from ((f"facts[{number}]", fact) for number, fact in enumerate(brief.facts, start=1))


def _shortened(brief: Brief) -> Brief:
    texts = {field: _text(getattr(brief, field), field, most) for field, most in TEXT_LIMITS.items()}
    lists = {field: _list(getattr(brief, field), field, *limits) for field, limits in LIST_LIMITS.items()}
    return replace(brief, **texts, **lists)  # type: ignore[arg-type]  # each list holds texts


def _text(value: str, field: str, most: int) -> str:
    line = clean(value, f"'{field}'")
    if len(line) > most:
        raise _wrong(
            field, f"has {len(line)} characters.", why=f"At most {most} are taken.", fix="Shorten it."
        )
    return line


def _list(values: tuple[str, ...], field: str, most: int, longest: int) -> tuple[str, ...]:
    if len(values) > most:
        raise _wrong(
            field, f"has {len(values)} entries.", why=f"At most {most} are taken.", fix="Keep the best."
        )
    lines = [_text(value, f"{field}[{number}]", longest) for number, value in enumerate(values, start=1)]
    if "" in lines:
        raise _wrong(f"{field}[{lines.index('') + 1}]", "is empty.", fix="Write it, or take it out.")
    return tuple(dict.fromkeys(lines))


def _length(brief: Brief, rules: PlatformRules) -> None:
    if not rules.allows(brief.duration):
        raise _wrong(
            "duration",
            f"is {brief.duration} s.",
            why=f"The format {brief.format} lasts {rules.lasting}.",
            fix="Change the duration or the format.",
        )
    if rules.shape is not None and rules.shape not in brief.shapes:
        raise _wrong(
            "shapes",
            f"lacks {rules.shape}.",
            why=f"That is the shape of the format {brief.format}.",
            fix=f'Add "{rules.shape}".',
        )


def _versions(brief: Brief) -> None:
    if not 1 <= brief.variants <= MOST_VARIANTS:
        raise _wrong(
            "variants", f"is {brief.variants}.", fix=f"Ask for 1 to {MOST_VARIANTS}, the master included."
        )
    for field in ("vary", "shapes", "exports"):
        values = getattr(brief, field)
        if len(set(values)) < len(values):
            raise _wrong(field, "names something twice.", fix="Name each once.")
    if brief.variants - 1 > len(brief.vary):
        raise _wrong(
            "vary",
            f"names {len(brief.vary)} of the {brief.variants - 1} elements needed.",
            why=f"Each of the {brief.variants} versions but the master differs in one element.",
            fix="Name more of hook, cta and opening, or ask for fewer variants.",
        )
    for field in ("shapes", "exports"):
        if not getattr(brief, field):
            raise _wrong(field, "is empty.", fix="Name at least one.")


def _identifiers(brief: Brief) -> None:
    named = [("client_id", brief.client_id), ("campaign_id", brief.campaign_id)]
    named += [
        (f"{field}[{n}]", one)
        for field in ("assets", "footage")
        for n, one in enumerate(getattr(brief, field), 1)
    ]
    for field, value in named:
        if value is not None and not _ID.fullmatch(value):
            raise _wrong(field, "is no id.", why="Ids are letters, digits, - and _, 64 at most.")
    if not _LANGUAGE.fullmatch(brief.language):
        raise _wrong(
            "language", f"'{brief.language[:20]}' is no language code.", fix="Write it like en or pt-BR."
        )
    if brief.voice is not None:
        _text(brief.voice, "voice", 80)
    if brief.captions not in (*STYLES, "none"):
        raise _wrong("captions", "names no caption style.", fix=f"Choose one of: {', '.join(STYLES)}, none.")
    if brief.music_file is not None and not 0 < len(clean(brief.music_file, "'music_file'")) <= _LONGEST_PATH:
        raise _wrong("music_file", "is no path.", fix="Name a sound file, or leave it out.")


def _own_words(brief: Brief) -> None:
    """What a brief forbids it may not say itself: better told now than found in the finished film."""
    for field, text in spoken_parts(brief):
        for phrase in brief.do_not_mention:
            if mentions(text, phrase):
                raise _wrong(
                    field,
                    f"says '{phrase}'.",
                    why="The brief itself lists that under do_not_mention.",
                    fix="Word it differently, or take the phrase off the list.",
                )


def _wrong(field: str, what: str, *, why: str = "", fix: str = "") -> InputError:
    return InputError(f"'{field}' {what}", why=why, fix=fix)
