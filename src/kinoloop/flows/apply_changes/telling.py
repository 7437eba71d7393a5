"""What became of a change, in one line a person can read."""

from dataclasses import dataclass
from typing import Literal

from kinoloop.core.currency import Currency
from kinoloop.delivery.changes.records import (
    Blocked,
    Change,
    Deferred,
    Done,
    Lost,
    NotTaken,
    Outcome,
    Overtaken,
    Refused,
    Validated,
)

Ending = Literal[
    "applied",
    "validated",
    "refused",
    "blocked",
    "overtaken",
    "deferred",
    "not taken",
    "unknown",
    "not ours",
]
MONEY = frozenset({"budget", "bid"})


@dataclass(frozen=True)
class Report:
    """One change and how this turn with it ended; `why` is empty where nothing needs saying."""

    change: Change
    ending: Ending
    words: str
    why: str = ""

    def __str__(self) -> str:
        return f"{self.ending:<11} {self.words}" + (f" — {self.why}" if self.why else "")


def wish(change: Change, currency: Currency, value: int | str | None = None) -> str:
    """`adset 123 budget USD 50.00 -> USD 52.50`; `value` is what is really sent, where it is known."""
    wanted = change.requested if value is None else value
    old, new = (show(change, currency, amount) for amount in (change.current, wanted))
    return f"{change.kind} {change.entity_id} {change.change_type} {old} -> {new}"


def show(change: Change, currency: Currency, value: int | str | None) -> str:
    """Money with its currency, everything else as it is, a dash for nothing."""
    if value is None:
        return "-"
    return currency.show(value) if change.change_type in MONEY and isinstance(value, int) else str(value)


def told_of(step: Deferred | Blocked, currency: Currency) -> Report:
    """A change that the guards did not let through."""
    why = " ".join(block.reason for block in step.blocks)
    if isinstance(step, Blocked):
        return Report(step.change, "blocked", wish(step.change, currency), why)
    return Report(step.change, "deferred", wish(step.change, currency), f"until {step.until:%H:%M:%S}. {why}")


def settled(change: Change, outcome: Outcome, currency: Currency, sent: int | str | None) -> Report:
    """A change whose attempt has ended; `sent` is what was in the request."""
    words = wish(change, currency, sent)
    match outcome:
        case Done(answer=answer):
            return Report(change, "applied", words, "found by reading." if "reconciled" in answer else "")
        case Validated():
            return Report(change, "validated", words, "dry run: nothing was changed.")
        case Overtaken(read_back=seen):
            shown = show(change, currency, seen)
            return Report(
                change, "overtaken", words, f"the platform shows {shown}: somebody else changed it."
            )
        case NotTaken(error=error):
            return Report(change, "not taken", words, error)
        case Lost(error=error):
            return Report(change, "unknown", words, error)
        case Refused(error=error):
            return Report(change, "refused", words, error)
