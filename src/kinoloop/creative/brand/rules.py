"""What a brand asks of words and pictures: what may not be said, how pictures look, how colours read."""

import re
from collections.abc import Iterable
from dataclasses import replace

from kinoloop.core.errors import InputError
from kinoloop.creative.brand.colours import contrast, hex_colour, named
from kinoloop.creative.brand.records import Brand
from kinoloop.creative.briefs.records import Brief
from kinoloop.creative.briefs.wording import clean, mentions

TEXT_LIMITS = {"name": 120, "voice": 500, "visual_style": 500}
LIST_LIMITS = {"forbidden_elements": (40, 80), "key_messages": (20, 200), "do_not_mention": (40, 80)}
MOST_COLOURS = 8
READABLE = 4.5
"""Least contrast of text to its ground (WCAG 2.2, level AA)."""
ALWAYS_AVOIDED = ("text", "letters", "captions", "subtitles", "watermark", "logo")
"""Words and marks are laid over the picture by us, where they can be read and checked."""
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def check_brand(brand: Brand) -> Brand:
    """The brand with clean texts and colours as `#rrggbb`. Raises InputError naming the field."""
    if not _ID.fullmatch(brand.client_id):
        raise InputError("'client_id' is no id.", why="Ids are letters, digits, - and _, 64 at most.")
    if len(brand.palette) > MOST_COLOURS:
        raise InputError(f"'palette' has {len(brand.palette)} colours.", fix=f"Keep {MOST_COLOURS} at most.")
    texts = {field: _text(getattr(brand, field), field, most) for field, most in TEXT_LIMITS.items()}
    lists = {field: _list(getattr(brand, field), field, *most) for field, most in LIST_LIMITS.items()}
    colours = tuple(dict.fromkeys(hex_colour(colour) for colour in brand.palette))
    checked = replace(brand, palette=colours, **texts, **lists)  # type: ignore[arg-type]  # lists of texts
    for message in checked.key_messages:
        for phrase in checked.do_not_mention:
            if mentions(message, phrase):
                raise InputError(
                    f"The key message '{message}' says '{phrase}'.",
                    why="The brand lists that under do_not_mention.",
                    fix="Word it differently, or take the phrase off the list.",
                )
    return checked


def _text(value: str, field: str, most: int) -> str:
    line = clean(value, f"'{field}'")
    if len(line) > most:
        raise InputError(
            f"'{field}' has {len(line)} characters.", why=f"At most {most} are taken.", fix="Shorten it."
        )
    return line


def _list(values: Iterable[str], field: str, most: int, longest: int) -> tuple[str, ...]:
    lines = tuple(dict.fromkeys(filter(None, (_text(value, field, longest) for value in values))))
    if len(lines) > most:
        raise InputError(f"'{field}' has {len(lines)} entries.", fix=f"Keep {most} at most.")
    return lines


def forbidden_in(text: str, brand: Brand, brief: Brief | None = None) -> tuple[str, ...]:
    """Phrases in the text that brand or brief forbid: whole words, whatever the case and accents."""
    phrases = (*brand.do_not_mention, *brand.forbidden_elements, *(brief.do_not_mention if brief else ()))
    return tuple(phrase for phrase in dict.fromkeys(phrases) if mentions(text, phrase))


def prompt_with(brand: Brand, wish: str, *, camera: str = "", styles: Iterable[str] = ()) -> str:
    """What a picture service is asked: the wish, camera, looks and colours. Never what to avoid.

    Naming an unwanted thing in a prompt tends to summon it; that belongs into `negative_prompt`.
    """
    colours = ", ".join(dict.fromkeys(named(colour) for colour in brand.palette))
    parts = [
        wish.strip().rstrip("."),
        camera,
        ", ".join(styles),
        brand.visual_style.rstrip("."),
        f"colours: {colours}" if colours else "",
    ]
    return ". ".join(part for part in parts if part) + "."


def negative_prompt(brand: Brand, brief: Brief | None = None) -> str:
    """What a picture service is to leave out, separated by commas."""
    own = (*brand.forbidden_elements, *brand.do_not_mention, *(brief.do_not_mention if brief else ()))
    return ", ".join(dict.fromkeys((*ALWAYS_AVOIDED, *own)))


def palette_notes(brand: Brand) -> tuple[str, ...]:
    """How the palette reads: the best pair for text, or that no two of its colours can carry text."""
    colours = brand.palette
    if len(colours) < 2:
        return ("The palette has no two colours: text is set in white or near-black.",) if colours else ()
    ratio, dark, light = max((contrast(a, b), a, b) for n, a in enumerate(colours) for b in colours[n + 1 :])
    pair = f"{dark} on {light} has a contrast of {ratio:.1f}:1"
    if ratio < READABLE:
        return (f"No two palette colours can carry text: at best {pair}, {READABLE}:1 is needed.",)
    return (f"Text can be set in palette colours: {pair}.",)
