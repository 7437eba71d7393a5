"""The checker of the chaos run finds what is planted: it would be worth nothing if it always said yes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bench import changes_checker as checker
from bench.changes_checker import Facts, Found, Took
from bench.changes_plan import Wish

BEGAN = datetime(2026, 11, 20, 12, tzinfo=UTC)
ADS = {f"a{n}": "s1" for n in range(3)} | {f"b{n}": "s2" for n in range(20)}
PLACES = dict.fromkeys(("c1", "s1", "s2", *ADS), "c1")


def took(name: str, field: str, before: Any, after: Any, minutes: float = 0.0) -> Took:
    kind = "ad" if name in ADS else "adset"
    return Took(BEGAN + timedelta(minutes=minutes), kind, name, field, before, after)


def wish(name: str, change_type: Any, value: int | str, *, exact: bool = False) -> Wish:
    return Wish("act_1", "c1", name, "ad" if name in ADS else "adset", change_type, value, "plain", exact)


def judged(wishes: list[Wish], writes: list[Took], *, refused: frozenset[str] = frozenset()) -> Found:
    return checker.check(wishes, [], Facts(tuple(writes), refused, ADS, PLACES, 3000, 7000))


def test_what_was_asked_for_once_and_done_once_is_clean() -> None:
    found = judged(
        [wish("s1", "budget", 5500), wish("a0", "status", "PAUSED")],
        [took("s1", "daily_budget", 5000, 5610), took("a0", "status", "ACTIVE", "PAUSED", 1)],
    )
    assert found.clean and found.applied == 2


def test_the_same_write_again_is_seen() -> None:
    once = took("s1", "daily_budget", 5000, 5500)
    again = replace(once, at=BEGAN + timedelta(seconds=5), before=5500)
    assert judged([wish("s1", "budget", 5500)], [once, again]).duplicates


def test_one_wish_sent_twice_with_different_fuzz_is_seen() -> None:
    writes = [took("s1", "daily_budget", 5000, 5450), took("s1", "daily_budget", 5450, 5550, 1)]
    assert judged([wish("s1", "budget", 5500)], writes).duplicates


def test_what_nobody_asked_for_is_seen() -> None:
    assert judged([], [took("s1", "bid_amount", 100, 200)]).unasked


def test_a_wish_that_never_took_hold_is_lost_unless_the_platform_refused_it() -> None:
    asked = [wish("s1", "budget", 5500)]
    assert judged(asked, []).lost
    found = judged(asked, [], refused=frozenset({"s1"}))
    assert found.clean and found.refused == 1


BROKEN: dict[str, Callable[[], list[Took]]] = {
    "sixteen in an hour": lambda: [
        took(f"b{n}", "status", "ACTIVE", "PAUSED", n * 3.9) for n in range(16)
    ],
    "five budgets in an hour": lambda: [
        took("s1", "daily_budget", 5000 + n, 5001 + n, n * 14) for n in range(5)
    ],
    "a quarter more at once": lambda: [took("s1", "daily_budget", 5000, 6250)],
    "a quarter more in steps": lambda: [
        took("s1", "daily_budget", 5000, 5900), took("s1", "daily_budget", 5900, 6250, 300)
    ],
    "less than the least": lambda: [took("s1", "daily_budget", 3050, 2950)],
    "more than the most": lambda: [took("s1", "daily_budget", 6900, 7001)],
    "an ad set left empty": lambda: [
        took(f"a{n}", "status", "ACTIVE", "PAUSED", n) for n in range(3)
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_guard_is_seen(name: str) -> None:
    assert judged([], BROKEN[name]()).violations


def test_just_inside_the_limits_is_fine() -> None:
    writes = [took(f"b{n}", "status", "ACTIVE", "PAUSED", n * 4) for n in range(16)]
    writes += [took("s1", "daily_budget", 5000, 6000, 200), took("s1", "daily_budget", 6000, 7000, 561)]
    assert not judged([], writes).violations


def test_what_a_limit_holds_back_or_a_guard_stops_is_not_lost() -> None:
    crowd = [took(f"b{n}", "status", "ACTIVE", "PAUSED", n) for n in range(15)]
    waiting = judged([wish(f"b{n}", "status", "PAUSED") for n in range(16)], crowd)
    assert waiting.clean and waiting.held == 1
    last = [took(f"a{n}", "status", "ACTIVE", "PAUSED", n) for n in range(2)]
    stopped = judged([wish(f"a{n}", "status", "PAUSED") for n in range(3)], last)
    assert stopped.clean and stopped.stopped == 1
    budgets = [took("s1", "daily_budget", 5000 + 50 * n, 5050 + 50 * n, n) for n in range(4)]
    busy = judged([wish("s1", "budget", 5050 + 50 * n, exact=True) for n in range(5)], budgets)
    assert busy.clean and busy.held == 1


def test_the_journal_is_read_as_the_sandbox_writes_it() -> None:
    one = {"at": BEGAN.isoformat(), "kind": "adset", "entity_id": "s1", "field": "daily_budget"}
    effects: list[dict[str, Any]] = [
        one | {"before": 5000, "after": 5500, "by": by} for by in ("api", "person")
    ]
    requests: list[dict[str, Any]] = [
        {"path": "/meta/v26.0/s1", "fault": f"status=403, error={checker.REFUSAL}"},
        {"path": "/meta/v26.0/s2", "fault": "status=500"},
        {"path": "/meta/v26.0/s3", "fault": None},
    ]
    assert checker.read(effects, requests) == ((took("s1", "daily_budget", 5000, 5500),), frozenset({"s1"}))
