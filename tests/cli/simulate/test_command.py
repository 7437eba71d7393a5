"""`kinoloop simulate`: what it prints for a person and for a machine, and what it refuses."""

import json

import pytest

from kinoloop.cli.main import ROOMS
from kinoloop.cli.simulate import thompson
from kinoloop.cli.simulate.table import ahead
from tests.cli.conftest import Ask


@pytest.fixture(autouse=True)
def _named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ROOMS, "simulate", ("simulate",))
    monkeypatch.setenv("COLUMNS", "160")


def test_a_person_reads_a_table(ask: Ask) -> None:
    few = ("--seeds", "1-2", "--days", "5", "--jobs", "1")
    answer = ask("simulate", "--setting", "small", "--policy", "seed,equal,oracle", *few)
    told = " ".join(answer.out.split())
    assert answer.code == 0 and "small: ten ads" in told and "5 days, 2 seeds" in told
    rows = [line.split()[0] for line in answer.out.splitlines() if line.strip()]
    assert rows.index("seed") < rows.index("equal") < rows.index("oracle")
    assert "100.0 ± 0.0" in told and "knows every ad's truth" in told
    assert "equal: the same budget for every ad" in told and answer.err == ""


def test_a_machine_reads_json_and_the_same_twice(ask: Ask) -> None:
    asked = ("simulate", "--setting", "b2b", "--policy", "ours,equal", "--seeds", "3", "--days", "2")
    first, again = (ask(*asked, "--json", "--jobs", "1") for _ in range(2))
    assert first.code == 0 and first.out == again.out
    told = json.loads(first.out)
    (place,) = told["settings"]
    assert told["seeds"] == [3] and (place["name"], place["days"], place["ads"]) == ("b2b", 2, 24)
    assert [row["policy"] for row in place["policies"]] == ["ours", "equal"]
    assert {run["policy"] for run in told["runs"]} == {"ours", "equal", "oracle"}
    equal = place["policies"][1]
    assert 0 < equal["revenue"]["mean"] <= 1.1 and equal["revenue"]["low"] is None
    run = next(run for run in told["runs"] if run["policy"] == "equal")
    assert run["profit"] == pytest.approx(run["revenue"] - run["spend"])


def test_comparing_and_changed_markets(ask: Ask) -> None:
    few = ("--seeds", "1,2", "--days", "2", "--jobs", "1", "--policy", "ours,equal")
    compared = ask("simulate", "--compare", *few)
    assert compared.code == 0
    told = " ".join(compared.out.split())
    assert all(f"{name}: ours is" in told for name in ("ecom", "b2b", "fatigue", "small"))
    changed = ask("simulate", "--worlds", "--setting", "b2b-slow,ecom-third", *few)
    told = " ".join(changed.out.split())
    assert changed.code == 0 and "deals close two weeks later" in told
    assert "a third of the budget" in told and "ecom-third: ours is" in told


def test_who_is_not_installed_is_named(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thompson, "find_spec", lambda _: None)
    answer = ask("simulate", "--compare", "--setting", "small", "--seeds", "1", "--days", "2", "--jobs", "1")
    told = " ".join(answer.out.split())
    assert answer.code == 0 and "mabwiser: not compared, because the library is not installed" in told
    assert "beta_ctr" in told and "greedy" in told


@pytest.mark.parametrize(
    "wrong",
    [
        ("--setting", "mars"),
        ("--setting", ","),
        ("--policy", "guess"),
        ("--seeds", "many"),
        ("--days", "1"),
        ("--days", "9999"),
        ("--jobs", "0"),
        ("--compare", "--worlds"),
    ],
)
def test_what_it_refuses(ask: Ask, wrong: tuple[str, ...]) -> None:
    answer = ask("simulate", *wrong, "--json")
    error = json.loads(answer.out)["error"]
    assert answer.code == 2 and error["code"] == "bad_input" and error["fix"]


def test_nothing_is_said_of_ours_where_it_did_not_play() -> None:
    assert list(ahead([], [])) == []
