"""How long work tells of its progress and learns that it should stop."""

from typing import Protocol


class Watch(Protocol):
    """Handed to long work by whoever waits for it."""

    def progress(self, done: float, total: float, note: str = "") -> None:
        """Tell how much is done, in any unit of one's own; cheap enough to call often."""

    def check(self) -> None:
        """Raise CancelledError when the work should stop."""


class SilentWatch:
    """Nobody waits: progress goes nowhere and nothing stops the work."""

    def progress(self, done: float, total: float, note: str = "") -> None:
        return None

    def check(self) -> None:
        return None
