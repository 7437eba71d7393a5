"""What the refreshing of winners is given, chosen by the composition root."""

from dataclasses import dataclass, field

from kinoloop.core.clock import Clock
from kinoloop.learning.winners.library import Library
from kinoloop.learning.winners.records import WinnerSettings


@dataclass(frozen=True)
class WinnerTools:
    """`library` holds the index files; the settings are the thresholds of winning and tiring."""

    clock: Clock
    library: Library
    settings: WinnerSettings = field(default_factory=WinnerSettings)
