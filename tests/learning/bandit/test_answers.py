"""How far fuzzy answers are to be believed."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.learning.bandit.records import Outcomes
from kinoloop.learning.bandit.rules.answers import listed, voting
from tests.learning.bandit.makers import joined, nothing, picked, told

ADS = 8
LUCK = np.full((20_000, 2), 1 / ADS)


def _guessed(count: int, first: float, second: float, organic: float = 0.0, seed: int = 1) -> Outcomes:
    """Results with two independent layers; 60 % of those an ad brought carry a click id."""
    rng = np.random.default_rng(seed)
    ad = np.where(rng.random(count) < organic, -1, rng.integers(0, ADS, count))
    at = np.sort(rng.uniform(0, 500, count))
    guess = rng.integers(0, ADS, (count, 2))
    hit = (rng.random((count, 2)) < [first, second]) & (ad >= 0)[:, None]
    guess = np.where(hit, ad[:, None], guess)
    kept = (rng.random(count) < 0.6) & (ad >= 0)
    made = told(list(ad), list(at), list(at), [5000.0] * count)
    return replace(
        made, by_id=np.where(kept, ad, -1), guess=guess, click_at=np.where(kept, made.click_at, np.nan)
    )


def test_the_overlap_with_click_ids_measures_a_layer() -> None:
    outcomes = _guessed(20_000, 0.7, 0.4)
    outcomes.guess[:, 1] = -1
    answers = listed(outcomes, 0.0, LUCK)
    assert answers.right == pytest.approx([0.7], abs=0.02)
    assert answers.caught == pytest.approx([0.7], abs=0.02)


def test_people_who_came_alone_make_answers_wrong() -> None:
    outcomes = _guessed(20_000, 0.7, 0.4, organic=0.2)
    outcomes.guess[:, 1] = -1
    answers = listed(outcomes, 0.2, LUCK)
    alone = 0.2 / (0.2 + 0.8 * 0.4)
    assert answers.right == pytest.approx([0.7 * (1 - alone)], abs=0.02)
    assert answers.caught == pytest.approx([0.7], abs=0.02)


def test_agreement_counts_for_more_and_only_once() -> None:
    outcomes = _guessed(20_000, 0.7, 0.4)
    answers = listed(outcomes, 0.0, LUCK)
    rows = np.bincount(answers.row)
    assert set(rows[rows > 0]) == {1, 2}
    agreed = answers.kind[np.flatnonzero(rows[answers.row] == 1)[0]]
    assert answers.right[agreed] > 0.92
    assert sorted(answers.right)[0] < 0.3 < sorted(answers.right)[1] < 0.7
    assert answers.caught.sum() <= 1 + 1e-9


def test_without_any_overlap_a_layer_is_right_as_often_as_usual() -> None:
    outcomes = told([-1], [np.nan], [5.0], [100.0])
    outcomes.guess[0, 0] = 2
    answers = listed(outcomes, 0.0, LUCK)
    assert answers.right == pytest.approx([0.6])
    assert answers.ad.tolist() == [2]


def test_answers_with_their_own_probability_are_taken_at_their_word() -> None:
    outcomes = _guessed(3000, 0.7, 0.4)
    outcomes.trust[:, 0] = 0.71
    outcomes.trust[:, 1] = 0.05
    answers = listed(outcomes, 0.0, LUCK)
    free = outcomes.by_id < 0
    sure = answers.kind[answers.ad == outcomes.guess[answers.row, 0]][0]
    assert answers.right[sure] == pytest.approx(0.71)
    assert answers.right[1 - sure] == pytest.approx(0.05)
    assert answers.caught[sure] == pytest.approx(0.71, abs=0.001)
    assert len(np.unique(answers.row)) == free.sum()


@given(st.permutations(range(40)))
def test_the_order_of_results_does_not_matter(order: list[int]) -> None:
    outcomes = _guessed(40, 0.7, 0.4)
    one, other = listed(outcomes, 0.1, LUCK), listed(picked(outcomes, np.array(order)), 0.1, LUCK)
    assert other.right == pytest.approx(one.right)
    assert other.caught == pytest.approx(one.caught)
    weight = np.arange(40.0)
    assert other.table(weight[order], ADS) == pytest.approx(one.table(weight, ADS))


def test_no_layers_and_no_results_are_no_answers() -> None:
    for outcomes in (nothing(), nothing(layers=0), joined(nothing(), told([1], [1.0], [2.0], [3.0]))):
        answers = listed(outcomes, 0.1, LUCK)
        assert len(answers.row) == len(answers.right) == 0
        assert answers.table(np.zeros(len(outcomes)), 3).shape == (3, 0)


def test_layers_with_and_without_their_own_probability_stand_beside_each_other() -> None:
    outcomes = _guessed(3000, 0.7, 0.4)
    outcomes.trust[:, 1] = 0.3
    assert voting(outcomes) == 1
    answers = listed(outcomes, 0.0, LUCK)
    assert set(answers.agreed) == {1}
    alone = listed(replace(outcomes, guess=outcomes.guess[:, :1], trust=outcomes.trust[:, :1]), 0.0, LUCK)
    assert answers.right[-1] == pytest.approx(alone.right[0])
    assert voting(nothing()) == 1
