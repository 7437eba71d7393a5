"""Return on an ad's spend and the step of its budget: the founding documents' numbers."""

import pytest

from kinoloop.core.errors import InputError
from kinoloop.learning.revenue.records import StageChange
from kinoloop.learning.revenue.rules import UnknownStageError, ad_roas, budget_step, combined_confidence
from tests.learning.revenue.business import FITNESS

WAY = (StageChange(None, "appointment_scheduled"), StageChange("appointment_scheduled", "show_up"))


def test_the_documents_ad() -> None:
    found = ad_roas(FITNESS, 100_000, WAY)
    assert (found.pipeline_value, found.roas, found.changes, found.spend) == (900_000, 9.0, 2, 100_000)
    assert found.confidence == pytest.approx(0.7875, abs=1e-12)
    assert found.reason is None


def test_without_spend_there_is_no_return() -> None:
    found = ad_roas(FITNESS, 0, WAY)
    assert (found.roas, found.reason) == (None, "Nothing was spent, so there is no return on it.")


def test_nothing_moved_says_nothing_of_confidence() -> None:
    found = ad_roas(FITNESS, 5, [StageChange(None, "lead")])
    assert (found.roas, found.confidence) == (0.0, None)
    assert found.reason == "No change of stage moved any money."


def test_gains_and_losses_never_give_a_confidence_outside_0_to_1() -> None:
    found = ad_roas(FITNESS, 1, [*WAY, StageChange("show_up", "closed_lost")])
    assert found.pipeline_value == 0
    assert found.confidence == pytest.approx((225_000 * 0.6 + 675_000 * 0.85 + 900_000) / 1_800_000)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(InputError, match="less than nothing"):
        ad_roas(FITNESS, -1, WAY)
    with pytest.raises(UnknownStageError):
        ad_roas(FITNESS, 1, [StageChange(None, "mystery")])


def test_the_documents_budget_step() -> None:
    assert budget_step(900_000, 0.85, 1.0) == pytest.approx(0.14, abs=1e-12)
    assert combined_confidence(0.85, 1.0) == 0.85


@pytest.mark.parametrize(
    ("increment", "stage", "attribution"),
    [
        (225_000, 0.60, 1.0),
        (100_000, 0.85, 1.0),
        (900_000, 0.70, 1.0),
        (900_000, 0.85, 0.60),
        (-900_000, 1.0, 1.0),
    ],
)
def test_what_raises_no_budget(increment: int, stage: float, attribution: float) -> None:
    assert budget_step(increment, stage, attribution) is None


def test_a_step_is_never_more_than_fifteen_percent() -> None:
    assert budget_step(10**12, 1.0, 1.0) == pytest.approx(0.15)
    assert budget_step(1_000_000, 0.75, 0.65) == pytest.approx(0.05 + 0.10 * 1.5 * 0.75 * 0.65)
