"""Hooks out of a brief's own words: a question, a problem, a bold fact, the offer, the people it is for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from kinoloop.core.text import words
from kinoloop.creative.briefs.platforms import PlatformRules
from kinoloop.creative.plans.records import Evidence
from kinoloop.creative.plans.traits import says
from kinoloop.creative.scripts.claims import numbers_in
from kinoloop.creative.scripts.rules import spoken_ms
from kinoloop.creative.writing.material import Material, named_line, said, with_article

Style = Literal["question", "problem", "fact", "offer", "audience", "name"]
ANGLES: dict[Style, str] = {
    "question": "Ask what the viewer knows from their own day, then answer it.",
    "problem": "Name the problem first, then show what answers it.",
    "fact": "Begin with the boldest fact, then tell the rest.",
    "offer": "Begin with the offer, then give the reasons.",
    "audience": "Speak to the people it is for, then show it to them.",
    "name": "Show the product at once and let the facts speak.",
}
_NAMED_BY = {
    "question": ("question", "questions", "ask", "asks"),
    "problem": ("problem", "problems", "pain", "struggle"),
    "fact": ("fact", "facts", "number", "numbers", "figure", "claim"),
    "offer": ("offer", "offers", "discount", "price", "deal"),
    "audience": ("audience", "people"),
    "name": ("product", "demo", "name"),
}
"""Words by which evidence speaks of a style of hook."""
_SHOWN = 160
"""Characters of evidence that a reason quotes."""


@dataclass(frozen=True)
class Hook:
    """One way to begin. `uses` is the text it is made of; `favoured` the evidence for it, in words."""

    style: Style
    text: str
    uses: str
    weight: float = 0.0
    favoured: str = ""


def hooks_of(material: Material, rules: PlatformRules, evidence: Sequence[Evidence] = ()) -> tuple[Hook, ...]:
    """Hooks that can be said in time, no two alike, those that evidence speaks for first."""
    fitting = [hook for hook in _all(material) if 0 < spoken_ms(hook.text) <= rules.hook_line_ms]
    weighed = [_weighed(hook, evidence) for hook in fitting]
    order = sorted(range(len(weighed)), key=lambda n: (-weighed[n].weight, n))
    once: dict[str, Hook] = {}
    for n in order:
        once.setdefault(weighed[n].text, weighed[n])
    return tuple(once.values())


def unlike(chosen: Hook, hooks: Sequence[Hook], count: int) -> tuple[Hook, ...]:
    """Other ways to begin, each of another style first, for versions that differ in the hook alone."""
    others = [hook for hook in hooks if hook.text != chosen.text]
    styles = {chosen.style}
    fresh: list[Hook] = []
    for hook in others:
        if hook.style not in styles:
            styles.add(hook.style)
            fresh.append(hook)
    return (*fresh, *(hook for hook in others if hook not in fresh))[:count]


def _all(material: Material) -> Iterable[Hook]:
    phrases = material.phrases
    if material.problem:
        question = said(material.problem).rstrip(".!?") + "?"
        yield Hook("question", question, material.problem)
    bold = sorted(material.facts, key=lambda fact: (not numbers_in(fact), spoken_ms(fact)))
    figures = [fact for fact in bold if numbers_in(fact)]
    yield from (Hook("fact", named_line(fact, material), fact) for fact in figures)
    if material.problem and phrases.familiar:
        yield Hook("problem", f"{said(material.problem)} {phrases.familiar}", material.problem)
    if material.what and material.name and phrases.looking:
        yield Hook("question", phrases.looking.format(what=material.what), material.what)
    yield from (Hook("fact", named_line(fact, material), fact) for fact in bold[len(figures) :])
    if material.offer:
        yield Hook("offer", said(material.offer), material.offer)
    if material.audience and phrases.audience:
        yield Hook("audience", phrases.audience.format(audience=material.audience), material.audience)
    yield from (Hook("fact", said(message), message) for message in material.messages)
    met = phrases.meet.format(name=with_article(material.called)) if phrases.meet else said(material.called)
    yield Hook("name", met, material.called)


def _weighed(hook: Hook, evidence: Sequence[Evidence]) -> Hook:
    speaking = [one for one in evidence if _speaks_for(one, hook)]
    if not speaking:
        return hook
    best = max(speaking, key=lambda one: one.weight or 0.0)
    weight = sum(1.0 if one.weight is None else one.weight for one in speaking)
    if weight < 0:
        return Hook(hook.style, hook.text, hook.uses, weight)
    return Hook(hook.style, hook.text, hook.uses, weight, f"{best.kind}: {_short(best.text)}")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 3]}..."


def _speaks_for(evidence: Evidence, hook: Hook) -> bool:
    if evidence.traits or evidence.said:
        return ("hook_type", hook.style) in evidence.traits or any(
            purpose == "hook" and says(said, hook.uses) for purpose, said in evidence.said
        )
    told = set(words(evidence.text))
    if told.intersection(_NAMED_BY[hook.style]):
        return True
    return says(evidence.text, hook.uses)
