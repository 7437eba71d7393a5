"""A writer that needs no model: an ad out of the brief's own words, laid out by rule and labelled so.

It adds connectives (`phrases.py`) and nothing else: no claim, no number, no name that was not given.
"""

from collections.abc import Sequence

from kinoloop.core.errors import InputError
from kinoloop.creative.brand.records import Brand
from kinoloop.creative.briefs.platforms import RULES, PlatformRules, scene_count
from kinoloop.creative.briefs.records import Brief
from kinoloop.creative.plans.footnotes import footnoted
from kinoloop.creative.plans.records import Beat, Evidence, Plan
from kinoloop.creative.scripts.records import Line, Script
from kinoloop.creative.scripts.rules import share_out, spoken_ms, with_lengths
from kinoloop.creative.storyboards.sketches import PanelSketch
from kinoloop.creative.writing.beats import WEIGHTS, Cast, Thought, cast
from kinoloop.creative.writing.hooks import ANGLES, Hook, hooks_of, unlike
from kinoloop.creative.writing.material import Material, material_of, said
from kinoloop.creative.writing.pictures import sketch
from kinoloop.creative.writing.titles import title_of

NAME = "plain writer 1"
UNSURE = "Laid out by rule from the brief's own words; nothing tells yet how well it will do."
OTHER_HOOKS = 2
INTENTS = {
    "hook": "Stop the thumb",
    "problem": "Name the problem",
    "product": "Show the product",
    "proof": "Give a fact",
    "benefit": "Say what it means",
    "offer": "Make the offer",
    "cta": "Ask for the next step",
}


class PlainWriter:
    """Writes the same ad for the same brief, brand and evidence, every time."""

    name = NAME

    def plan(self, brief: Brief, brand: Brand, evidence: Sequence[Evidence] = ()) -> Plan:
        """Beats with the lengths that their lines need. Raises InputError when the brief says too little."""
        material, rules = material_of(brief, brand), RULES[brief.format]
        hooks = hooks_of(material, rules, evidence)
        chosen, others = _choice(hooks, rules)
        made = _cast(material, chosen, others, brief)
        beats = (
            Beat(thought.purpose, length, _intent(thought))
            for thought, length in zip(made.thoughts, made.lengths, strict=True)
        )
        plan = Plan(
            angle=ANGLES[chosen.style],
            promise=said((*material.messages, *material.facts, material.called)[0]),
            hooks=tuple(hook.text for hook in (chosen, *others)),
            beats=tuple(beats),
            title=title_of(material, rules.title_chars),
            reason=_why(chosen, made, material),
            confidence=None,
            alternatives=tuple(f"{ANGLES[hook.style]} '{hook.text}'" for hook in others),
            made_by=NAME,
        )
        return footnoted(plan, brief, evidence)

    def script(self, brief: Brief, brand: Brand, plan: Plan) -> Script:
        """Lines for the plan's beats, led by its first hook that can be said. Raises InputError."""
        material, rules = material_of(brief, brand), RULES[brief.format]
        hooks = hooks_of(material, rules)
        led = [hook for text in plan.hooks for hook in hooks if hook.text == text]
        chosen, others = _choice(led or hooks, rules, spare=hooks)
        made = _cast(material, chosen, others, brief)
        lengths, kept = _lengths(made, plan)
        hook_ms, call_ms = lengths[0], lengths[-1]
        lines = [Line(0, one.purpose, one.text, one.super_text, 0) for one in made.thoughts]
        timing = "" if kept else " The plan's lengths were changed to what the lines need."
        return Script(
            lines=with_lengths(lines, lengths),
            other_hooks=tuple(hook.text for hook in others if spoken_ms(hook.text) <= hook_ms),
            other_ctas=_other_calls(material, made.thoughts[-1].text, call_ms),
            reason=f"{UNSURE}{_unsaid(made)}{timing}",
            confidence=None,
            made_by=NAME,
        )

    def describe(self, brief: Brief, brand: Brand, script: Script) -> tuple[PanelSketch, ...]:
        """A picture for each line, out of the product, its facts and the brief's keywords."""
        material = material_of(brief, brand)
        return tuple(sketch(line, material, brief.keywords) for line in script.lines)


def _choice(
    hooks: Sequence[Hook], rules: PlatformRules, spare: Sequence[Hook] = ()
) -> tuple[Hook, tuple[Hook, ...]]:
    if not hooks:
        raise InputError(
            "The brief has nothing short enough for a hook.",
            why=f"A hook for {rules.format} may take {rules.hook_line_ms / 1000:g} s.",
            fix="Give the product a short name, or add a short fact or problem.",
        )
    return hooks[0], unlike(hooks[0], (*hooks[1:], *spare), OTHER_HOOKS)


def _cast(material: Material, hook: Hook, others: Sequence[Hook], brief: Brief) -> Cast:
    rules, scenes = RULES[brief.format], scene_count(brief.duration)
    calls = _calls(material)
    if not calls:
        raise InputError(
            "The brief has no call to action.",
            why=f"The plain writer has no words of its own in '{brief.language}'.",
            fix="Add `cta` to the brief.",
        )
    return cast(material, hook, others, calls, scenes=scenes, seconds=brief.duration, call_at=rules.cta_at)


def _calls(material: Material) -> tuple[str, ...]:
    """Calls to action, the brief's own first; each of the others says a little more before it."""
    phrases = material.phrases
    if material.cta:
        call = said(material.cta)
    elif phrases.see:
        call = said(phrases.see.format(name=material.name)) if material.name else phrases.see_it
    else:
        return ()
    offered = [f"{said(material.offer)} {call}"] if material.offer else []
    return (call, *offered, *(wrap.format(cta=call) for wrap in (phrases.ready, phrases.turn) if wrap))


def _other_calls(material: Material, chosen: str, length: int) -> tuple[str, ...]:
    """Calls to action for other versions: unlike the chosen one, and said within its time."""
    calls = [call for call in _calls(material) if call != chosen and spoken_ms(call) <= length]
    return tuple(calls[:2])


def _intent(thought: Thought) -> str:
    return f"{INTENTS[thought.purpose]}: {thought.text}"


def _lengths(made: Cast, plan: Plan) -> tuple[tuple[int, ...], bool]:
    """The plan's lengths where the lines fit them, else new ones of the same sum."""
    planned = tuple(beat.duration_ms for beat in plan.beats)
    same = [beat.purpose for beat in plan.beats] == [one.purpose for one in made.thoughts]
    if same and all(one.need <= length for one, length in zip(made.thoughts, planned, strict=True)):
        return planned, True
    weights = [WEIGHTS.get(one.purpose, 1.0) for one in made.thoughts]
    return share_out(sum(made.lengths), [one.need for one in made.thoughts], weights), False


def _why(chosen: Hook, made: Cast, material: Material) -> str:
    favoured = f" The hook was chosen for {chosen.favoured}." if chosen.favoured else ""
    left = f" Left out: {'; '.join(material.left_out)}." if material.left_out else ""
    return f"{UNSURE}{favoured}{_unsaid(made)}{left}"


def _unsaid(made: Cast) -> str:
    return f" No time for: {'; '.join(made.unsaid)}." if made.unsaid else ""
