"""What goes wrong, on purpose: rules by vendor and route, each with its own seed and count.

A rule with `outcome` acts on new generation jobs, one with `answer` on what a language model says, one with a
webhook field on deliveries, one with `spoil` on files; all others act on requests.
"""

from fnmatch import fnmatchcase
from random import Random
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["request", "job", "answer", "webhook", "file"]
Outcome = Literal["failed", "aborted", "stuck"]
Cut = Literal["before", "after", "midway"]
Spoil = Literal["truncated", "garbled", "gone"]


class Fault(BaseModel):
    """One rule. Unknown fields are refused, so that a typing error does not pass as a healthy world."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    vendor: str = "*"
    method: str = "*"
    path: str = "*"
    """A pattern with `*` for the path below the vendor, such as `/v1/predictions*`."""
    rate: float = Field(default=1.0, ge=0, le=1)
    times: int | None = Field(default=None, ge=0)
    """Acts at most so often."""
    nth: int | None = Field(default=None, ge=1)
    """Acts only on the n-th match (from 1)."""
    latency: float = Field(default=0, ge=0, le=600)
    status: int | None = Field(default=None, ge=100, le=599)
    code: int | None = None
    """A code inside an answer with HTTP status 200, as KIE gives."""
    body: Any = None
    headers: dict[str, str] = {}
    cut: Cut | None = None
    """Drop the connection: `before` it is handled, `after` that but before any answer, or `midway`."""
    outcome: Outcome | None = None
    error: str | None = None
    answer: Literal["malformed", "truncated", "refusal", "wrong_shape"] | None = None
    spoil: Spoil | None = None
    duplicate: int = Field(default=0, ge=0, le=10)
    """So many further copies of a webhook, with the same id."""
    reorder: bool = False
    """A webhook waits until the next one for the same job has gone out."""
    lose: bool = False
    lie: bool = False
    """The webhook's body tells something else than what is true."""
    forge: bool = False
    """The webhook's signature is wrong."""
    clock_skew: float = 0.0

    @property
    def kind(self) -> Kind:
        if self.outcome:
            return "job"
        if self.answer:
            return "answer"
        if self.spoil:
            return "file"
        webhook = self.duplicate or self.reorder or self.lose or self.lie or self.forge or self.clock_skew
        return "webhook" if webhook else "request"

    def __str__(self) -> str:
        told = self.model_dump(exclude_defaults=True, exclude={"body"})
        return ", ".join(f"{name}={value}" for name, value in told.items())


class FaultPlan:
    """The rules in force. Each draws from its own seeded generator, so that others do not disturb it."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._rules: list[_Rule] = []

    def set(self, faults: list[Fault]) -> None:
        """Replace all rules."""
        self._rules = []
        self.add(faults)

    def add(self, faults: list[Fault]) -> None:
        for fault in faults:
            self._rules.append(_Rule(fault, Random(f"{self._seed}:{len(self._rules)}")))

    def all(self) -> tuple[Fault, ...]:
        return tuple(rule.fault for rule in self._rules)

    def strike(self, kind: Kind, vendor: str, method: str, path: str) -> tuple[Fault, ...]:
        """The rules of this kind that act now; a request is struck by one at most."""
        struck = []
        for rule in self._rules:
            if rule.fault.kind == kind and rule.fits(vendor, method, path) and rule.acts():
                struck.append(rule.fault)
                if kind == "request":
                    break
        return tuple(struck)


class _Rule:
    def __init__(self, fault: Fault, random: Random) -> None:
        self.fault, self._random = fault, random
        self._seen = self._acted = 0

    def fits(self, vendor: str, method: str, path: str) -> bool:
        fault = self.fault
        return (
            fnmatchcase(vendor, fault.vendor)
            and fnmatchcase(method.upper(), fault.method.upper())
            and fnmatchcase(path, fault.path)
        )

    def acts(self) -> bool:
        """Counts one match and tells whether the rule acts on it."""
        self._seen += 1
        hit = self._random.random() < self.fault.rate
        if self.fault.nth is not None:
            hit = self._seen == self.fault.nth
        if self.fault.times is not None and self._acted >= self.fault.times:
            hit = False
        self._acted += hit
        return hit
