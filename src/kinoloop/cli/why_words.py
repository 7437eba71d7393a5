"""A decision about ad money in words and tables for a terminal: from what moves to what would change it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.console import Group
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kinoloop.cli import show
from kinoloop.core.currency import Currency
from kinoloop.core.text import plural
from kinoloop.learning.decisions.records import AdLine, BudgetStep, Decision, Replay
from kinoloop.learning.decisions.rules.minding import changes_mind

POLICIES = {"ours": "Kinoloop's own policy", "greedy": "the greedy policy", "equal": "an equal split"}
WORDS = {"keep": "Keep", "scale": "Scale", "pause": "Pause", "not_enough_data": "Not enough data"}
COLOURS = {"keep": "blue", "scale": "green", "pause": "red", "not_enough_data": "yellow"}
MODES = {"pipeline": "deals that go through stages", "direct": "sales made at once"}
TOLD = 8
"""So many ads are told in full unless all are asked for: those whose money moves most."""
BIG_ROUND = 12


def list_decisions(found: Sequence[tuple[Decision, Sequence[BudgetStep]]]) -> None:
    """The latest first, and how to go on."""
    rows = [
        (
            f"{one.at:%Y-%m-%d %H:%M}",
            one.account_id,
            one.policy,
            one.ads,
            one.currency.show(one.total),
            f"{len(steps)}" if steps else "nothing",
            one.decision_id,
        )
        for one, steps in found
    ]
    columns = ("decided (UTC)", "account", "policy", "ads", "a day", "changes", "id")
    show.table("The latest decisions about ad money", columns, rows)
    show.paper.print(f"\n[dim]Why:[/] kinoloop why {found[0][0].decision_id}")


@dataclass(frozen=True)
class Page:
    """The id that was asked for, whether it is told in full, the account, what entities were called then."""

    some_id: str
    every: bool
    account: str
    names: Mapping[str, str]


def tell(told: Decision, lines: Sequence[AdLine], steps: Sequence[BudgetStep], page: Page) -> None:
    """All of it, but for the replay."""
    _head(told, lines, steps, page)
    _moves(told, lines, steps, page)
    _ads(told, lines)
    mattering = sorted(lines, key=lambda one: (-_moved(one), one.word == "keep", -one.budget, one.ad_id))
    shown = lines if page.every or len(lines) <= BIG_ROUND else mattering[:TOLD]
    _title("Why, and what would change our mind")
    for one in shown:
        _reason(one, told)
    if len(shown) < len(lines):
        show.paper.print(f"[dim]{len(lines) - len(shown)} more ads: kinoloop why {page.some_id} --all[/]")
    if told.notes:
        _title("Good to know")
        for note in told.notes:
            _said(Text(f"- {note}"))


def tell_replay(again: Replay | str, told: Decision, lines: Sequence[AdLine], *, quiet: bool) -> None:
    """On paper beneath the rest; among the words where a program reads the paper."""
    paper = show.words if quiet else show.paper
    if not quiet:
        _title("Decided again from what was known then")
    if isinstance(again, str):
        paper.print(f"  [yellow]Not possible any more.[/] {escape(again)}")
    elif again.same:
        paper.print(f"  same bytes: [green]yes[/] [dim](sha256 {again.stored_sha256})[/]")
    else:
        names = {one.ad_id: one.name or one.ad_id for one in lines}
        ads = ", ".join(names.get(one, one) for one in again.differing)
        paper.print(f"  same bytes: [bold red]no[/] {escape(again.why)}")
        if ads:
            paper.print(f"  It differs for {escape(ads)}.")


def _head(told: Decision, lines: Sequence[AdLine], steps: Sequence[BudgetStep], page: Page) -> None:
    money, (name, _, version) = told.currency, told.policy.partition(" ")
    show.paper.print(f"[bold]{escape(_summary(told, lines, steps))}[/]")
    policy = f"{POLICIES.get(name, name)}, version {version}" if version else POLICIES.get(name, name)
    show.paper.print(
        f"[dim]{escape(page.account)}, {told.at:%Y-%m-%d %H:%M} UTC, by {escape(policy)}, for"
        f" {MODES[told.mode]}. Decision {told.decision_id}[/]"
    )
    show.paper.print(
        f"{money.show(told.total)} a day to hand out; {money.show(told.stands)} stood,"
        f" {money.show(told.spend)} was spent in the day before."
    )


def _summary(told: Decision, lines: Sequence[AdLine], steps: Sequence[BudgetStep]) -> str:
    counts = Counter[str](one.word for one in lines if one.stood != "off" or one.standing != "off")
    verdicts = ", ".join(f"{counts[word]} {said.lower()}" for word, said in WORDS.items() if counts[word])
    moved = sum(max(0, _after(one) - _before(one)) for one in lines)
    if not steps:
        return f"Nothing moves. {plural(len(lines), 'ad')}: {verdicts}."
    return (
        f"{plural(len(steps), 'change')} asked for; {told.currency.show(moved)} a day goes to other ads. "
        f"{plural(len(lines), 'ad')}: {verdicts}."
    )


def _moves(told: Decision, lines: Sequence[AdLine], steps: Sequence[BudgetStep], page: Page) -> None:
    _title("What moves")
    if not steps:
        show.paper.print("  Nothing was asked for.")
        return
    money = told.currency
    table = _table(" ", "what", f"a day, {money.code}", "profit a day", "80 %", "at risk", "how sure", left=2)
    for number, one in enumerate(steps, 1):
        what = one.expected
        known = what.low is not None and what.high is not None
        table.add_row(
            f"{number}",
            escape(f"{one.kind} {page.names.get(one.entity_id, one.entity_id)}"),
            f"{_value(one.before, money)} → {_value(one.requested, money)}",
            "not known" if what.profit is None else _signed(what.profit, money),
            f"{_signed(what.low or 0, money)} to {_signed(what.high or 0, money)}" if known else "-",
            _plain(what.worst_case, money) if what.worst_case else "-",
            _share(one.confidence) or "-",
        )
    show.paper.print(table)
    for number, one in enumerate(steps, 1):
        named = " (the change you named)" if page.some_id == one.change_id else ""
        _said(Text(f"{number}  {one.expected.effect} {_short(one, lines)} {_became(one)}{named}"))


def _ads(told: Decision, lines: Sequence[AdLine]) -> None:
    _title("Ads")
    money = told.currency
    names = ("ad", "verdict", f"a day, {money.code}", "returns", "80 %", "loses", "in")
    table = _table(*names, left=2)
    for one in lines:
        between = None if one.low is None or one.high is None else f"{one.low:.2f}-{one.high:.2f}"
        table.add_row(
            escape(one.name or one.ad_id),
            _verdict(one),
            _plain(_before(one), money) + (f" → {_plain(_after(one), money)}" if _moved(one) else ""),
            "not known" if one.mean is None else f"{one.mean:.2f}",
            between or "-",
            _share(one.chance_loser) or "-",
            _share(one.maturity) or "-",
        )
    show.paper.print(table)
    show.paper.print(
        "  [dim]returns: per 1 spent. loses: the chance that it costs more than it returns."
        " in: how much of what its clicks will bring has come.[/]",
        soft_wrap=False,
    )


def _verdict(one: AdLine) -> str:
    """What is not running says why: a loser, outcompeted, or switched off by somebody."""
    stands = {"running": "", "killed": " (loser)", "parked": " (outcompeted)", "off": " (off elsewhere)"}
    return f"[{COLOURS[one.word]}]{WORDS[one.word]}{stands[one.standing]}[/]"


def _short(one: BudgetStep, lines: Sequence[AdLine]) -> str:
    """The reason of a step without the words of an ad, which stand below."""
    for line in lines:
        head, found, tail = one.reason.partition(line.reason)
        if found:
            name = line.name or line.ad_id
            return f"{head.removesuffix(f'{name}: ')}Why: see {name}.{tail}"
    return one.reason


def _reason(one: AdLine, told: Decision) -> None:
    mind = changes_mind(one, told)
    said = [Text(one.reason)]
    if mind is not None:
        said.append(Text.assemble(("Would change our mind: ", "dim"), mind))
    name = f"{one.name} ({one.ad_id})" if one.name and one.name != one.ad_id else one.ad_id
    show.paper.print(Text(name, style="bold"), soft_wrap=False)
    show.paper.print(Padding(Group(*said), (0, 0, 0, 2)), soft_wrap=False)


def _title(words: str) -> None:
    show.paper.print(f"\n[bold]{words}[/]")


def _said(words: Text) -> None:
    """Indented, wrapped at the width of the terminal."""
    show.paper.print(Padding(words, (0, 0, 0, 2)), soft_wrap=False)


def _table(*columns: str, left: int) -> Table:
    """So many columns of words to the left, figures to the right."""
    made = Table(box=None, pad_edge=True, header_style="dim")
    for place, name in enumerate(columns):
        made.add_column(
            name, justify="left" if place < left else "right", overflow="fold", no_wrap=place >= left
        )
    return made


def _became(one: BudgetStep) -> str:
    if one.change_id is not None:
        return f"Change {one.change_id}."
    return one.note or "It was not handed to the queue yet."


def _before(one: AdLine) -> int:
    return one.before if one.stood == "running" else 0


def _after(one: AdLine) -> int:
    return one.budget if one.standing == "running" else 0


def _moved(one: AdLine) -> int:
    return abs(_after(one) - _before(one))


def _value(value: int | str, money: Currency) -> str:
    return _plain(value, money) if isinstance(value, int) else value.lower()


def _plain(amount: int, money: Currency) -> str:
    """Without the currency, which stands above."""
    return money.show(amount).removeprefix(f"{money.code} ")


def _signed(amount: int, money: Currency) -> str:
    return f"{'-' if amount < 0 else '+'}{_plain(abs(amount), money)}"


def _share(value: float | None) -> str | None:
    return None if value is None else f"{100 * value:.0f} %"
