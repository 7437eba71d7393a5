"""What a brief gives a writer: the product's name and kind, and each fact as something that can be said."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from kinoloop.core.text import words
from kinoloop.creative.brand.records import Brand
from kinoloop.creative.brand.rules import forbidden_in
from kinoloop.creative.briefs.records import Brief
from kinoloop.creative.scripts.rules import spoken_ms, words_in
from kinoloop.creative.writing.phrases import NOT_AFTER, Phrases, phrases_for

LONGEST_LINE_MS = 8000
"""A longer thought is parted at its own stops: one picture does not hold an eye for longer."""
_NAME_PARTS = re.compile(r":\s+|\s+[-\u2013\u2014]\s+|,\s+(?=(?:a|an|the)\s)", re.IGNORECASE)
_ABBREVIATION = 3
"""A dot after so few letters may be that of `St.` or `No.`; two thoughts in one line do no harm."""
_ARTICLES = {"a", "an", "the", "some", "your", "our"}
_MOST_NAME_WORDS = 4
_GENERAL = {
    "adults", "anybody", "anyone", "beginners", "busy", "children", "every", "everybody", "everyone",
    "families", "home", "kids", "men", "new", "parents", "people", "small", "students", "teams", "those",
    "women", "young",
}  # fmt: skip
"""Words for people in general: no names, so they may lose a capital inside a sentence."""


@dataclass(frozen=True)
class Material:
    """Everything a plain writer may say, in the person's own words; "" and () where nothing was given.

    `called` is what the product is called in a sentence; `left_out` tells what may not be said and why.
    """

    name: str
    what: str
    problem: str
    audience: str
    facts: tuple[str, ...]
    messages: tuple[str, ...]
    offer: str
    cta: str
    left_out: tuple[str, ...]
    phrases: Phrases

    @property
    def called(self) -> str:
        return self.name or with_article(self.what)


def material_of(brief: Brief, brand: Brand) -> Material:
    """The brief's and brand's own words, without those that either forbids."""
    left_out: list[str] = []

    def allowed(text: str) -> bool:
        met = forbidden_in(text, brand, brief)
        if met:
            left_out.append(f"'{text}' says '{met[0]}', which may not be mentioned")
        return bool(text) and not met

    name, what = _product(brief.product, brand.name)
    return Material(
        name=name,
        what=what,
        problem=brief.problem if allowed(brief.problem) else "",
        audience=_audience(brief.audience) if allowed(brief.audience) else "",
        facts=tuple(part for fact in brief.facts if allowed(fact) for part in thoughts(fact)),
        messages=tuple(part for one in brand.key_messages if allowed(one) for part in thoughts(one)),
        offer=brief.offer if allowed(brief.offer) else "",
        cta=brief.cta if allowed(brief.cta) else "",
        left_out=tuple(left_out),
        phrases=phrases_for(brief.language),
    )


def _product(text: str, brand_name: str) -> tuple[str, str]:
    """(name, what it is): `Lumen Lamp: a desk lamp` has both, `a desk lamp` only the second."""
    name, *what = _NAME_PARTS.split(text, maxsplit=1)
    if what and words_in(name) <= _MOST_NAME_WORDS:
        return name.strip(), what[0].strip().rstrip(".")
    whole = text.strip().rstrip(".")
    if _is_name(whole):
        return whole, ""
    return (brand_name if words_in(brand_name) <= _MOST_NAME_WORDS else ""), _lowered(whole)


def _is_name(text: str) -> bool:
    """A few words that all begin with a capital or figure, such as `Lumen Lamp 2`."""
    parts = text.split()
    titled = all(part[:1].isupper() or part[:1].isdigit() or not part.islower() for part in parts)
    return titled and len(parts) <= _MOST_NAME_WORDS and parts[0].lower() not in _ARTICLES


def _lowered(text: str) -> str:
    """`Hiking boots` as it stands inside a sentence; initials such as `CRM` keep their capitals."""
    first, _, rest = text.partition(" ")
    plain = first[:1].isupper() and first[1:].islower() and rest and not rest[:1].isupper()
    return f"{first.lower()} {rest}" if plain else text


def with_article(what: str) -> str:
    """`desk lamp` as `the desk lamp`; what has an article keeps it."""
    first = words(what)[:1]
    return what if not first or first[0] in _ARTICLES or _is_name(what) else f"the {what}"


def _audience(text: str) -> str:
    first, _, rest = text.strip().rstrip(".").partition(" ")
    shown = first.lower() if first.lower() in _GENERAL else first
    if shown.lower() == "for" and rest:
        return rest
    return f"{shown} {rest}".strip()


def said(text: str) -> str:
    """The text as a sentence: a capital first, a stop last. Names such as `iPhone` keep their letters."""
    line = text.strip()
    first = line.split(" ", 1)[0]
    if first.islower() and "." not in first.rstrip("."):
        line = line[:1].upper() + line[1:]
    return line if line.endswith((".", "!", "?", "…", "。", "！", "？")) else f"{line.rstrip(',;:')}."


def thoughts(text: str) -> tuple[str, ...]:
    """A long text in parts that can be said in eight seconds, parted at its own stops, nothing left out."""
    return tuple(piece for part in _sentences(text) for piece in _at_commas(part))


def _sentences(text: str) -> Iterable[str]:
    """Parts at `; ` and at full stops before a capital, but not after what may be an abbreviation."""
    held: list[str] = []
    tokens = text.split()
    for token, after in zip(tokens, [*tokens[1:], "A"], strict=True):
        held.append(token)
        letters = len(token.rstrip(".!?;。"))
        stops = token.endswith((".", "!", "?", "。")) and letters > _ABBREVIATION and after[:1].isupper()
        if stops or token.endswith(";"):
            yield " ".join(held).rstrip(";")
            held = []
    if held:
        yield " ".join(held)


def _at_commas(text: str) -> Iterable[str]:
    if spoken_ms(text) <= LONGEST_LINE_MS:
        return (text,)
    pieces, held = [], ""
    for part in re.split(r"(?<=,)\s+", text):
        joined = f"{held} {part}".strip()
        if held and spoken_ms(joined) > LONGEST_LINE_MS:
            pieces.append(held)
            held = part
        else:
            held = joined
    return (*pieces, held)


def fact_line(fact: str, phrases: Phrases, *, again: bool = False) -> str:
    """`Folds flat to 3 cm` as `It folds flat to 3 cm.`; what does not begin with such a verb stays."""
    first, _, rest = fact.partition(" ")
    follows = rest.split(" ", 1)[0].lower()
    if first.lower() not in phrases.verbs or follows.strip(".,;:") in NOT_AFTER:
        return said(fact)
    return said(f"{phrases.also if again else phrases.subject} {first.lower()} {rest}")


def named_line(fact: str, material: Material) -> str:
    """`Folds flat to 3 cm` with the product as its subject, where that makes a sentence."""
    first, _, rest = fact.partition(" ")
    many = material.name.endswith("s")
    if not material.name or many or fact_line(fact, material.phrases) == said(fact):
        return said(fact)
    return said(f"{material.name} {first.lower()} {rest}")
