"""Briefs and brands to test with, and a strategy for any that a person might write."""

from dataclasses import replace

from hypothesis import strategies as st

from kinoloop.creative.brand.records import Brand
from kinoloop.creative.briefs.reading import parse_brief, sample_brief
from kinoloop.creative.briefs.records import Brief, Format

LAMP = parse_brief(sample_brief())
HOUSE = Brand()
LONG_FACTS = tuple(
    f"{n} grams of fact number {n}, told plainly. Stays so for {n} days." for n in range(11, 31)
)
MESSAGES = tuple(f"Message {n} for long evenings" for n in range(101, 121))
LONG = replace(LAMP, format="youtube_long", platform="youtube", duration=480, facts=LONG_FACTS)
LONG_BRAND = Brand(key_messages=MESSAGES)

_LINES = """
folds flat to 3 cm keeps tea warm for 12 hours Porto made by hand in small batches weighs 420 grams
no noise 20% less water iPhone ready for rain USB-C charges quickly and fits every bag
"""
_WORDS = st.sampled_from(sorted(set(_LINES.split())))
_TEXT = st.lists(_WORDS, min_size=1, max_size=9).map(" ".join)
_CHOICES: list[tuple[Format, int]] = [("ad", 15), ("ad", 30), ("ad", 60), ("tiktok", 21), ("tiktok", 34)]
_SHORTS: list[tuple[Format, int]] = [("youtube_shorts", seconds) for seconds in range(45, 59)]
_LENGTHS = st.sampled_from(_CHOICES) | st.sampled_from(_SHORTS)
_MAYBE = st.one_of(st.just(""), _TEXT)


@st.composite
def briefs(draw: st.DrawFn) -> Brief:
    """A brief of any format with facts, problem, offer and so on that may each be missing."""
    form, seconds = draw(_LENGTHS)
    return Brief(
        name="a test",
        product=draw(
            st.sampled_from(["Nimbus Flask: a flask for tea", "Nimbus", "a quiet kettle", "rain shoes"])
        ),
        facts=tuple(draw(st.lists(_TEXT, max_size=20, unique=True))),
        problem=draw(_MAYBE),
        audience=draw(_MAYBE),
        offer=draw(_MAYBE),
        cta=draw(_MAYBE),
        format=form,
        duration=seconds,
        language=draw(st.sampled_from(["en", "en-GB", "de"])),
        keywords=tuple(draw(st.lists(_WORDS, max_size=3, unique=True))),
    )


brands = st.builds(
    Brand, name=st.sampled_from(["", "Nimbus House"]), key_messages=st.lists(_TEXT, max_size=4).map(tuple)
)
