"""A verdict as sentences for a marketer. Every number in them was computed; what is not known is not said."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from kinoloop.core.currency import Minor
from kinoloop.core.text import plural
from kinoloop.learning.bandit.records import BanditSettings, Standing, Word

Show = Callable[[Minor], str]
_PARTS = {
    "clicks": "its own clicks",
    "conversions": "its own results",
    "stages": "how far its leads get",
    "value": "the size of its sales",
    "price": "the price of its views",
    "fatigue": "repeated views",
    "surrogate": "what its click rate tells",
    "results": "its own results",
    "creative": "its creative",
}


@dataclass(frozen=True)
class Line:
    """What is told about one ad. Chances and shares are 0 to 1, money minor units; `mean`, `low` and `high`
    revenue per money, None where too little is known of the account to say. `over` is the chance that its
    next unit of money beats `marginal`, what the last one earns elsewhere.
    """

    word: Word
    was: Standing
    now: Standing
    kept: bool
    protected: bool
    spend: Minor
    before: Minor
    budget: Minor
    mean: float | None
    low: float | None
    high: float | None
    loser: float | None
    winner: float
    over: float
    marginal: float | None
    maturity: float
    leads: float
    coming: float
    fatigue: float
    frequency: float | None = None
    wait_days: float | None = None
    wait_spend: Minor | None = None
    parts: Mapping[str, float] = field(default_factory=dict)


def reason(line: Line, settings: BanditSettings, noun: str | None, show: Show) -> str:
    """The verdict first, then what it rests on. `noun` is what a counted result is, None when none was."""
    if line.now == "off":
        return "Off: it was paused elsewhere, so it is left alone."
    told = [_verdict(line, settings, show), _coming(line, noun), _tired(line), _why(line)]
    return " ".join(part for part in told if part)


def _verdict(line: Line, settings: BanditSettings, show: Show) -> str:
    if line.now != "running":
        return _paused(line, settings, show)
    if line.was != "running":
        return f"{_back(line, show)} {_expected(line)}."
    if line.kept:
        return _kept(line, settings)
    if line.word == "not_enough_data":
        return _unclear(line, settings, show)
    if line.word == "scale":
        return (
            f"Scale: {_low(_expected(line))}; {_share(line.winner)} chance of over {settings.scale_roas:g}."
        )
    return f"Keep: {_low(_expected(line))}{_losing(line)}.{_leftover(line)}"


def _leftover(line: Line) -> str:
    if line.loser is None or line.loser <= 0.5 or line.budget <= line.before:
        return ""
    return " It gets more only because better ads may not rise faster."


def _paused(line: Line, settings: BanditSettings, show: Show) -> str:
    back = f"It comes back when that falls below {_share(settings.revive_chance)}."
    if line.now == "killed" and line.was == "running":
        rests = f"with {_share(line.maturity)} of its results in and {show(line.spend)} spent"
        return f"Paused as a loser: {_share(line.loser)} chance that it loses money, {rests}. {back}"
    if line.now == "killed":
        return f"Stays paused as a loser: {_share(line.loser)} chance that it loses money. {back}"
    beats = f"this ad would beat that with {_share(line.over)} probability"
    if line.marginal is None:
        return f"Paused, not bad: the next 1 spent earns more elsewhere; {beats}."
    return f"Paused, not bad: the next 1 spent earns {line.marginal:.2f} elsewhere; {beats}."


def _back(line: Line, show: Show) -> str:
    return (
        f"Back on with {show(line.budget)} a day: its next 1 spent earns more than elsewhere with "
        f"{_share(line.over)} probability."
    )


def _kept(line: Line, settings: BanditSettings) -> str:
    ads = plural(settings.least_running, "ad")
    return f"Kept only so that at least {ads} run: {_low(_expected(line))}{_losing(line)}."


def _unclear(line: Line, settings: BanditSettings, show: Show) -> str:
    causes = []
    if line.protected:
        causes.append("it is too young, or has spent too little, to be judged")
    if line.maturity < settings.maturity:
        causes.append(
            f"{_share(line.maturity)} of its results are in, and {_share(settings.maturity)} are needed"
        )
    if not causes:
        causes.append("its results are too few to tell")
    return f"Not enough data: {' and '.join(causes)}. {_answer(line, show)} {_expected(line)}{_losing(line)}."


def _answer(line: Line, show: Show) -> str:
    if line.wait_days is None or line.wait_spend is None:
        return "Nothing seen so far says how long an answer takes."
    if line.wait_days < 1:
        return f"An answer takes less than a day and about {show(line.wait_spend)} more."
    days = plural(round(line.wait_days), "day")
    return f"An answer takes about {days} and {show(line.wait_spend)} more."


def _expected(line: Line) -> str:
    if line.mean is None or line.low is None or line.high is None:
        return "Too little is known of this account to say what it returns"
    return f"Expected {line.mean:.2f} back per 1 spent (80 % range {line.low:.2f} to {line.high:.2f})"


def _losing(line: Line) -> str:
    return "" if line.loser is None else f"; {_share(line.loser)} chance that it loses money"


def _coming(line: Line, noun: str | None) -> str:
    seen, more = round(line.leads), round(line.coming)
    if noun is None or (more < 1 and not seen):
        return ""
    if more < 1:
        return f"{plural(seen, noun)} seen."
    still = "is" if more == 1 else "are"
    return f"{plural(seen, noun)} seen; about {more} more {still} still to come from clicks already paid for."


def _tired(line: Line) -> str:
    if line.fatigue < 0.10:
        return ""
    often = "" if line.frequency is None else f" (frequency {line.frequency:.1f})"
    return f"Its click rate is down {_share(line.fatigue)} from repeated views{often}."


def _why(line: Line) -> str:
    """The three strongest parts, as the factor each puts on the return of a usual ad of this account."""
    known = {name: size for name, size in line.parts.items() if name != "account" and abs(size) >= 0.05}
    strongest = sorted(known, key=lambda name: (-abs(known[name]), name))[:3]
    told = ", ".join(f"x{2.718281828459045 ** known[name]:.2f} from {_named(name)}" for name in strongest)
    return f"Why, against a usual ad here: {told}." if told else ""


def _named(part: str) -> str:
    if part.startswith("kind_"):
        return f"creative trait {int(part.removeprefix('kind_')) + 1}"
    return _PARTS.get(part, part)


def _share(value: float | None) -> str:
    if value is None:
        return "an unknown"
    return "under 1 %" if 0 < value < 0.005 else f"{100 * value:.0f} %"


def _low(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]
