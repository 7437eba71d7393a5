"""The four ways of deciding beside each other, and what the report may claim of them. Pure.

Who is ahead is judged by profit and by revenue alike, so that no claim rests on the kinder of the two.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kinoloop.cli.demo.records import Contender, DemoReport, Who
from kinoloop.cli.demo.report import words
from kinoloop.core.currency import Currency
from kinoloop.core.text import plural

RIVALS: Mapping[Who, str] = {"seed": "the usual kill rule", "equal": "an equal split"}


@dataclass(frozen=True)
class Standing:
    """A contender; its revenue and profit as parts of the oracle's (None where there is no such whole)."""

    one: Contender
    name: str
    of_oracle: float | None
    profit_of_oracle: float | None
    loser_share: float | None


def race(contenders: Sequence[Contender]) -> tuple[Standing, ...]:
    """In the order given."""
    best = next((one for one in contenders if one.who == "oracle"), None)
    return tuple(
        Standing(
            one,
            words.NAMES[one.who],
            words.ratio(one.revenue, best.revenue) if best else None,
            words.ratio(one.profit, best.profit) if best else None,
            words.ratio(one.on_losers, one.spend),
        )
        for one in contenders
    )


def find(standings: Sequence[Standing], who: Who) -> Standing | None:
    return next((standing for standing in standings if standing.one.who == who), None)


def title(report: DemoReport) -> str:
    """What the money became, in one sentence."""
    days = plural(report.days, "day")
    ours = find(race(report.contenders), "ours")
    if ours is None:
        spend, revenue = (
            words.money(one, report.currency) for one in (report.money.spend, report.money.revenue)
        )
        return f"In {days}, the sample account spent {spend} and counted {revenue} of revenue."
    spend, revenue = (words.money(one, report.currency) for one in (ours.one.spend, ours.one.revenue))
    return f"In {days}, the loop turned {spend} of sample spend into {revenue}."


def against_oracle(standings: Sequence[Standing]) -> str:
    """How much of the possible it is; empty without ours, or without anything to measure by."""
    ours = find(standings, "ours")
    if ours is None:
        return ""
    if ours.of_oracle is None:
        return "How much of the possible that is is not known: there is no oracle's game to measure it by."
    reach = words.share(ours.of_oracle)
    first = f"That is {reach} of what an oracle that knows every ad's truth would have made."
    rivals = [one for one in standings if one.one.who in RIVALS]
    told = [f"{words.share(one.of_oracle)} for {RIVALS[one.one.who]}" for one in rivals]
    return f"{first} It is {words.listed(told)}." if told else first


def against_rivals(standings: Sequence[Standing], currency: Currency) -> tuple[bool | None, str]:
    """Whether no rival is ahead in profit or in revenue (None: there is nobody to tell by), and the words."""
    ours = find(standings, "ours")
    rivals = [one for one in standings if one.one.who in RIVALS]
    if ours is None or not rivals:
        return None, ""
    told = words.listed([_gap(ours, rival, currency) for rival in rivals])
    if any(_ahead(rival, ours) for rival in rivals):
        return False, f"Kinoloop did not win this run: it made {told}."
    return True, f"It made {told}."


def stopped(standings: Sequence[Standing]) -> str:
    """The winners that were stopped wrongly."""
    ours, rule = find(standings, "ours"), find(standings, "seed")
    if ours is None:
        return ""
    if not ours.one.winners:
        return "No ad of this market was truly worth keeping, so none could be stopped wrongly."
    many = plural(ours.one.winners, "ad")
    text = f"Of {many} truly worth keeping, it stopped {_none(ours.one.stopped_winners)} wrongly"
    if rule is None:
        return f"{text}."
    same = rule.one.winners == ours.one.winners
    rest = _none(rule.one.stopped_winners) + ("" if same else f" of {rule.one.winners}")
    return f"{text}; the usual rule stopped {rest}."


def _none(number: int) -> str:
    return str(number) if number else "none"


def _ahead(rival: Standing, ours: Standing) -> bool:
    return rival.one.profit > ours.one.profit or rival.one.revenue > ours.one.revenue


def _gap(ours: Standing, rival: Standing, currency: Currency) -> str:
    name = RIVALS[rival.one.who]
    gap = ours.one.profit - rival.one.profit
    if not gap:
        said = f"as much profit as {name}"
    else:
        said = f"{words.money(abs(gap), currency)} {'more' if gap > 0 else 'less'} profit than {name}"
    if gap >= 0 and rival.one.revenue > ours.one.revenue:
        short = words.money(rival.one.revenue - ours.one.revenue, currency)
        said += f" (but {short} less revenue)"
    return said
