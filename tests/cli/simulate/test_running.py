"""Games over seeds: names are checked, order and processes change nothing."""

import pytest

from kinoloop.cli.simulate import policies, running, thompson
from kinoloop.cli.simulate.running import Task, planned, run_all, run_task, seeds_named, settings_named
from kinoloop.core.errors import InputError, UnavailableError


@pytest.mark.parametrize(
    ("text", "seeds"),
    [("7", [7]), ("3-5", [3, 4, 5]), ("1, 2,5-7", [1, 2, 5, 6, 7]), ("4,4,3-4", [4, 3]), ("0", [0])],
)
def test_seeds_are_read(text: str, seeds: list[int]) -> None:
    assert seeds_named(text) == seeds


@pytest.mark.parametrize("text", ["", "a", "3-", "-3", "5-3", "1,,2", "0-1000000", "1.5", "²"])
def test_what_names_no_seeds(text: str) -> None:
    with pytest.raises(InputError, match="seeds"):
        seeds_named(text)


def test_names_are_checked() -> None:
    assert settings_named(["ecom", "b2b-slow", "ecom"]) == ["ecom", "b2b-slow"]
    assert policies.named(["ours", "oracle", "ours"]) == ["ours", "oracle"]
    for bad in (["mars"], []):
        with pytest.raises(InputError):
            settings_named(bad)
        with pytest.raises(InputError):
            policies.named(bad)


def test_everybody_is_measured_by_the_clairvoyant() -> None:
    tasks = planned(["ecom"], ["equal"], [1, 2], 3)
    assert [task.policy for task in tasks] == ["equal", "oracle"] * 2
    assert [task.policy for task in planned(["ecom"], ["oracle"], [1], None)] == ["oracle"]


@pytest.mark.parametrize("name", [*policies.POLICIES, policies.ORACLE])
def test_every_policy_plays_and_repeats_itself(name: str) -> None:
    if name == thompson.NAME:
        pytest.importorskip("mabwiser")
    first, again = (run_task(Task("ecom", name, 1, 4)) for _ in range(2))
    assert first == again
    assert 0.6 < first.score.spend / (4 * 150_000) < 1.1 and first.score.revenue > 0
    assert bool(first.said.intervals) == (name == "ours") and policies.described(name)
    if name not in {thompson.NAME, "ours"}:
        assert first.score.refused == 0


def test_processes_change_nothing() -> None:
    tasks = planned(["small"], ["equal"], [1, 2], 2)
    alone = list(run_all(tasks, 1))
    together = sorted(run_all(tasks, 2), key=lambda result: tasks.index(result.task))
    assert alone == together and len(alone) == 4


def test_the_library_to_compare_with_may_be_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thompson, "find_spec", lambda _: None)
    assert thompson.NAME not in policies.compared() and "ours" in policies.compared()
    with pytest.raises(UnavailableError, match="MABWiser"):
        policies.named([thompson.NAME])


def test_the_limit_is_said() -> None:
    with pytest.raises(InputError, match=str(running.MOST_SEEDS)):
        seeds_named(f"0-{running.MOST_SEEDS}")
