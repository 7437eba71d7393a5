"""How results look in a terminal: a table per setting, what its columns mean, and who is ahead of whom."""

from collections.abc import Iterable, Sequence

from rich.markup import escape
from rich.table import Table

from kinoloop.cli import show
from kinoloop.cli.simulate import thompson
from kinoloop.cli.simulate.policies import ORACLE, SIMPLE, described
from kinoloop.cli.simulate.running import Result
from kinoloop.cli.simulate.summary import Estimate, Summary, paired
from kinoloop.core.text import plural
from kinoloop.sandbox.market.worlds import world

OURS = "ours"
_COLUMNS = (
    "\npolicy",
    "revenue,\n% of oracle",
    "worst\ntenth",
    "profit,\n% of oracle",
    "winners\nstopped",
    "kills\nright",
    "% spent\non losers",
    "range\nholds",
)
LEGEND = (
    "Revenue and profit are true expected values, as a share of the oracle's, which knows every ad's truth "
    "and may do no more than the others: 20 % up or down in six hours, $5 at least, pausing, the same total.",
    "Worst tenth: one seed in ten is below. Winners stopped: of the ads that return 1.5 or more, how many "
    "were killed while they still did. Kills right: of all killed, how many lost money. Spent on losers: "
    "share of the money spent on ads while their true return was below 1. Range holds: how often the 80 % "
    "range stated for an ad's return held the true one. ± is the 95 % interval over seeds.",
)


def tell(found: Sequence[Summary], results: Sequence[Result]) -> None:
    """A table per setting, then the sentences."""
    for name in dict.fromkeys(one.world for one in found):
        _tell_setting(name, [one for one in found if one.world == name])
        show.paper.print()
    _tell_legend(LEGEND)
    for line in ahead(found, results):
        show.paper.print(line, soft_wrap=False)
    for name in dict.fromkeys(one.policy for one in found):
        show.paper.print(f"[dim]{name}: {escape(described(name))}[/]", soft_wrap=False)


def tell_worlds(found: Sequence[Summary], results: Sequence[Result]) -> None:
    """One row per world, one column per policy: revenue as per cent of the oracle's."""
    names = [name for name in dict.fromkeys(one.policy for one in found) if name != ORACLE]
    shown = _table("Changed markets: revenue, % of oracle", ("world", "what is different", *names))
    for name in dict.fromkeys(one.world for one in found):
        row = {one.policy: one for one in found if one.world == name}
        best = max((row[policy].revenue.mean for policy in names), default=0.0)
        cells = [_marked(_share(row[p].revenue), row[p].revenue.mean == best) for p in names]
        shown.add_row(name, escape(world(name).title), *cells)
    show.paper.print(shown, soft_wrap=False)
    show.paper.print()
    _tell_legend((LEGEND[0], "± is the 95 % interval over seeds."))
    for line in ahead(found, results):
        show.paper.print(line, soft_wrap=False)


def tell_absent() -> None:
    """One line when the library to compare with is not here."""
    if not thompson.available():
        why = "not compared, because the library is not installed here (pip install mabwiser)."
        show.paper.print(f"[dim]{thompson.NAME}: {why}[/]", soft_wrap=False)


def ahead(found: Sequence[Summary], results: Sequence[Result]) -> Iterable[str]:
    """For each setting: how far ours is before (or behind) the best of the others, seed by seed."""
    for name in dict.fromkeys(one.world for one in found):
        row = {one.policy: one for one in found if one.world == name}
        others = [row[policy] for policy in SIMPLE if policy in row]
        if OURS not in row or not others:
            continue
        best = max(others, key=lambda one: one.revenue.mean)
        gap = paired(results, name, OURS, best.policy)
        yield f"{name}: ours is {_verdict(gap)} {best.policy}, the best of the others here."


def _verdict(gap: Estimate) -> str:
    points = f"{abs(gap.mean) * 100:.1f}" + ("" if gap.half is None else f" ± {gap.half * 100:.1f}")
    word = "ahead of" if gap.mean >= 0 else "behind"
    unsure = gap.half is not None and abs(gap.mean) <= gap.half
    return f"{points} points{' (within chance)' if unsure else ''} {word}"


def _tell_setting(name: str, rows: Sequence[Summary]) -> None:
    setting = world(name).setting
    title = (
        f"{name}: {world(name).title}; {setting.ads} ads, ${setting.daily_budget:,.0f} a day, "
        f"{plural(rows[0].days, 'day')}, {plural(rows[0].seeds, 'seed')}"
    )
    shown = _table(title, _COLUMNS)
    rivals = [one.revenue.mean for one in rows if one.policy != ORACLE]
    for one in rows:
        best = len(rivals) > 1 and one.policy != ORACLE and one.revenue.mean == max(rivals)
        shown.add_row(_marked(one.policy, best), *_cells(one, best))
    show.paper.print(shown, soft_wrap=False)


def _cells(one: Summary, best: bool) -> tuple[str, ...]:
    return (
        _marked(_share(one.revenue), best),
        f"{one.tenth * 100:.1f}",
        _share(one.profit),
        _percent(one.wrongly_stopped),
        _percent(one.kill_precision),
        _share(one.waste),
        _percent(one.coverage),
    )


def _table(title: str, columns: Sequence[str]) -> Table:
    shown = Table(
        title=escape(title),
        title_justify="left",
        header_style="bold",
        box=None,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    for place, name in enumerate(columns):
        words = place == 0 or name == "what is different"
        shown.add_column(name, justify="left" if words else "right", no_wrap=name != "what is different")
    return shown


def _tell_legend(lines: Iterable[str]) -> None:
    for line in lines:
        show.paper.print(f"[dim]{escape(line)}[/]", soft_wrap=False)


def _share(of: Estimate) -> str:
    return f"{of.mean * 100:.1f}" + ("" if of.half is None else f" ± {of.half * 100:.1f}")


def _percent(part: float | None) -> str:
    return "-" if part is None else f"{part * 100:.1f} %"


def _marked(text: str, best: bool) -> str:
    return f"[bold]{text}[/]" if best else text
