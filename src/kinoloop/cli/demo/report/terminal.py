"""The report in a terminal: the same story in about fifty lines of at most a hundred columns."""

import textwrap
from collections.abc import Sequence
from pathlib import Path

from rich.markup import escape

from kinoloop.cli import show
from kinoloop.cli.demo.records import AdLine, DemoReport
from kinoloop.cli.demo.report import adlines, race, tale, words
from kinoloop.core.text import plural

WIDEST = 100
ADS, RESTING, STORIES, WINNERS, SPANS = 7, 2, 2, 3, 2
"""How many of each are told here; the page tells all."""


def tell(report: DemoReport, page: Path) -> None:
    """Print it on stdout; `page` is where the whole report is."""
    _headline(report)
    _made(report)
    _race(report)
    _ads(report)
    _money(report)
    _changes(report)
    _winners(report)
    _plan(report)
    _check(report, page)


def _headline(report: DemoReport) -> None:
    standings = race.race(report.contenders)
    ahead, rivals = race.against_rivals(standings, report.currency)
    _say(f"[bold]{words.SAMPLE}[/]")
    _say(f"[bold]{escape(race.title(report))}[/]")
    told = [race.against_oracle(standings), "" if ahead is False else rivals, race.stopped(standings)]
    _wrapped(" ".join(text for text in told if text))
    if ahead is False:
        _wrapped(rivals, style="bold yellow")
    if not standings:
        _wrapped("No other way of deciding was played in the same market, so how good that is is not known.")


def _made(report: DemoReport) -> None:
    made = report.made
    _title("Made")
    steps = [plural(made.moments, "moment"), plural(len(made.clips), "clip"), plural(made.panels, "panel")]
    _wrapped(f"{tale.footage(made)} {', '.join(steps)}, {plural(len(made.films), 'version')}.")
    for film in made.films:
        _wrapped(f"{film.label}  {tale.differs(film)} {film.seconds:.1f} s, {film.size}.", indent=2)


def _race(report: DemoReport) -> None:
    standings, money = race.race(report.contenders), report.currency
    if not standings:
        return
    rows = [
        (
            told.name,
            words.money(told.one.spend, money),
            words.money(told.one.revenue, money),
            words.share(told.of_oracle, 1),
            words.money(told.one.profit, money),
            words.money(told.one.on_losers, money),
            f"{told.one.stopped_winners} of {told.one.winners}",
        )
        for told in standings
    ]
    columns = ("decided by", "spend", "revenue", "of oracle's", "profit", "on losers", "winners stopped")
    _table("The same market, decided in four ways (true expected money)", columns, rows, range(1, 7))


def _ads(report: DemoReport) -> None:
    table = adlines.table_of(report.ads)
    if not table.rows:
        _title("Ads")
        _say("No ad ran.")
        return
    shown = _shown([row.line for row in table.rows])
    rows = [
        (
            f"{one.label or ' '} {one.name}"[:34],
            _said(one),
            words.back(one.truth) if one.truth is not None else f"({words.back(one.fresh_truth)})",
            f"{words.money(one.first_budget, report.currency)} -> {_budget(one, report)}",
            words.verdict(one.verdict) if adlines.running(one) else words.standing(one.standing),
        )
        for one in shown
    ]
    _table(
        "Ads (return per 1 spent; in brackets: it rests, its truth when fresh)",
        ("ad", "said, 80 %", "truth", "a day", "verdict"),
        rows,
        (2,),
    )
    more = len(table.rows) - len(shown)
    rest = f"{plural(more, 'more ad')} on the page." if more else ""
    _wrapped(f"{adlines.coverage(table)} {rest}")


def _money(report: DemoReport) -> None:
    money = report.money
    _title("Money, as the account counted it")
    steps = [f"{name.lower()} {amount}" for name, amount, _ in tale.money_steps(money, report.currency)]
    ways = [f"{way.name.lower()} {way.deals}" for way in tale.found(money)]
    won = f"Won deals: {', '.join(ways)}." if ways else "No deal was won yet, so there is nothing to credit."
    _wrapped(f"{words.sentence(', '.join(steps))} {won}")


def _changes(report: DemoReport) -> None:
    told = report.changes
    _title("Decisions and changes")
    counts = ", ".join(f"{name.lower()} {words.count(number)}" for name, number in tale.changes(told))
    _wrapped(f"{words.sentence(counts)} {tale.guard(told)}")
    for story in told.stories[:STORIES]:
        _wrapped(
            f"Day {story.day}, {story.ad_name}: {words.sentence(story.what)} {words.sentence(story.why)}",
            indent=2,
        )


def _winners(report: DemoReport) -> None:
    _title("Winners")
    for one in report.winners[:WINNERS]:
        _wrapped(f"{one.label or '-'}  {one.name}: {words.sentence(one.reason)}", indent=2)
    if len(report.winners) > WINNERS:
        _wrapped(f"{len(report.winners) - WINNERS} more on the page.", indent=2)
    if not report.winners:
        _say("No winner yet: no ad has enough results to be called one.")
    lineage = report.lineage
    if lineage is None:
        _say("No won deal leads back to footage yet.")
        return
    amount = words.money(lineage.amount, report.currency)
    spans = ", ".join(lineage.spans[:SPANS]) or "no footage"
    more = f" and {len(lineage.spans) - SPANS} more" if len(lineage.spans) > SPANS else ""
    _wrapped(f"Deal {lineage.deal_id} ({amount}) <- {lineage.ad_name} <- {spans}{more}")


def _plan(report: DemoReport) -> None:
    plan = report.plan
    if plan is None:
        _title("The next plan")
        _say("No next plan was written.")
        return
    _title(f"The next plan: {plan.title}")
    _wrapped(f"{words.sentence(plan.angle)} {tale.plan_split(plan)}")
    for line in plan.lines:
        _wrapped(f"{line.purpose} ({line.seconds:.1f} s): {line.intent} [{tale.rests(line)}]", indent=2)


def _check(report: DemoReport, page: Path) -> None:
    _title("Check it")
    lines = [one.line for one in tale.commands(report)]
    wide = max(map(len, lines[::2])) + 4
    for left, right in zip(lines[::2], lines[1::2], strict=True):
        _say(f"  {escape(left.ljust(wide))}{escape(right)}")
    _wrapped(
        "Real: footage analysis, films, decisions, the change queue. Emulated: people, platform, CRM, money."
    )
    _say(f"The whole report: {escape(str(page))}")


def _shown(ads: Sequence[AdLine]) -> list[AdLine]:
    """Every film of ours, the others that cost most now, and those that rest after costing most."""
    others = [one for one in ads if not one.label]
    resting = [one for one in others if not adlines.running(one)][:RESTING]
    room = max(0, ADS - len(resting) - (len(ads) - len(others)))
    chosen = {one.ad_id for one in [one for one in others if adlines.running(one)][:room] + resting}
    return [one for one in ads if one.label or one.ad_id in chosen]


def _said(one: AdLine) -> str:
    if one.low is None or one.high is None:
        return "not known"
    return f"{words.back(one.mid)} ({one.low:.2f}-{one.high:.2f})"


def _budget(one: AdLine, report: DemoReport) -> str:
    return words.money(one.last_budget, report.currency) if adlines.running(one) else "rests"


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int]) -> None:
    """`right` are the columns of numbers, which end at the same place."""
    cells = [[_plain(cell) for cell in row] for row in (columns, *rows)]
    for number in right:
        wide = max(len(row[number]) for row in cells)
        for row in cells:
            row[number] = row[number].rjust(wide)
    show.table(f"\n{title}", cells[0], cells[1:])


def _title(text: str) -> None:
    _say(f"\n[bold]{escape(text)}[/]")


def _wrapped(text: str, *, indent: int = 0, style: str = "") -> None:
    width = min(WIDEST, show.paper.width)
    first, rest = " " * indent, " " * (indent + 2 if indent else 0)
    for line in textwrap.wrap(text, width, initial_indent=first, subsequent_indent=rest):
        said = escape(_plain(line))
        show.paper.print(f"[{style}]{said}[/]" if style else said)


def _say(line: str) -> None:
    show.paper.print(_plain(line))


def _plain(text: str) -> str:
    return text.replace(words.HARD, " ")
