"""Fills the port MomentChooser over an OpenAI-compatible chat endpoint; a shared breaker guards each call."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from kinoloop.core.errors import IntegrityError
from kinoloop.footage.moments.ports import Quote, TranscriptWindow
from kinoloop.footage.moments.records import MomentRequest
from kinoloop.vendors.http import Http
from kinoloop.vendors.llm.translate import (
    Message,
    answer_text,
    messages,
    read_quotes,
    repair,
    request_body,
)

Answer = TypeVar("Answer")


class CallGuard(Protocol):
    """What the shared breaker gives: runs the call, or refuses it with UnavailableError while open."""

    def call(self, work: Callable[[], Answer]) -> Answer: ...


class OpenAiStyleChooser:
    """Asks `model` at `base_url` (such as https://api.example.com/v1); the key never shows in errors."""

    def __init__(self, base_url: str, key: str, model: str, http: Http, breaker: CallGuard) -> None:
        self.name = f"The model {model}"
        self._url = base_url.rstrip("/") + "/chat/completions"
        self._key, self._model, self._http, self._breaker = key, model, http, breaker

    def choose(self, window: TranscriptWindow, request: MomentRequest) -> Sequence[Quote]:
        """Quotes from one window. An answer that breaks the schema is sent back once, then refused.

        Raises PassingError, UnavailableError (key refused, breaker open), IntegrityError (refused answer).
        """
        talk = messages(window, request)
        text = self._ask(talk)
        try:
            return read_quotes(text)
        except IntegrityError as problem:
            again = self._ask([*talk, *repair(text, problem.why)])
        try:
            return read_quotes(again)
        except IntegrityError as problem:
            raise IntegrityError(
                f"{self.name} gave an answer that cannot be used, twice.",
                why=problem.why,
                fix="Try a model that holds to JSON schemas.",
            ) from problem

    def _ask(self, talk: list[Message]) -> str:
        reply = self._http.send(
            "POST",
            self._url,
            headers={"authorization": f"Bearer {self._key}"},
            json=request_body(self._model, talk),
            secrets=(self._key,),
            safe=True,  # asking twice changes nothing at the other side
            guard=self._breaker.call,
        )
        return answer_text(reply.json())
