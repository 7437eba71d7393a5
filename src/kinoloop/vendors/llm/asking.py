"""One question to a chain of models with pydantic-ai: an answer held to a schema, repaired once at most.

Imports pydantic-ai, so only code that is about to ask a model imports this.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

import httpx2
from pydantic import BaseModel, ValidationError
from pydantic_ai import Agent, ModelSettings
from pydantic_ai.exceptions import AgentRunError, FallbackExceptionGroup
from pydantic_ai.models.fallback import FallbackModel

from kinoloop.core.errors import IntegrityError, KinoloopError, LimitError, PassingError
from kinoloop.creative.writing.ports import Answered, Question, Usage
from kinoloop.store.breaker import BreakerOpenError
from kinoloop.vendors.http import Patience
from kinoloop.vendors.llm.choices import ModelChoice
from kinoloop.vendors.llm.fences import system_text, user_text
from kinoloop.vendors.llm.models import CallGuard, Guarded, model_of

A = TypeVar("A", bound=BaseModel)
PASSED_ON = (PassingError, LimitError, BreakerOpenError)
"""Why the next model is asked. A refused key or request is ours to mend and must not stay hidden."""


def ask_once(
    choices: Sequence[ModelChoice],
    question: Question,
    answer: type[A],
    *,
    breaker_for: Callable[[str], CallGuard],
    patience: Patience,
    longest: int,
    trust_env: bool,
    used: list[Usage],
) -> Answered[A]:
    """Ask the models in turn until one answers; `used` gets what was used, also when this raises."""
    before = len(used)

    async def asked() -> Answered[A]:
        limits = httpx2.Timeout(patience.silence, connect=patience.connect)
        async with httpx2.AsyncClient(timeout=limits, trust_env=trust_env) as client:
            chain = [
                Guarded(
                    model_of(choice, client), choice, breaker_for(breaker_name(choice)), patience.whole, used
                )
                for choice in choices
            ]
            settings = ModelSettings(temperature=question.temperature, max_tokens=longest, max_retries=0)
            agent = Agent(
                FallbackModel(*chain, fallback_on=PASSED_ON),
                output_type=answer,
                instructions=system_text(question),
                model_settings=settings,
                retries=1,
                name="kinoloop",
            )
            said = await agent.run(user_text(question))
        return answered(said.output, used, repaired=len(used) - before > 1)

    try:
        return asyncio.run(asked())
    except FallbackExceptionGroup as group:
        raise most_telling(
            [error for error in group.exceptions if isinstance(error, KinoloopError)]
        ) from None
    except AgentRunError as error:
        raise unusable(error, used) from error


def answered(value: A, used: Sequence[Usage], *, repaired: bool) -> Answered[A]:
    """The answer with what all attempts used; the last usage is that of the model that gave it."""
    last = used[-1]
    return Answered(
        value,
        f"{last.vendor}:{last.model}",
        sum(one.tokens_in for one in used),
        sum(one.tokens_out for one in used),
        repaired=repaired,
        usage=tuple(used),
    )


def breaker_name(choice: ModelChoice) -> str:
    """One breaker for each model at each address."""
    return f"llm {choice.name}{f' at {choice.base_url}' if choice.base_url else ''}"


def most_telling(errors: Sequence[KinoloopError]) -> KinoloopError:
    """Of all failures the one worth acting on: what passes comes first, then credit, then an open breaker."""
    ranked = sorted(errors, key=lambda error: [isinstance(error, kind) for kind in PASSED_ON], reverse=True)
    first, others = ranked[0], ranked[1:]
    if others:
        also = " ".join(f"{other.what} {other.why}".strip() for other in others)
        first.why = f"{first.why} The others failed, too: {also}"
    return first


def unusable(error: AgentRunError, used: Sequence[Usage]) -> IntegrityError:
    """Two answers that did not hold to the schema, and why the last one did not."""
    name = f"{used[-1].vendor}:{used[-1].model}" if used else "asked"
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ValidationError):
        cause = cause.__cause__
    return IntegrityError(
        f"The model {name} gave an answer that cannot be used, twice.",
        why=_problems(cause) if isinstance(cause, ValidationError) else str(error)[:300],
        fix="Try a model that holds to JSON schemas.",
    )


def _problems(error: ValidationError) -> str:
    told = [
        f"{'.'.join(map(str, one['loc'])) or 'answer'}: {one['msg']}"
        for one in error.errors(include_url=False, include_input=False)[:5]
    ]
    return f"{'; '.join(told)}."
