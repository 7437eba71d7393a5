"""Find what may not be said among the words of a film: what stands on the screen, and what is said."""

from collections.abc import Sequence

from kinoloop.creative.brand.records import Brand
from kinoloop.creative.brand.rules import forbidden_in
from kinoloop.creative.briefs.records import Brief
from kinoloop.creative.renders.records import ForbiddenWord, WantedScene, WantedText
from kinoloop.creative.renders.rules.places import scene_of


def forbidden_words(
    texts: Sequence[WantedText],
    spoken: Sequence[tuple[int, str]],
    scenes: Sequence[WantedScene],
    brand: Brand,
    brief: Brief | None = None,
) -> tuple[ForbiddenWord, ...]:
    """`spoken` is (scene, line). A phrase is told once for each scene; captions break lines into pieces, so
    one that runs over two of them is found in the line."""
    found: dict[tuple[str, int | None], ForbiddenWord] = {}
    for text in texts:
        where = "on-screen text" if text.key.startswith("title") else "caption"
        scene = scene_of(scenes, text.start_ms, text.end_ms)
        for phrase in forbidden_in(text.text, brand, brief):
            word = ForbiddenWord(phrase, where, scene, text.start_ms, text.end_ms)
            found.setdefault((phrase, scene), word)
    for number, line in spoken:
        for phrase in forbidden_in(line, brand, brief):
            found.setdefault((phrase, number), ForbiddenWord(phrase, "line", number))
    return tuple(found.values())
