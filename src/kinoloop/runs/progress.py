"""How far a run is and how long it may still take; pure, and a board that collects what steps say.

Steps may speak as often as they like: the board keeps the newest word of each run and is written at most
twice a second, for all runs in one transaction.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from kinoloop.runs.records import Json

ENOUGH_SHARE = 0.02
ENOUGH_SECONDS = 1.0


def percent(finished_steps: int, expected_steps: int | None, share: float) -> int:
    """0 to 99 for a run that is not finished. `share` (0 to 1) is how far its current step is.

    Without a number of expected steps the current step stands for the whole.
    """
    inside = min(max(share, 0.0), 1.0)
    whole = inside if not expected_steps else (finished_steps + inside) / expected_steps
    return min(99, max(0, int(whole * 100)))


def seconds_left(done: float, total: float, elapsed: float, later: float | None = 0.0) -> float | None:
    """Seconds until the end, by the step's own speed so far plus `later` for the steps to come.

    None while too little is known: no total, under 2 % done, under a second of work, or `later` unknown.
    """
    if total <= 0 or later is None or elapsed < ENOUGH_SECONDS or done / total < ENOUGH_SHARE:
        return None
    return max(0.0, elapsed * (total - min(done, total)) / done) + later


def usual_seconds(durations: Sequence[float]) -> float | None:
    """The median of what a step took before; None without history."""
    if not durations:
        return None
    ranked = sorted(durations)
    middle = len(ranked) // 2
    return ranked[middle] if len(ranked) % 2 else (ranked[middle - 1] + ranked[middle]) / 2


@dataclass(frozen=True)
class Word:
    """The newest thing a step said."""

    run_id: str
    step_name: str
    done: float
    total: float
    note: str
    finished_steps: int
    expected_steps: int | None

    def as_row(self) -> Json:
        share = self.done / self.total if self.total > 0 else 0.0
        whole = percent(self.finished_steps, self.expected_steps, share)
        words = {"run_id": self.run_id, "step_name": self.step_name, "note": self.note}
        return {**words, "done": self.done, "total": self.total, "percent": whole}


class Board:
    """The newest word of each run, until it is taken away to be written."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._words: dict[str, Word] = {}

    def say(self, word: Word) -> None:
        with self._lock:
            self._words[word.run_id] = word

    def take(self) -> list[Json]:
        """All words said since the last time, as rows for `journal.set_progress`."""
        with self._lock:
            words, self._words = list(self._words.values()), {}
        return [word.as_row() for word in words]

    def forget(self, run_id: str) -> None:
        with self._lock:
            self._words.pop(run_id, None)
