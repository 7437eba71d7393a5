"""A writer that asks a language model, and believes nothing it cannot check.

Beyond the schema an answer must keep the length, the hook's limit, the claims and the forbidden words; if
not, it is asked for once more with the problems listed, and then refused.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from pydantic import BaseModel

from kinoloop.core.errors import IntegrityError
from kinoloop.creative.brand.records import Brand
from kinoloop.creative.briefs.records import Brief
from kinoloop.creative.plans.footnotes import footnoted
from kinoloop.creative.plans.records import Beat, Evidence, Plan
from kinoloop.creative.scripts.records import Line, Script
from kinoloop.creative.scripts.rules import fitted, rescaled, with_lengths
from kinoloop.creative.storyboards.sketches import PanelSketch
from kinoloop.creative.writing.answers import BoardAnswer, PlanAnswer, ScriptAnswer
from kinoloop.creative.writing.ports import Answered, Llm, Question
from kinoloop.creative.writing.prompts import again, board_question, plan_question, script_question
from kinoloop.creative.writing.review import plan_problems, script_problems, sketch_problems

A = TypeVar("A", bound=BaseModel)
R = TypeVar("R")


class LlmWriter:
    """Writes through an `Llm`; `made_by` names the model that answered."""

    def __init__(self, llm: Llm) -> None:
        self._llm = llm

    @property
    def name(self) -> str:
        return self._llm.name

    def plan(self, brief: Brief, brand: Brand, evidence: Sequence[Evidence] = ()) -> Plan:
        """A plan whose beats last exactly as long as the film. Raises IntegrityError, and as the `Llm`."""

        def made(answer: PlanAnswer, model: str) -> Plan:
            lengths = rescaled([round(1000 * beat.seconds) for beat in answer.beats], brief.duration * 1000)
            pairs = zip(answer.beats, lengths, strict=True)
            return Plan(
                angle=answer.angle,
                promise=answer.promise,
                hooks=tuple(answer.hooks),
                beats=tuple(Beat(beat.purpose, length, beat.intent) for beat, length in pairs),
                title=answer.title,
                reason=answer.reason,
                confidence=answer.confidence,
                alternatives=tuple(answer.alternatives),
                made_by=model,
            )

        plan = self._checked(
            "plan",
            plan_question(brief, brand, evidence),
            PlanAnswer,
            made,
            lambda answer, plan: plan_problems(answer, plan, brief, brand),
        )
        return footnoted(plan, brief, evidence)

    def script(self, brief: Brief, brand: Brand, plan: Plan) -> Script:
        """A script for the plan, its lengths exact. Raises IntegrityError, and as the `Llm`."""

        def made(answer: ScriptAnswer, model: str) -> Script:
            given = [round(1000 * line.seconds) for line in answer.lines]
            lengths = fitted(given, [line.text for line in answer.lines], brief.duration * 1000)
            lines = [Line(0, one.purpose, one.text, one.super_text, 0) for one in answer.lines]
            return Script(
                lines=with_lengths(lines, lengths),
                other_hooks=tuple(answer.other_hooks),
                other_ctas=tuple(answer.other_ctas),
                reason=answer.reason,
                confidence=answer.confidence,
                made_by=model,
            )

        return self._checked(
            "script",
            script_question(brief, brand, plan),
            ScriptAnswer,
            made,
            lambda answer, script: script_problems(answer, script, brief, brand, plan),
        )

    def describe(self, brief: Brief, brand: Brand, script: Script) -> tuple[PanelSketch, ...]:
        """A picture for each line. Raises IntegrityError, and as the `Llm`."""

        def made(answer: BoardAnswer, _: str) -> tuple[PanelSketch, ...]:
            return tuple(
                PanelSketch(number, **one.model_dump(), keywords=brief.keywords)
                for number, one in enumerate(answer.panels, start=1)
            )

        return self._checked(
            "storyboard",
            board_question(brief, brand, script),
            BoardAnswer,
            made,
            lambda _, sketches: sketch_problems(sketches, brief, brand, script),
        )

    def _checked(
        self,
        what: str,
        question: Question,
        kind: type[A],
        made: Callable[[A, str], R],
        problems_of: Callable[[A, R], tuple[str, ...]],
    ) -> R:
        """What an answer becomes once nothing is wrong with it; asked for twice at most."""
        first = self._llm.ask(question, kind)
        result = made(first.value, first.model)
        problems = problems_of(first.value, result)
        if not problems:
            return result
        second: Answered[A] = self._llm.ask(again(question, first.value.model_dump_json(), problems), kind)
        result = made(second.value, second.model)
        left = problems_of(second.value, result)
        if left:
            raise IntegrityError(
                f"{second.model} gave a {what} that cannot be used, twice.",
                why=" ".join(left[:5]),
                fix="Try again, choose another model, or let the plain writer do it.",
            )
        return result
