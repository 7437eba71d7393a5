"""Fills the port Llm over pydantic-ai, which is imported only when something is asked."""

import time
from collections.abc import Callable, Sequence
from random import Random
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel

from kinoloop.core.errors import KinoloopError, PassingError, UnavailableError
from kinoloop.creative.writing.ports import Answered, Question, Usage, note_usage
from kinoloop.vendors.http import Patience, Retries
from kinoloop.vendors.llm.choices import ModelChoice
from kinoloop.vendors.refusals import NotTakenError

if TYPE_CHECKING:
    from kinoloop.vendors.llm.models import CallGuard

A = TypeVar("A", bound=BaseModel)
UNHURRIED = Patience(connect=10.0, silence=120.0, whole=180.0)
"""A model may think for two minutes before its first byte."""
MOST_TOKENS = 8000


class PydanticAiLlm:
    """Asks `models` in order; the next one stands in where one fails in passing or has no credit.

    `breaker_for` gives the shared breaker of a name. When all failed in passing the chain is asked again as
    `retries` say. Calls may come from several threads at once; each has its own connections.
    """

    def __init__(
        self,
        models: Sequence[ModelChoice],
        breaker_for: "Callable[[str], CallGuard]",
        *,
        random: Random,
        patience: Patience = UNHURRIED,
        retries: Retries = Retries(),
        most_tokens: int = MOST_TOKENS,
        trust_env: bool = True,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._models, self._breaker_for, self._random = tuple(models), breaker_for, random
        self._patience, self._retries, self._most_tokens = patience, retries, most_tokens
        self._trust_env, self._sleep = trust_env, sleep

    @property
    def name(self) -> str:
        return ", then ".join(choice.name for choice in self._models)

    def ask(self, question: Question, answer: type[A]) -> Answered[A]:
        """An answer that holds to `answer`'s schema, as the port says. Not for use inside an event loop."""
        if not self._models:
            fix = "Set KINOLOOP_LLM and the vendor's key."
            raise UnavailableError("No language model is configured.", fix=fix)
        used: list[Usage] = []
        try:
            return self._persistently(question, answer, used)
        except KinoloopError as error:
            note_usage(error, tuple(used))
            raise

    def _persistently(self, question: Question, answer: type[A], used: list[Usage]) -> Answered[A]:
        attempt = 1
        while True:
            try:
                return self._once(question, answer, used)
            except PassingError as error:
                wait = self._retries.wait(attempt, self._random.random())
                wish = error.wait if isinstance(error, NotTakenError) else None
                wait = wait if wish is None else max(wait, wish)
                if attempt >= self._retries.attempts or wait > self._retries.longest:
                    raise
                self._sleep(wait)
                attempt += 1

    def _once(self, question: Question, answer: type[A], used: list[Usage]) -> Answered[A]:
        try:
            from kinoloop.vendors.llm.asking import ask_once
        except ImportError as error:
            raise UnavailableError(
                "No language model can be asked.",
                why=f"A package is not installed ({error.name}).",
                fix="Install it with: pip install 'kinoloop[llm]'.",
            ) from error
        return ask_once(
            self._models,
            question,
            answer,
            breaker_for=self._breaker_for,
            patience=self._patience,
            longest=self._most_tokens,
            trust_env=self._trust_env,
            used=used,
        )
