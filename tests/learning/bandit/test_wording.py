"""What a marketer reads, for every verdict; nothing that is not known is said."""

from dataclasses import replace

import pytest

from kinoloop.core.currency import Currency
from kinoloop.learning.bandit.records import BanditSettings
from kinoloop.learning.bandit.rules.wording import Line, reason

LINE = Line(
    word="keep",
    was="running",
    now="running",
    kept=False,
    protected=False,
    spend=41_200,
    before=1_250,
    budget=1_250,
    mean=2.4,
    low=1.6,
    high=3.5,
    loser=0.03,
    winner=0.2,
    over=0.02,
    marginal=2.1,
    maturity=0.71,
    leads=0,
    coming=0,
    fatigue=0.02,
)
RANGE = "2.40 back per 1 spent (80 % range 1.60 to 3.50)"


def told(line: Line, noun: str | None = "lead") -> str:
    return reason(line, BanditSettings(), noun, Currency("USD").show)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (LINE, f"Keep: expected {RANGE}; 3 % chance that it loses money."),
        (
            replace(LINE, loser=0.87, budget=1_500),
            f"Keep: expected {RANGE}; 87 % chance that it loses money. It gets more only because better ads "
            "may not rise faster.",
        ),
        (
            replace(LINE, word="scale", winner=0.85),
            f"Scale: expected {RANGE}; 85 % chance of over 3.",
        ),
        (
            replace(LINE, word="pause", now="killed", loser=0.94),
            "Paused as a loser: 94 % chance that it loses money, with 71 % of its results in and USD 412.00 "
            "spent. It comes back when that falls below 70 %.",
        ),
        (
            replace(LINE, word="pause", was="killed", now="killed", loser=0.88),
            "Stays paused as a loser: 88 % chance that it loses money. It comes back when that falls below "
            "70 %.",
        ),
        (
            replace(LINE, word="pause", was="killed", now="killed", loser=None),
            "Stays paused as a loser: an unknown chance that it loses money. It comes back when that falls "
            "below 70 %.",
        ),
        (
            replace(LINE, word="pause", now="parked"),
            "Paused, not bad: the next 1 spent earns 2.10 elsewhere; this ad would beat that with 2 % "
            "probability.",
        ),
        (
            replace(LINE, word="pause", now="parked", marginal=None, over=0.001),
            "Paused, not bad: the next 1 spent earns more elsewhere; this ad would beat that with under 1 % "
            "probability.",
        ),
        (
            replace(LINE, was="parked", over=0.35),
            "Back on with USD 12.50 a day: its next 1 spent earns more than elsewhere with 35 % probability. "
            f"Expected {RANGE}.",
        ),
        (
            replace(LINE, kept=True, loser=0.95),
            f"Kept only so that at least 3 ads run: expected {RANGE}; 95 % chance that it loses money.",
        ),
        (
            replace(LINE, word="not_enough_data", protected=True, wait_days=0.4, wait_spend=500),
            "Not enough data: it is too young, or has spent too little, to be judged. An answer takes less "
            f"than a day and about USD 5.00 more. Expected {RANGE}; 3 % chance that it loses money.",
        ),
        (
            replace(LINE, word="not_enough_data", maturity=0.38, loser=0.4, wait_days=3.2, wait_spend=16_000),
            "Not enough data: 38 % of its results are in, and 50 % are needed. An answer takes about 3 days "
            f"and USD 160.00 more. Expected {RANGE}; 40 % chance that it loses money.",
        ),
        (
            replace(LINE, word="not_enough_data", mean=None, low=None, high=None, loser=None),
            "Not enough data: its results are too few to tell. Nothing seen so far says how long an answer "
            "takes. Too little is known of this account to say what it returns.",
        ),
        (
            replace(LINE, word="pause", was="off", now="off", leads=3),
            "Off: it was paused elsewhere, so it is left alone.",
        ),
    ],
)
def test_verdicts(line: Line, sentence: str) -> None:
    assert told(line) == sentence


@pytest.mark.parametrize(
    ("leads", "coming", "noun", "sentence"),
    [
        (14, 6.2, "lead", "14 leads seen; about 6 more are still to come from clicks already paid for."),
        (1, 1.2, "sale", "1 sale seen; about 1 more is still to come from clicks already paid for."),
        (14, 0.3, "sale", "14 sales seen."),
        (0, 2, "lead", "0 leads seen; about 2 more are still to come from clicks already paid for."),
    ],
)
def test_what_is_still_to_come(leads: float, coming: float, noun: str, sentence: str) -> None:
    assert told(replace(LINE, leads=leads, coming=coming), noun).endswith(f"money. {sentence}")


def test_results_that_were_not_counted_are_not_told() -> None:
    assert told(replace(LINE, leads=14, coming=6), None) == told(LINE)


def test_tiredness_is_told_from_ten_percent_on() -> None:
    tired = replace(LINE, fatigue=0.31)
    assert told(tired).endswith(" Its click rate is down 31 % from repeated views.")
    assert told(replace(tired, frequency=2.84)).endswith("from repeated views (frequency 2.8).")
    assert "click rate" not in told(replace(tired, fatigue=0.09))


def test_the_three_strongest_parts_say_why() -> None:
    parts = {
        "account": 3.0,
        "conversions": 0.9,
        "kind_0": 0.4,
        "surrogate": -0.2,
        "price": 0.1,
        "value": 0.01,
        "another": 0.0,
    }
    assert told(replace(LINE, parts=parts)).endswith(
        " Why, against a usual ad here: x2.46 from its own results, x1.49 from creative trait 1, "
        "x0.82 from what its click rate tells."
    )
    assert told(replace(LINE, parts={"another": 0.5})).endswith("x1.65 from another.")
    assert "Why" not in told(replace(LINE, parts={"account": 2.0, "price": 0.04}))
