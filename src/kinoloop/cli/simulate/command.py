"""The command: which games to play, and whether a person or a machine reads the result."""

import os
from dataclasses import asdict
from typing import Annotated

import typer

from kinoloop.cli import show
from kinoloop.cli.simulate import policies, running, table
from kinoloop.cli.simulate.running import Result, Task
from kinoloop.cli.simulate.summary import Estimate, Summary, summaries
from kinoloop.core.errors import InputError
from kinoloop.core.text import plural
from kinoloop.sandbox.market.worlds import PLACES, WORLDS, world

FEW, FRESH, OTHER = "0-7", "300-339", "200-219"
"""Default seeds: for a look; those nothing was tuned on; those of the changed worlds."""
MOST_DAYS, MOST_JOBS = 365, 64


def add_to(app: typer.Typer) -> None:
    app.command()(simulate)


def simulate(
    setting: Annotated[
        str | None, typer.Option("--setting", help=f"Which markets: {', '.join(PLACES)}, or a changed one.")
    ] = None,
    policy: Annotated[
        str | None, typer.Option("--policy", help=f"Who plays: {', '.join(policies.POLICIES)}, oracle.")
    ] = None,
    seeds: Annotated[str | None, typer.Option("--seeds", help="Like 7, 300-339 or 1,2,5-7.")] = None,
    days: Annotated[
        int | None, typer.Option("--days", help="How long; as the setting says when left out.")
    ] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help=f"The four settings, every policy, seeds {FRESH}.")
    ] = False,
    worlds: Annotated[
        bool, typer.Option("--worlds", help=f"The {len(WORLDS)} changed markets, seeds {OTHER}.")
    ] = False,
    jobs: Annotated[int | None, typer.Option("--jobs", help="Processes; one per core when left out.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Machine output on stdout.")] = False,
) -> None:
    """Play policies against a market whose truth is known, beside an oracle that sees it. No account needed.

    The market is the one the sandbox serves: hidden rates, slow deals, tiring audiences, lost click ids.
    """
    if compare and worlds:
        raise InputError("--compare and --worlds are two questions.", fix="Ask one after the other.")
    games = _games(setting, policy, seeds, days, compare=compare, worlds=worlds)
    results = _played(games, _jobs(jobs, len(games)))
    asked = _policies(policy, compare=compare, worlds=worlds)
    found = [one for one in summaries(results) if one.policy in asked]
    if as_json:
        show.emit(document(found, results))
    elif worlds:
        table.tell_worlds(found, results)
    else:
        table.tell(found, results)
        if compare and policy is None:
            table.tell_absent()


def document(found: list[Summary], results: list[Result]) -> dict[str, object]:
    """Everything, for machines: shares as fractions, money in dollars, one entry per world and policy."""
    names = dict.fromkeys(one.world for one in found)
    return {
        "seeds": list(dict.fromkeys(result.task.seed for result in results)),
        "settings": [_place(name, [one for one in found if one.world == name]) for name in names],
        "runs": [_run(result) for result in results],
    }


def _games(
    setting: str | None,
    policy: str | None,
    seeds: str | None,
    days: int | None,
    *,
    compare: bool,
    worlds: bool,
) -> list[Task]:
    if days is not None and not 2 <= days <= MOST_DAYS:
        raise InputError(f"{days} days cannot be played.", fix=f"Give 2 to {MOST_DAYS}.")
    usual = list(PLACES) if compare else list(WORLDS) if worlds else ["b2b"]
    places = usual if setting is None else running.settings_named(_split(setting))
    default = FRESH if compare else OTHER if worlds else FEW
    numbers = running.seeds_named(default if seeds is None else seeds)
    return running.planned(places, _policies(policy, compare=compare, worlds=worlds), numbers, days)


def _policies(policy: str | None, *, compare: bool, worlds: bool) -> list[str]:
    usual = policies.compared() if compare else ["ours", "seed", "greedy", "beta_ctr", "equal"]
    usual = usual if compare or worlds else ["ours", "seed", "equal", "oracle"]
    return usual if policy is None else policies.named(_split(policy))


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _jobs(wanted: int | None, games: int) -> int:
    if wanted is not None and not 1 <= wanted <= MOST_JOBS:
        raise InputError(f"{wanted} processes cannot be started.", fix=f"Give 1 to {MOST_JOBS}.")
    return min(wanted or os.cpu_count() or 1, games)


def _played(games: list[Task], jobs: int) -> list[Result]:
    """All games with a bar; in the order they were planned, whatever ended first."""
    done: dict[Task, Result] = {}
    with show.bars(quiet=not show.words.is_terminal) as area:
        bar = area.add_task(f"playing {plural(len(games), 'game')}", total=len(games))
        for result in running.run_all(games, jobs):
            done[result.task] = result
            label = f"{result.task.world}, {result.task.policy}, seed {result.task.seed}"
            area.update(bar, advance=1, description=f"{len(done)} of {plural(len(games), 'game')}: {label}")
    return [done[task] for task in games]


def _place(name: str, rows: list[Summary]) -> dict[str, object]:
    setting = world(name).setting
    return {
        "name": name,
        "title": world(name).title,
        "ads": setting.ads,
        "daily_budget": setting.daily_budget,
        "days": rows[0].days,
        "policies": [_row(row) for row in rows],
    }


def _row(row: Summary) -> dict[str, object]:
    told = {key: value for key, value in asdict(row).items() if key not in {"world", "days"}}
    bounds = {key: _bounds(value) for key, value in vars(row).items() if isinstance(value, Estimate)}
    return told | bounds


def _bounds(value: Estimate) -> dict[str, float | None]:
    return {"mean": value.mean, "low": value.low, "high": value.high}


def _run(result: Result) -> dict[str, object]:
    task, score = result.task, result.score
    return {
        "setting": task.world,
        "policy": task.policy,
        "seed": task.seed,
        "revenue": score.revenue / 100,
        "spend": score.spend / 100,
        "profit": score.profit / 100,
        "on_losers": score.on_losers / 100,
        "winners": score.winners,
        "wrongly_stopped": score.wrongly_stopped,
        "kills": score.kills,
        "kills_right": score.kills_right,
    }
