"""From a log of one policy to the value of another: right on average, honest, silent on little."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.learning.trials.records import Floats, Gate, Ints, Log
from kinoloop.learning.trials.rules.estimates import compare, effective, ips, snips

RATES = np.array([0.02, 0.05, 0.10, 0.03])
EVEN, BEST, WORST = np.full(4, 0.25), np.array([0.1, 0.2, 0.6, 0.1]), np.array([0.6, 0.2, 0.1, 0.1])
OPEN = Gate(sample=1.0, clusters=2, events=1, slack=9.0)


def logged(rng: np.random.Generator, target: Floats, rows: int = 4_000, chances: Floats = EVEN) -> Log:
    action = rng.choice(4, rows, p=chances)
    reward = rng.binomial(1, RATES[action]).astype(np.float64)
    return Log(reward, np.ones(rows), chances[action], target[action], np.arange(rows))


def picked(log: Log, rows: Ints) -> Log:
    """These rows of a log, in this order."""
    return Log(log.reward[rows], log.size[rows], log.logged[rows], log.target[rows], log.cluster[rows])


@pytest.mark.parametrize("target", [BEST, WORST])
def test_intervals_hold_the_truth_as_often_as_they_say(target: Floats) -> None:
    rng, truth, held = np.random.default_rng(1), float(target @ RATES), 0
    for _ in range(400):
        told = snips(logged(rng, target))
        assert told.value is not None and told.low is not None and told.high is not None
        held += told.low <= truth <= told.high
    assert 0.92 <= held / 400 <= 0.98


def test_plain_weights_are_right_on_average() -> None:
    rng, truth = np.random.default_rng(2), float(BEST @ RATES)
    values = [ips(logged(rng, BEST, 1_000)).value or 0.0 for _ in range(400)]
    assert np.mean(values) == pytest.approx(truth, rel=0.02)


def test_what_was_done_is_told_as_it_was() -> None:
    log = logged(np.random.default_rng(3), EVEN)
    told = compare(log)
    assert told.snips.value == pytest.approx(log.reward.mean()) and told.gain == pytest.approx(0.0)
    assert told.ips.value == told.logged.value and told.snips.sample == pytest.approx(4_000)
    assert told.snips.mean_weight == pytest.approx(1.0) and told.admitted


def test_a_worse_candidate_is_refused_and_a_better_one_admitted() -> None:
    rng = np.random.default_rng(4)
    better, worse = compare(logged(rng, BEST, 20_000)), compare(logged(rng, WORST, 20_000))
    assert better.admitted is True and better.low is not None and better.low > 0
    assert worse.admitted is False and "would be worse" in worse.reason
    assert worse.high is not None and worse.high < 0


@pytest.mark.parametrize(
    ("gate", "words"),
    [
        (Gate(clusters=5_000), "4000 rounds, 5000 are needed"),
        (Gate(sample=9_999), "rows for this candidate, 9999 are needed"),
        (Gate(events=9_999), "had any reward, 9999 are needed"),
    ],
)
def test_little_gets_no_figure(gate: Gate, words: str) -> None:
    told = compare(logged(np.random.default_rng(5), BEST), gate)
    assert told.snips.value is None and told.admitted is None and words in told.reason


def test_what_was_never_tried_is_not_told() -> None:
    """The log tries half of the actions only; the candidate does the rest as well."""
    half = np.array([0.5, 0.5, 0.0, 0.0])
    told = compare(logged(np.random.default_rng(6), EVEN, chances=half))
    assert told.snips.value is None and "does not cover" in told.reason


def test_one_row_that_outweighs_all_is_worth_one() -> None:
    assert effective(np.array([1e9, 1.0, 1.0])) == pytest.approx(1.0)
    assert effective(np.ones(50)) == pytest.approx(50.0) and effective(np.zeros(3)) == 0.0


def test_rows_that_hang_together_count_once() -> None:
    """Every round ten times is no more certain."""
    log = logged(np.random.default_rng(7), BEST, 2_000)
    ten = picked(log, np.repeat(np.arange(2_000), 10))
    once, often = snips(log), snips(ten)
    assert once.value == pytest.approx(often.value) and once.low == pytest.approx(often.low)


@pytest.mark.parametrize("broken", ["logged", "size"])
def test_a_row_without_a_chance_or_a_size_is_a_bug(broken: str) -> None:
    log = logged(np.random.default_rng(8), EVEN, 20)
    values = vars(log) | {broken: np.zeros(20)}
    with pytest.raises(ValueError, match="a chance above zero and a size"):
        snips(Log(**values))


def test_an_empty_log_tells_nothing() -> None:
    nothing = picked(logged(np.random.default_rng(9), EVEN, 5), np.zeros(0, dtype=np.int64))
    assert compare(nothing).admitted is None


@given(st.integers(0, 99), st.floats(0.01, 100))
def test_the_unit_of_size_and_the_order_change_nothing(seed: int, unit: float) -> None:
    log = logged(np.random.default_rng(seed), BEST, 300)
    scaled = Log(log.reward * unit, log.size * unit, log.logged, log.target, log.cluster)
    order = np.random.default_rng(seed).permutation(300)
    turned = picked(log, order)
    told = snips(log, OPEN).value
    if told is not None:
        assert snips(scaled, OPEN).value == pytest.approx(told)
        assert snips(turned, OPEN).value == pytest.approx(told)
