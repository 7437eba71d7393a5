"""Limits that make no sense together are named."""

import pytest

from kinoloop.core.errors import InputError
from kinoloop.delivery.accounts.records import GuardSettings
from kinoloop.delivery.accounts.rules import checked


def test_the_defaults_make_sense() -> None:
    assert checked(GuardSettings()) == GuardSettings()
    assert checked(GuardSettings(min_daily_budget=100, max_daily_budget=100)).max_daily_budget == 100


@pytest.mark.parametrize(
    "settings",
    [
        GuardSettings(rate_per_campaign=0),
        GuardSettings(rate_per_account=0),
        GuardSettings(budget_rate=5),
        GuardSettings(budget_rate=0),
        GuardSettings(velocity=0),
        GuardSettings(velocity=1.5),
        GuardSettings(velocity_hours=0),
        GuardSettings(cooldown_minutes=-1),
        GuardSettings(fuzz=-0.1),
        GuardSettings(fuzz=0.5),
        GuardSettings(jitter_ms_min=18_000),
        GuardSettings(min_daily_budget=-1),
        GuardSettings(min_daily_budget=2, max_daily_budget=1),
        GuardSettings(daily_loss_bound=-1),
        GuardSettings(min_active_ads=-1),
    ],
)
def test_others_are_refused_with_what_to_give_instead(settings: GuardSettings) -> None:
    with pytest.raises(InputError) as caught:
        checked(settings)
    assert caught.value.fix.startswith("Give ")
