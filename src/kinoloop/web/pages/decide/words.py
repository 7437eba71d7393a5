"""How rounds and ads are said: verdicts, standings, the parts of a return. Pure."""

import re
from collections.abc import Mapping

from kinoloop.core.currency import Currency, Minor
from kinoloop.learning.bandit.records import Standing, Word
from kinoloop.learning.decisions.records import AdLine
from kinoloop.learning.winners.records import FatigueStatus

WORDS: Mapping[Word, str] = {
    "keep": "Keep",
    "scale": "Scale",
    "pause": "Pause",
    "not_enough_data": "Not enough data",
}
STANDINGS: Mapping[Standing, str] = {
    "running": "Running",
    "killed": "Paused as a loser",
    "parked": "Paused, not bad",
    "off": "Off",
}
PARTS: Mapping[str, str] = {
    "account": "A usual ad of this account",
    "clicks": "Its own clicks",
    "conversions": "Its own results",
    "results": "Its own results",
    "stages": "How far its leads get",
    "value": "The size of its sales",
    "price": "The price of its views",
    "fatigue": "Repeated views",
    "surrogate": "What its click rate tells",
    "creative": "Its creative",
}
TIRED: Mapping[FatigueStatus, str] = {
    "HEALTHY": "Fresh",
    "FATIGUING": "Tiring",
    "SATURATED": "Seen too often",
    "AUDIENCE_EXHAUSTED": "Audience used up",
    "NOT_ENOUGH_DATA": "Too early to tell",
}
POLICIES = {"ours": "Kinoloop's own", "greedy": "Greedy", "equal": "Equal split"}
_SENTENCE = re.compile(r"(?<=[.)])\s+(?=[A-Z0-9])")
MODES = {"pipeline": "through the stages of a CRM", "direct": "at once"}


def part_words(name: str) -> str:
    """A part of a return; traits of the creative go by their number, as the sentences name them."""
    if name.startswith("kind_"):
        return f"Creative trait {int(name.removeprefix('kind_')) + 1}"
    return PARTS.get(name, name.replace("_", " ").capitalize())


def policy_words(policy: str) -> str:
    """`ours 1` -> `Kinoloop's own, version 1`."""
    name, _, version = policy.partition(" ")
    said = POLICIES.get(name, name)
    return f"{said}, version {version}" if version else said


def share_words(share: float | None) -> str | None:
    """A chance or a part as `12 %`; very small ones are said as such, None stays None."""
    if share is None:
        return None
    if 0 < share < 0.005:
        return "under 1\u00a0%"
    if 0.995 < share < 1:
        return "over 99\u00a0%"
    return f"{100 * share:.0f}\u00a0%"


def reason_words(line: AdLine) -> tuple[str, str]:
    """The reason in two: what it comes down to (without the verdict, which stands beside it), the rest."""
    first, *rest = _SENTENCE.split(line.reason, maxsplit=1)
    head = first.removeprefix(f"{WORDS[line.word]}: ")
    return head[:1].upper() + head[1:], "".join(rest)


def at_risk(line: AdLine) -> Minor | None:
    """What of a day's budget does not come back if the ad is as weak as the low end of its interval.

    All of it where nothing is known of its return; None where it does not run.
    """
    if line.standing != "running":
        return None
    return line.budget if line.low is None else round(line.budget * max(0.0, 1.0 - line.low))


def risk_words(line: AdLine, currency: Currency) -> str | None:
    """The same as money a day."""
    risk = at_risk(line)
    return None if risk is None else currency.show(risk)


def answer_words(line: AdLine, currency: Currency) -> str | None:
    """How long, and for how much, until an answer; None where none is awaited."""
    if line.word != "not_enough_data" or line.standing != "running":
        return None
    if line.wait_days is None or line.wait_spend is None:
        return "how long an answer takes is not known"
    if line.wait_days < 1:
        return f"an answer in less than a day, for {currency.show(line.wait_spend)}"
    days = round(line.wait_days)
    return f"an answer in about {days} day{'' if days == 1 else 's'}, for {currency.show(line.wait_spend)}"
