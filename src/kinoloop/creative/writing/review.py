"""What is wrong with a model's answer beyond its schema, in words that the model is told."""

from collections.abc import Iterable, Iterator, Sequence

from kinoloop.creative.brand.records import Brand
from kinoloop.creative.brand.rules import forbidden_in
from kinoloop.creative.briefs.platforms import RULES
from kinoloop.creative.briefs.records import Brief
from kinoloop.creative.plans.records import Plan
from kinoloop.creative.plans.rules import check_plan, near
from kinoloop.creative.scripts.claims import sources, unfounded
from kinoloop.creative.scripts.records import Script
from kinoloop.creative.scripts.rules import check_script, spoken_ms
from kinoloop.creative.storyboards.checks import asks_for_text
from kinoloop.creative.storyboards.sketches import PanelSketch
from kinoloop.creative.writing.answers import PlanAnswer, ScriptAnswer


def plan_problems(answer: PlanAnswer, plan: Plan, brief: Brief, brand: Brand) -> tuple[str, ...]:
    """Length within 5 %, structure, hooks that can be said in time, nothing claimed or forbidden."""
    texts = [("The promise", plan.promise), ("The title", plan.title)]
    texts += [(f"Hook {n}", hook) for n, hook in enumerate(plan.hooks, start=1)]
    return (
        *_sum([beat.seconds for beat in answer.beats], brief),
        *check_plan(plan, brief),
        *_long_hooks(plan.hooks, brief),
        *_words(texts, brief, brand),
    )


def script_problems(
    answer: ScriptAnswer, script: Script, brief: Brief, brand: Brand, plan: Plan
) -> tuple[str, ...]:
    """Length within 5 %, the plan's order, lines that can be said, nothing claimed or forbidden."""
    texts = [(f"Line {line.number}", line.text) for line in script.lines]
    texts += [(f"The on-screen text of line {line.number}", line.super_text) for line in script.lines]
    texts += [("Another hook", hook) for hook in script.other_hooks]
    texts += [("Another call to action", cta) for cta in script.other_ctas]
    order = [line.purpose for line in script.lines] == [beat.purpose for beat in plan.beats]
    return (
        *_sum([line.seconds for line in answer.lines], brief),
        *(() if order else ("The lines do not follow the plan's beats and their purposes.",)),
        *check_script(script, brief),
        *_words(texts, brief, brand),
    )


def sketch_problems(
    sketches: Sequence[PanelSketch], brief: Brief, brand: Brand, script: Script
) -> tuple[str, ...]:
    """One picture for each line; none asks for rendered text or for what may not be shown."""
    problems = []
    if len(sketches) != len(script.lines):
        problems.append(f"There are {len(sketches)} pictures for {len(script.lines)} lines.")
    told = " ".join((*sources(brief, brand), *brief.keywords))
    for one in sketches:
        problems += [
            f"Picture {one.number} asks for rendered text ('{word}')."
            for word in asks_for_text(one.visual_prompt, told)
        ]
        problems += [
            f"Picture {one.number} shows '{phrase}', which is forbidden."
            for phrase in forbidden_in(f"{one.visual_prompt} {one.description}", brand, brief)
        ]
    return tuple(problems)


def _sum(seconds: Sequence[float], brief: Brief) -> Iterator[str]:
    if not near(round(sum(seconds) * 1000), brief.duration):
        yield f"The seconds add up to {sum(seconds):g}, not to {brief.duration}."


def _long_hooks(hooks: Sequence[str], brief: Brief) -> Iterator[str]:
    limit = RULES[brief.format].hook_line_ms
    for number, hook in enumerate(hooks, start=1):
        takes = spoken_ms(hook)
        if takes > limit:
            yield f"Hook {number} takes {takes / 1000:.1f} s to say; {limit / 1000:g} s is the most."


def _words(texts: Iterable[tuple[str, str]], brief: Brief, brand: Brand) -> Iterator[str]:
    for where, text in texts:
        for phrase in forbidden_in(text, brand, brief):
            yield f"{where} says '{phrase}', which is forbidden."
        for claim in unfounded(text, brief, brand):
            yield f"{where} says '{claim}', which neither brief nor brand says."
