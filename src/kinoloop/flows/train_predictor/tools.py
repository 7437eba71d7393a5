"""What the daily training is given, chosen by the composition root."""

from dataclasses import dataclass, field

from kinoloop.core.clock import Clock
from kinoloop.core.ids import NewId
from kinoloop.registry.models.records import TrialSettings


@dataclass(frozen=True)
class TrainTools:
    """A prediction is held against the `mature_days` after it, once `settle_days` more have passed: platforms
    restate. A trial that tells nothing within `trial_days` is over.
    """

    clock: Clock
    new_id: NewId
    settings: TrialSettings = field(default_factory=TrialSettings)
    mature_days: int = 7
    settle_days: int = 2
    trial_days: int = 90
