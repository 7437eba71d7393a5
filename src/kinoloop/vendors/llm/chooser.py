"""Fills the port MomentChooser over a language model: a transcript goes in as data, quotes come out."""

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from kinoloop.creative.writing.ports import Llm, Question
from kinoloop.footage.moments.ports import Quote, TranscriptWindow
from kinoloop.footage.moments.records import Mode, MomentRequest

_STRICT = ConfigDict(extra="forbid", frozen=True)
MOST_QUOTES = 12
_WANTED: dict[Mode, str] = {
    "viral": "stretches that make a stranger stop scrolling: a hook, a surprise, a claim, a good story",
    "highlights": "the high points: results, turning points, strong emotion, the best explanation",
    "summary": "stretches that together tell what the whole is about, spread over the text",
}
SYSTEM = (
    "You choose stretches of a video transcript that are worth a short clip. Each quote is copied word for "
    "word from the transcript, whole sentences, none left out. Never give times."
)


class QuotedMoment(BaseModel):
    """One stretch that the model wants."""

    model_config = _STRICT
    quote: str = Field(min_length=1, max_length=4000)
    reason: str = Field(max_length=400)
    kind: Literal["hook", "story", "insight", "emotion", "humour", "result", "summary", "other"]


class ChosenMoments(BaseModel):
    """The whole answer."""

    model_config = _STRICT
    moments: list[QuotedMoment] = Field(max_length=MOST_QUOTES)


class LlmChooser:
    """Chooses with the taste of a language model."""

    def __init__(self, llm: Llm) -> None:
        self.name = f"The model {llm.name}"
        self._llm = llm

    def choose(self, window: TranscriptWindow, request: MomentRequest) -> Sequence[Quote]:
        """Quotes from one window. Raises as `Llm.ask` does."""
        chosen = self._llm.ask(question_about(window, request), ChosenMoments).value
        return tuple(Quote(part.quote, part.reason, part.kind) for part in chosen.moments)


def question_about(window: TranscriptWindow, request: MomentRequest) -> Question:
    """What is said to the model about one window."""
    low, high = float(request.min_duration), float(request.max_duration)
    wish = (
        f"Choose up to {min(request.max_moments, MOST_QUOTES)} quotes: {_WANTED[request.mode]}. "
        f"Read aloud, each should take {low:g} to {high:g} seconds. None is a good answer when nothing fits."
    )
    return Question(SYSTEM, wish, {"transcript": window.text}, temperature=0)
