"""The few words that a plain writer adds to a person's own: connectives by language, none of them a claim."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Phrases:
    """Patterns with {name}, {what}, {audience} or {cta}; "" where a language has none."""

    meet: str = ""
    meet_what: str = "{name}: {what}."
    this_is: str = "{what}."
    it_is: str = "{what}."
    looking: str = ""
    familiar: str = ""
    audience: str = ""
    subject: str = ""
    also: str = ""
    see: str = ""
    see_it: str = ""
    ready: str = ""
    turn: str = ""
    verbs: frozenset[str] = frozenset()


_VERBS = """
absorbs accepts adapts adds adjusts allows arrives automates avoids blooms breathes brews brings builds
carries catches charges closes collects combines comes compares connects converts cooks corrects costs
creates declines delivers detects dims dissolves dries eases feels fits folds follows frees gets gives
glides glows grows has heats helps improves includes invites is keeps knows lasts lays learns lets makes
means measures meets melts merges needs opens predicts prevents produces protects provides puts reaches
reacts recharges recycles reduces refreshes relaxes removes repels replaces requires resists reuses runs
saves seals selects sends separates serves settles shines shrinks sits snaps soaks speaks stays stops
supports syncs takes teaches tells tightens translates understands unfolds uses wakes warms warns washes
wears weighs wipes works writes
"""
"""Words that are hardly ever anything but verbs where a fact begins: `Tests show` is not `It tests`."""
NOT_AFTER = frozenset({"and", "apply", "are", "included", "of", "or", "show"})
"""Words after which the first was a noun after all."""
ENGLISH = Phrases(
    meet="Meet {name}.",
    meet_what="Meet {name}: {what}.",
    this_is="This is {what}.",
    it_is="It is {what}.",
    looking="Looking for {what}?",
    familiar="Sound familiar?",
    audience="For {audience}.",
    subject="It",
    also="And it",
    see="See {name} for yourself.",
    see_it="See it for yourself.",
    ready="Ready? {cta}",
    turn="Your turn. {cta}",
    verbs=frozenset(_VERBS.split()),
)
BARE = Phrases()
"""For languages without connectives of their own: the person's words stand alone."""


def phrases_for(language: str) -> Phrases:
    """The connectives of a language code such as `en-GB`."""
    return ENGLISH if language.split("-", maxsplit=1)[0] == "en" else BARE
