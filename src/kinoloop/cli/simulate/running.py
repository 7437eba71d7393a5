"""Games over many seeds in several processes: what is played, by whom, and how far it is."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context

from kinoloop.cli.simulate.adapter import player
from kinoloop.cli.simulate.calibration import Listener, Said
from kinoloop.cli.simulate.policies import ORACLE, made
from kinoloop.core.errors import InputError
from kinoloop.sandbox.market.game import Game
from kinoloop.sandbox.market.oracle import Oracle
from kinoloop.sandbox.market.score import Score, score
from kinoloop.sandbox.market.worlds import PLACES, WORLDS, world

MOST_SEEDS = 1_000


@dataclass(frozen=True)
class Task:
    """One game. `days` is None for the setting's own length."""

    world: str
    policy: str
    seed: int
    days: int | None = None


@dataclass(frozen=True)
class Result:
    """How a game ended."""

    task: Task
    score: Score
    said: Said


def run_task(task: Task) -> Result:
    """Play one game to its end."""
    place = world(task.world)
    game = Game(place.setting, task.seed, days=task.days)
    listener = Listener(game)
    if task.policy == ORACLE:
        played = game.play(Oracle(game))
    else:
        played = game.play(player(made(task.policy), place, listener.hear))
    return Result(task, score(played), listener.said())


def run_all(tasks: Sequence[Task], jobs: int) -> Iterator[Result]:
    """Every game, as each ends. With one job in this process, else in as many as asked for."""
    if jobs <= 1:
        yield from map(run_task, tasks)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        started: list[Future[Result]] = [pool.submit(run_task, task) for task in tasks]
        try:
            for future in as_completed(started):
                yield future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def planned(
    worlds: Iterable[str], policies: Sequence[str], seeds: Sequence[int], days: int | None
) -> list[Task]:
    """All games; the clairvoyant's too, since everybody is measured by it."""
    names = [*policies, *([] if ORACLE in policies else [ORACLE])]
    return [Task(place, name, seed, days) for place in worlds for seed in seeds for name in names]


def settings_named(names: Sequence[str]) -> list[str]:
    """Check settings and worlds. Raises InputError."""
    for name in names:
        if name not in PLACES and name not in WORLDS:
            raise InputError(
                f"There is no setting '{name}'.",
                fix=f"Choose from {', '.join(PLACES)}, or a changed world: {', '.join(WORLDS)}.",
            )
    if not names:
        raise InputError("Which setting?", fix=f"Choose from {', '.join(PLACES)}.")
    return list(dict.fromkeys(names))


def seeds_named(text: str) -> list[int]:
    """`300-339`, `1,2,5-7` -> numbers, in order, without repeats. Raises InputError."""
    fix = "Write seeds like 7, 300-339 or 1,2,5-7."
    found: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()):
            raise InputError(f"'{text}' names no seeds.", fix=fix)
        low, high = int(first), int(last or first)
        if high < low or high - low >= MOST_SEEDS:
            raise InputError(f"'{part}' is no range of seeds.", why=f"At most {MOST_SEEDS}.", fix=fix)
        found.extend(range(low, high + 1))
    return list(dict.fromkeys(found))
