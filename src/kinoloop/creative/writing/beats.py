"""Which thoughts an ad is made of and how they share its time: hook, problem, product, proof, offer, call.

Thoughts are taken in the person's order. Where there are more facts than scenes, facts share a scene as long
as they can be said in time; where there are fewer, key messages are said, then said once more; then it is
too little, and the brief is told what to add.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction

from kinoloop.core.errors import InputError
from kinoloop.core.text import plural
from kinoloop.creative.plans.records import Purpose
from kinoloop.creative.scripts.rules import GRID_MS, needed_ms, share_out, spoken_ms
from kinoloop.creative.scripts.supers import super_of
from kinoloop.creative.writing.hooks import Hook
from kinoloop.creative.writing.material import LONGEST_LINE_MS, Material, fact_line, said, with_article

FILLED = Fraction(97, 100)
"""Share of the film that speech may fill; the rest is breath."""
CROWDED = 1.6
"""How much longer than the usual scene one with several facts may be said, where scenes are few."""
OWN_OFFER = 4
"""From so many scenes beside hook, product and call, offer and problem each get one of their own."""
WEIGHTS: dict[Purpose, float] = {"hook": 0.3, "problem": 0.8, "offer": 0.9, "cta": 0.8}
"""How the time that speech leaves is shared; other purposes take 1."""


@dataclass(frozen=True)
class Thought:
    """One scene's words before they have their time. `parts` are the person's texts, in order."""

    purpose: Purpose
    text: str
    super_text: str
    parts: tuple[str, ...] = ()
    room_ms: int = 0
    """What the shortest of the texts that another version says here needs."""

    @property
    def need(self) -> int:
        return max(needed_ms(self.text), self.room_ms)


@dataclass(frozen=True)
class Cast:
    """Thoughts in order, their lengths in ms, and the facts for which there was no time."""

    thoughts: tuple[Thought, ...]
    lengths: tuple[int, ...]
    unsaid: tuple[str, ...]


def cast(
    material: Material,
    hook: Hook,
    others: Sequence[Hook],
    calls: Sequence[str],
    *,
    scenes: int,
    seconds: int,
    call_at: Fraction | None = None,
) -> Cast:
    """Thoughts for exactly `scenes` scenes of `seconds`, the call to action also at the share `call_at`.

    Where time is too short the product is named and not described. Raises InputError when the brief has too
    little to say, or more than can be said.
    """
    order = _Order(scenes, seconds, call_at)
    try:
        return _cast(material, hook, others, calls, order)
    except InputError:
        if not (material.name and material.what):
            raise
        lean = replace(material, what="")
        with suppress(InputError):
            made = _cast(lean, hook, others, calls, order)
            return replace(made, unsaid=(material.what, *made.unsaid))
        raise


@dataclass(frozen=True)
class _Order:
    """What is wanted: scenes, seconds, and where the call to action also stands."""

    scenes: int
    seconds: int
    call_at: Fraction | None


def _cast(
    material: Material, hook: Hook, others: Sequence[Hook], calls: Sequence[str], order: _Order
) -> Cast:
    seconds, inner = order.seconds, order.scenes - (order.call_at is not None)
    own_offer = inner - 3 >= OWN_OFFER or _units(material, hook) < inner - 3
    frame = _frame(material, hook, others, calls, inner, own_offer)
    proofs, unsaid = _proofs(material, hook, frame, inner - len(frame), seconds)
    told = _in_order(frame, proofs)
    told, unsaid = _packed(told, unsaid, int(seconds * 1000 * FILLED), material)
    if order.call_at is None:
        return Cast(told, _lengths(told, seconds * 1000), unsaid)
    told, lengths = with_call(told, seconds, order.call_at)
    return Cast(told, lengths, unsaid)


def _units(material: Material, hook: Hook) -> int:
    return sum(one != hook.uses for one in (*material.facts, *material.messages))


def _frame(
    material: Material, hook: Hook, others: Sequence[Hook], calls: Sequence[str], scenes: int, own_offer: bool
) -> list[Thought]:
    """The thoughts that every ad of so many scenes has; an offer without its own scene joins the call."""
    spare = scenes - 3
    offer = said(material.offer) if material.offer and hook.style != "offer" and spare else ""
    frame = [_opening(material, hook, others)]
    if material.problem and hook.uses != material.problem and spare >= OWN_OFFER:
        frame.append(_thought("problem", said(material.problem), material.problem))
    frame.append(_product(material, hook))
    if offer and own_offer:
        frame.append(_thought("offer", offer, material.offer))
    frame.append(_call(calls, material, "" if own_offer else offer))
    return frame


def _opening(material: Material, hook: Hook, others: Sequence[Hook]) -> Thought:
    shown = super_of(hook.text, _fallback(material))
    room = min((needed_ms(other.text) for other in others), default=0)
    return Thought("hook", hook.text, shown, (hook.uses,), room)


def _fallback(material: Material) -> str:
    return super_of(material.phrases.familiar if material.problem else "", super_of(said(material.called)))


def _product(material: Material, hook: Hook) -> Thought:
    return Thought("product", _shown(material, hook), super_of(said(material.name or material.what)), ())


def _shown(material: Material, hook: Hook) -> str:
    phrases, name, what = material.phrases, material.name, material.what
    if not name and phrases.meet and hook.style != "name" and with_article(what) != what:
        return phrases.meet.format(name=with_article(what))
    if not name or (hook.style == "name" and what):
        pattern = phrases.this_is if hook.style != "name" else phrases.it_is
        return said(pattern.format(what=what))
    if what and hook.uses != what:
        return said(phrases.meet_what.format(name=name, what=what))
    return phrases.meet.format(name=name) if phrases.meet and hook.style != "name" else said(name)


def _call(calls: Sequence[str], material: Material, offer: str) -> Thought:
    room = min((needed_ms(call) for call in calls[1:]), default=0)
    shown = super_of(material.cta, said(material.called))
    return Thought("cta", f"{offer} {calls[0]}".strip(), shown, (material.cta,), room)


def _thought(purpose: Purpose, text: str, part: str) -> Thought:
    return Thought(purpose, text, super_of(part), (part,))


def _proofs(
    material: Material, hook: Hook, frame: Sequence[Thought], wanted: int, seconds: int
) -> tuple[list[Thought], tuple[str, ...]]:
    """So many thoughts that speak for the product, and the facts not said yet."""
    facts = [fact for fact in material.facts if fact != hook.uses]
    messages = [message for message in material.messages if message != hook.uses]
    units: list[Thought] = [_thought("proof", fact_line(fact, material.phrases), fact) for fact in facts]
    units += [_thought("benefit", said(message), message) for message in messages]
    if len(units) < wanted:
        units += _more(material, hook)
    if len(units) < wanted:
        raise _too_little(wanted - len(units), seconds, material)
    spare = seconds * 1000 * FILLED - sum(thought.need for thought in frame)
    chosen = _fitting(units, wanted, spare)
    return chosen, tuple(unit.parts[0] for unit in units if unit not in chosen)


def _more(material: Material, hook: Hook) -> Iterator[Thought]:
    """What may be said when facts run out: whom it is for, and each key message once more."""
    phrases = material.phrases
    if material.audience and phrases.audience and hook.style != "audience":
        yield Thought(
            "benefit", phrases.audience.format(audience=material.audience), "", (material.audience,)
        )
    if hook.style == "fact" and hook.uses in material.facts:
        yield _thought("proof", said(hook.uses), hook.uses)
    for message in material.messages:
        yield _thought("benefit", said(message), message)


def _fitting(units: Sequence[Thought], wanted: int, spare: Fraction) -> list[Thought]:
    """The first units where they can be said in time, else the shortest ones, in their order."""
    first = list(units[:wanted])
    if sum(unit.need for unit in first) <= spare:
        return first
    shortest = sorted(range(len(units)), key=lambda n: (units[n].need, n))[:wanted]
    return [units[n] for n in sorted(shortest)]


def _too_little(missing: int, seconds: int, material: Material) -> InputError:
    wanted = plural(missing, "more fact is", "more facts are")
    told = f"{plural(len(material.facts), 'fact')} and {plural(len(material.messages), 'key message')}"
    return InputError(
        f"The brief says too little for a film of {seconds} s: {wanted} needed.",
        why=f"It has {told} that may be said, and nothing is made up.",
        fix=f"Add {plural(missing, 'fact')} to the brief or key messages to the brand, "
        "choose a shorter film, or set up a language model.",
    )


def _in_order(frame: Sequence[Thought], proofs: Sequence[Thought]) -> tuple[Thought, ...]:
    at = next(n for n, thought in enumerate(frame) if thought.purpose == "product") + 1
    return (*frame[:at], *proofs, *frame[at:])


def _packed(
    told: tuple[Thought, ...], unsaid: Sequence[str], budget: int, material: Material
) -> tuple[tuple[Thought, ...], tuple[str, ...]]:
    """More facts into the scenes that have room: first into proofs, else into the product's scene."""
    left: list[str] = []
    thoughts = list(told)
    longest = max(LONGEST_LINE_MS, int(budget / len(thoughts) * CROWDED))
    for fact in unsaid:
        room = budget - sum(thought.need for thought in thoughts)
        at = _place(thoughts, fact, room, longest)
        if at is None:
            left.append(fact)
        else:
            thoughts[at] = _joined(thoughts[at], fact, material)
    return tuple(_again(thoughts, material)), tuple(left)


def _place(thoughts: Sequence[Thought], fact: str, room: int, longest: int) -> int | None:
    purposes = ("proof", "benefit") if any(one.purpose == "proof" for one in thoughts) else ("product",)
    extra = spoken_ms(f"And it {fact}.")
    places = [
        n
        for n, one in enumerate(thoughts)
        if one.purpose in purposes and len(one.parts) < 4 and one.need + extra <= longest
    ]
    return min(places, key=lambda n: (thoughts[n].need, n)) if places and extra <= room else None


def _joined(thought: Thought, fact: str, material: Material) -> Thought:
    again = thought.purpose == "proof"
    line = fact_line(fact, material.phrases, again=again)
    return replace(thought, text=f"{thought.text} {line}", parts=(*thought.parts, fact))


def _again(thoughts: Sequence[Thought], material: Material) -> Iterator[Thought]:
    """`It folds ... It charges ...`: the last of several such lines begins with `And it`, once in an ad."""
    subject, also = f"{material.phrases.subject} ", f"{material.phrases.also} "
    begun = [n for n, one in enumerate(thoughts) if one.purpose == "proof" and one.text.startswith(subject)]
    free = material.phrases.subject and not any(also in one.text for one in thoughts)
    last = begun[-1] if len(begun) > 1 and free else None
    for n, one in enumerate(thoughts):
        yield replace(one, text=also + one.text.removeprefix(subject)) if n == last else one


def with_call(
    told: tuple[Thought, ...], seconds: int, share: Fraction
) -> tuple[tuple[Thought, ...], tuple[int, ...]]:
    """The thoughts with the call to action once more around `share` of the film, and all lengths in ms.

    Raises InputError when the lines leave no place for it.
    """
    call = replace(told[-1], room_ms=0)
    call_ms = -(-call.need // (2 * GRID_MS)) * 2 * GRID_MS
    before_ms = int(seconds * 1000 * share) - call_ms // 2
    after_ms = seconds * 1000 - before_ms - call_ms
    middle = round(len(told) * share)
    for at in sorted(range(1, len(told) - 1), key=lambda n: (abs(n - middle), n)):
        with suppress(InputError):
            lengths = (*_lengths(told[:at], before_ms), call_ms, *_lengths(told[at:], after_ms))
            return (*told[:at], call, *told[at:]), lengths
    raise InputError(
        f"The lines leave no place for a call to action at {float(share):.0%} of the film.",
        why="They are too long to be parted there.",
        fix="Shorten the longest facts.",
    )


def _lengths(told: Sequence[Thought], total_ms: int) -> tuple[int, ...]:
    weights = [WEIGHTS.get(thought.purpose, 1.0) for thought in told]
    return share_out(total_ms, [thought.need for thought in told], weights)
