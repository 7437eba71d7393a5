"""What a change of stage is worth: the founding documents' numbers, and what a table may not say."""

from dataclasses import replace

import pytest

from kinoloop.core.errors import InputError
from kinoloop.learning.revenue.records import StageValue
from kinoloop.learning.revenue.rules import UnknownStageError, check, level, order, stage_name, step, worth
from tests.learning.revenue.business import FITNESS


@pytest.mark.parametrize(
    ("came", "went", "value", "increment", "confidence"),
    [
        (None, "lead", None, 0, 0.10),
        (None, "appointment_scheduled", None, 225_000, 0.60),
        ("appointment_scheduled", "show_up", None, 675_000, 0.85),
        ("show_up", "closed_won", None, 600_000, 1.0),
        ("show_up", "closed_won", 2_000_000, 1_100_000, 1.0),
        ("show_up", "closed_lost", None, -900_000, 1.0),
        ("closed_won", "closed_lost", None, -1_500_000, 1.0),
        ("closed_won", "closed_lost", 2_000_000, -2_000_000, 1.0),
        ("appointmentscheduled", "closedwon", None, 1_275_000, 1.0),
    ],
)
def test_the_documents_numbers(
    came: str | None, went: str, value: int | None, increment: int, confidence: float
) -> None:
    made = step(FITNESS, came, went, value)
    assert (made.increment, made.confidence) == (increment, confidence)


@pytest.mark.parametrize(("came", "went"), [("show_up", "mystery"), ("mystery", "show_up"), (None, "")])
def test_an_unknown_stage_is_refused_and_takes_nothing_away(came: str | None, went: str) -> None:
    with pytest.raises(UnknownStageError, match="Map this stage") as caught:
        step(FITNESS, came, went)
    assert "lead, appointment_scheduled, show_up, closed_won, closed_lost" in caught.value.why


def test_a_step_says_what_happened() -> None:
    told = [
        step(FITNESS, None, "appointment_scheduled").reason,
        step(FITNESS, None, "lead").reason,
        step(FITNESS, "appointment_scheduled", "show_up").reason,
        step(FITNESS, "show_up", "lead").reason,
        step(FITNESS, "lead", "closedlost").reason,
    ]
    assert told == [
        "The deal entered 'appointment_scheduled' (+USD 2,250.00).",
        "The deal entered 'lead' (worth nothing yet).",
        "The deal advanced from 'appointment_scheduled' to 'show_up' (+USD 6,750.00).",
        "The deal fell back from 'show_up' to 'lead' (-USD 9,000.00).",
        "The deal went from 'lead' to 'closed_lost', which changes nothing.",
    ]


def test_a_deal_below_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="less than nothing"):
        step(FITNESS, None, "closed_won", -1)


def test_names_levels_and_order() -> None:
    assert stage_name(FITNESS, "closedwon") == "closed_won"
    assert stage_name(FITNESS, "show_up") == "show_up"
    assert stage_name(FITNESS, "presentationscheduled") is None
    assert level(FITNESS, "show_up") == 900_000
    assert worth(FITNESS, "show_up", 7) == (900_000, 0.85)
    assert order(FITNESS) == ("lead", "appointment_scheduled", "show_up", "closed_won", "closed_lost")


def test_a_table_without_a_lost_stage_still_knows_what_lost_is() -> None:
    shop = replace(
        FITNESS, stages={"purchase": StageValue(6000, 1.0)}, aliases={}, won="purchase", probability=None
    )
    check(shop)
    assert step(shop, "purchase", "closed_lost").increment == -6000
    assert order(shop) == ("purchase", "closed_lost")


def stages(**changed: StageValue) -> dict[str, StageValue]:
    return {**FITNESS.stages, **changed}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"stages": {}}, "It has no stages. The won stage 'closed_won' is not one"),
        ({"stages": stages(lead=StageValue(-1, 0.1))}, "Stage 'lead' is worth -1"),
        ({"stages": stages(lead=StageValue(1, 1.5))}, "Stage 'lead' has a confidence of 1.5"),
        ({"stages": stages(lead=StageValue(1, float("nan")))}, "Stage 'lead' has a confidence of nan"),
        ({"stages": stages(**{" ": StageValue(1, 0.5)})}, "A stage's name has 1 to 200 characters."),
        (
            {"stages": stages(closed_lost=StageValue(5, 1.0))},
            "A lost deal is worth nothing, 'closed_lost' says 5.",
        ),
        ({"tenant_id": " "}, "It does not say whose it is."),
        ({"won": "signed"}, "The won stage 'signed' is not one of its stages."),
        ({"lost": "closed_won"}, "Won and lost are the same stage."),
        ({"aliases": {"x": "nowhere"}}, "'x' is mapped to 'nowhere', which is not one of its stages."),
        ({"aliases": {"lead": "show_up"}}, "'lead' is a stage and cannot be mapped to 'show_up'."),
        ({"probability": {"nowhere": 0.5}}, "The chance of 'nowhere' is given, which is not one"),
        ({"probability": {"lead": 1.2}}, "The chance of winning from 'lead' is 1.2"),
        ({"win_rate": -0.1}, "The win rate is -0.1"),
        ({"avg_deal_value": -1}, "The average deal is -1"),
        ({"sales_cycle_days": float("inf")}, "The sales cycle is inf"),
    ],
)
def test_what_a_table_may_not_say(changes: dict[str, object], why: str) -> None:
    with pytest.raises(InputError) as caught:
        check(replace(FITNESS, **changes))  # type: ignore[arg-type]
    assert why in caught.value.why


def test_the_documents_table_is_right() -> None:
    check(FITNESS)
