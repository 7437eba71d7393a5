"""What simple policies share: crediting at face value, and a closing that keeps every guard."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.learning.bandit.policies.rounds import Plan, age_days, cash, close, credited
from kinoloop.learning.bandit.records import BanditSettings, Standing
from tests.learning.bandit.beliefs import LAUNCH, account, results

USUAL = BanditSettings()


def test_a_result_goes_to_the_click_id_or_the_first_layer_that_answers() -> None:
    told = results(
        [(0, 100.0), (-1, 200.0), (-1, 300.0), (-1, 400.0), (2, np.nan)],
        guesses=[(1, 1), (1, 2), (-1, 2), (-1, -1), (-1, -1)],
    )
    view = account([1, 1, 1], outcomes=told)
    assert credited(view).tolist() == [0, 1, 2, -1, 2]
    assert cash(view).tolist() == [100, 200, 300]


def test_age() -> None:
    assert age_days(account([1, 1], launched_at=[24.0, 300.0], hours=240.0)).tolist() == [9, 0]


@given(
    st.lists(st.tuples(st.floats(0, 9), st.booleans(), st.booleans()), min_size=1, max_size=12),
    st.integers(10_000, 100_000),
)
def test_a_closed_round_keeps_its_guards(ads: list[tuple[float, bool, bool]], total: int) -> None:
    standing: list[Standing] = ["off" if off else "running" for _, _, off in ads]
    view = account([1_000] * len(ads), standing=standing, total=total)
    killed = np.array([bad for _, bad, _ in ads])
    plan = Plan(np.array([one[0] for one in ads]), killed, ["why"] * len(ads))
    found = close(view, USUAL, "p 1", 7, plan)
    runs = [line for line in found.decisions if line.standing == "running"]
    assert len(runs) >= min(USUAL.least_running, standing.count("running"))
    assert all(4_000 <= line.budget <= 6_000 or total < 4_000 * len(runs) for line in runs)
    handed = sum(line.budget for line in runs)
    assert handed == min(total, 6_000 * len(runs)) and (found.notes == ()) == (handed == total)
    for line, bad, was in zip(found.decisions, killed, standing, strict=True):
        assert (line.word == "pause") == (line.standing != "running")
        assert (line.standing == "off") == (was == "off")
        assert bad or line.standing != "killed"
        assert line.budget == LAUNCH or line.standing == "running"


def test_the_best_of_the_killed_are_kept_when_too_few_would_run() -> None:
    plan = Plan(np.array([1.0, 3.0, 2.0, 4.0]), np.ones(4, dtype=np.bool_), ["why"] * 4)
    found = close(account([1] * 4), USUAL, "p 1", 7, plan)
    assert [line.standing for line in found.decisions] == ["killed", "running", "running", "running"]
    assert found.notes == ("18000 of 20000 could be handed out.",)
