"""Who writes, and what writing needs from outside: a language model that answers in a given shape."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from pydantic import BaseModel

from kinoloop.creative.brand.records import Brand
from kinoloop.creative.briefs.records import Brief
from kinoloop.creative.plans.records import Evidence, Plan
from kinoloop.creative.scripts.records import Script
from kinoloop.creative.storyboards.sketches import PanelSketch

A = TypeVar("A", bound=BaseModel)


@dataclass(frozen=True)
class Question:
    """`system` and `wish` are ours; `data` is untrusted text by label, which adapters fence off."""

    system: str
    wish: str
    data: Mapping[str, str] = field(default_factory=dict)
    temperature: float = 0.4


@dataclass(frozen=True)
class Usage:
    """What one answered request used, usable or not; `vendor` and `model` name its price."""

    vendor: str
    model: str
    tokens_in: int
    tokens_out: int


@dataclass(frozen=True)
class Answered(Generic[A]):
    """A checked answer: which model gave it, tokens used over all attempts, whether it had to be repaired.

    `usage` has one entry for each answer that came, in order: also for the one that had to be repaired.
    """

    value: A
    model: str
    tokens_in: int
    tokens_out: int
    repaired: bool
    usage: tuple[Usage, ...] = ()


def note_usage(error: BaseException, usage: tuple[Usage, ...]) -> None:
    """Let a failure carry what was used before it: refused answers are charged, too."""
    vars(error)["usage"] = usage


def usage_of(error: BaseException) -> tuple[Usage, ...]:
    """What was used before this failure of `Llm.ask`; it is lost when the error is pickled."""
    return tuple(getattr(error, "usage", ()))


class Llm(Protocol):
    """A language model, or several that stand in for each other."""

    @property
    def name(self) -> str: ...

    def ask(self, question: Question, answer: type[A]) -> Answered[A]:
        """An answer that holds to `answer`'s schema, repaired once at most.

        Raises IntegrityError (unusable twice, refused, cut off), PassingError, UnavailableError (not
        installed, key refused), LimitError (no credit), InputError (the request itself was refused).
        `usage_of` the error tells what was used all the same.
        """
        ...


class Writer(Protocol):
    """Somebody who plans, writes and describes an ad.

    Each method raises InputError (the brief cannot be written out) or IntegrityError (unusable answers),
    and what an `Llm` raises where one is asked.
    """

    @property
    def name(self) -> str: ...

    def plan(self, brief: Brief, brand: Brand, evidence: Sequence[Evidence] = ()) -> Plan:
        """One angle, hooks to choose from, and a beat for each scene."""
        ...

    def script(self, brief: Brief, brand: Brand, plan: Plan) -> Script:
        """The plan's beats as lines that can be said in their time."""
        ...

    def describe(self, brief: Brief, brand: Brand, script: Script) -> tuple[PanelSketch, ...]:
        """A picture for each line, in order."""
        ...
