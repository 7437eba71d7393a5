"""What a script may be: lines that can be said in their time, a hook that comes soon, exact lengths.

Speech is taken at 2.3 words a second, or 15 characters where words are long; figures and signs count as
what they are read as. Spoken by the embedded voice, lines have stayed below this in all trials.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from kinoloop.core.errors import InputError
from kinoloop.creative.briefs.platforms import RULES, scene_count
from kinoloop.creative.briefs.records import Brief
from kinoloop.creative.scripts.records import Line, Script

WORDS_PER_SECOND = Fraction(23, 10)
CHARS_PER_SECOND = 15
BREATH_MS = 300
"""Silence that a line leaves before the next."""
GRID_MS = 100
"""Panels last whole tenths of a second, which are whole frames at 30 frames a second."""
SHORTEST_MS = 1500
SUPER_WORDS = 6
_READ_AS = (
    (re.compile(r"\d"), 7),
    (re.compile(r"[%$€£&+=@#°]|(?<=\w)[./](?=\w)"), 7),
    (re.compile(r"(?<![^\W_])[^\W\d_a-z]{2,5}(?![^\W_])"), 8),
    (re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"), 3),
)
"""Extra characters for what is read out longer than it is written: figures, signs, initials, ideographs."""


def words_in(text: str) -> int:
    """Words as a reader counts them: what spaces part, if it holds a letter or figure."""
    return sum(any(char.isalnum() for char in part) for part in text.split())


def spoken_ms(text: str) -> int:
    """How long saying the text takes, in ms, rounded up; 0 for nothing to say."""
    letters = len(text.strip()) + sum(extra * len(found.findall(text)) for found, extra in _READ_AS)
    seconds = max(words_in(text) / WORDS_PER_SECOND, Fraction(letters, CHARS_PER_SECOND))
    return -int(-seconds * 1000 // 1)


def needed_ms(text: str) -> int:
    """The shortest panel for a line: saying it, a breath, and never less than a second and a half."""
    return max(SHORTEST_MS, spoken_ms(text) + BREATH_MS)


def share_out(total_ms: int, needs: Sequence[int], weights: Sequence[float]) -> tuple[int, ...]:
    """Lengths that add up to `total_ms`: each its need, and of what is left its share by weight.

    Lengths are whole tenths of a second wherever the total is. Raises InputError when the needs exceed it.
    """
    grid = GRID_MS if total_ms % GRID_MS == 0 else 1
    least = [-(-need // grid) for need in needs]
    spare = total_ms // grid - sum(least)
    if spare < 0:
        raise InputError(
            f"The lines need {sum(needs) / 1000:.1f} s and the film lasts {total_ms / 1000:.1f} s.",
            fix="Shorten a line, or choose a longer film.",
        )
    return tuple(
        (need + extra) * grid for need, extra in zip(least, _apportioned(spare, weights), strict=True)
    )


def _apportioned(whole: int, weights: Sequence[float]) -> list[int]:
    """Whole parts in proportion to the weights, by largest remainder."""
    total = sum(weights)
    exact = [whole * weight / total for weight in weights] if total else [whole / len(weights)] * len(weights)
    parts = [int(part) for part in exact]
    order = sorted(range(len(parts)), key=lambda n: (parts[n] - exact[n], n))
    for n in order[: whole - sum(parts)]:
        parts[n] += 1
    return parts


def rescaled(lengths_ms: Sequence[int], total_ms: int) -> tuple[int, ...]:
    """Lengths in the same proportion that add up to `total_ms` exactly."""
    return share_out(total_ms, [0] * len(lengths_ms), list(lengths_ms))


def fitted(lengths_ms: Sequence[int], texts: Sequence[str], total_ms: int) -> tuple[int, ...]:
    """Like `rescaled`, but each length at least what saying its text takes, wherever the total allows it."""
    plain, takes = rescaled(lengths_ms, total_ms), [spoken_ms(text) for text in texts]
    if all(need <= length for need, length in zip(takes, plain, strict=True)) or sum(takes) > total_ms:
        return plain
    try:
        return share_out(total_ms, takes, list(lengths_ms))
    except InputError:  # a tenth of a second too tight on the grid
        return plain


def with_lengths(lines: Sequence[Line], lengths_ms: Sequence[int]) -> tuple[Line, ...]:
    """The lines, numbered from 1, each with its length."""
    pairs = enumerate(zip(lines, lengths_ms, strict=True), start=1)
    return tuple(replace(line, number=number, duration_ms=length) for number, (line, length) in pairs)


def reorder(script: Script, order: Sequence[int]) -> Script:
    """The script with its lines in another order of their numbers, numbered anew. Raises InputError."""
    if sorted(order) != [line.number for line in script.lines]:
        raise InputError(
            f"The order names {len(order)} lines.", fix=f"Name each of 1 to {len(script.lines)} once."
        )
    moved = [script.lines[number - 1] for number in order]
    return replace(script, lines=with_lengths(moved, [line.duration_ms for line in moved]))


def check_script(script: Script, brief: Brief) -> tuple[str, ...]:
    """What is wrong with a script, in words; nothing when it can be filmed."""
    lines = script.lines
    if not lines:
        return ("The script has no lines.",)
    return (*_order(script, brief), *_length(script, brief), *_hook(script, brief), *_each(script, brief))


def _order(script: Script, brief: Brief) -> list[str]:
    lines, problems = script.lines, []
    wanted = scene_count(brief.duration)
    if len(lines) != wanted:
        problems.append(f"There are {len(lines)} lines; a film of {brief.duration} s has {wanted} scenes.")
    if [line.number for line in lines] != list(range(1, len(lines) + 1)):
        problems.append("The lines are not numbered 1, 2, 3 and so on.")
    if lines[0].purpose != "hook":
        problems.append("The first line is not the hook.")
    if lines[-1].purpose != "cta":
        problems.append("The last line is not the call to action.")
    rules = RULES[brief.format]
    if rules.cta_at is not None and not _asks_at(script, rules.cta_at):
        problems.append(f"No call to action stands at {float(rules.cta_at):.0%} of the film.")
    return problems


def _asks_at(script: Script, share: Fraction) -> bool:
    at, start = script.duration_ms * share, 0
    for line in script.lines:
        if start <= at < start + line.duration_ms:
            return line.purpose == "cta"
        start += line.duration_ms
    return False


def _length(script: Script, brief: Brief) -> list[str]:
    if script.duration_ms == brief.duration * 1000:
        return []
    return [f"The lines last {script.duration_ms / 1000:.1f} s together, not {brief.duration} s."]


def _hook(script: Script, brief: Brief) -> list[str]:
    rules, problems = RULES[brief.format], []
    for text in (script.hook, *script.other_hooks):
        if spoken_ms(text) > rules.hook_line_ms:
            problems.append(
                f"The hook '{text}' takes {spoken_ms(text) / 1000:.1f} s to say; "
                f"{rules.hook_line_ms / 1000:.1f} s is the most."
            )
    if not script.lines[0].super_text:
        problems.append("The hook has no on-screen text for the first frame.")
    return problems


def _each(script: Script, brief: Brief) -> list[str]:
    problems = []
    for line in script.lines:
        if not line.text and not brief.silent:
            problems.append(f"Line {line.number} says nothing.")
        if spoken_ms(line.text) > line.duration_ms:
            problems.append(
                f"Line {line.number} takes {spoken_ms(line.text) / 1000:.1f} s to say "
                f"and has {line.duration_ms / 1000:.1f} s."
            )
        if words_in(line.super_text) > SUPER_WORDS:
            problems.append(f"The on-screen text of line {line.number} has more than {SUPER_WORDS} words.")
    for number, text in ((len(script.lines), cta) for cta in script.other_ctas):
        if spoken_ms(text) > script.lines[-1].duration_ms:
            problems.append(f"The call to action '{text}' does not fit the length of line {number}.")
    for text in script.other_hooks:
        if spoken_ms(text) > script.lines[0].duration_ms:
            problems.append(f"The hook '{text}' does not fit the length of line 1.")
    return problems
