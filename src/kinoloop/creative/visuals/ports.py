"""What pictures need from outside: a service that makes an image or a film, told by an id."""

from pathlib import Path
from typing import Protocol

from kinoloop.creative.visuals.records import VisualOrder, VisualState
from kinoloop.media.watch import Watch


class VisualMaker(Protocol):
    """One generation service.

    Each method raises PassingError, UnavailableError, LimitError (no credit) or InputError.
    """

    @property
    def name(self) -> str: ...

    def submit(self, order: VisualOrder) -> str:
        """Ask for it: one paid call, never repeated here. Gives the service's own id."""
        ...

    def find(self, order: VisualOrder) -> str | None:
        """The id of a task that a lost call for this order made; None when there surely is none.

        Raises PassingError when that cannot be told (yet): the call must not be repeated then.
        """
        ...

    def look(self, external_id: str) -> VisualState:
        """How the task stands now, read from the service."""
        ...

    def cancel(self, external_id: str) -> None:
        """Stop it where the service can; no error when it is over."""
        ...

    def fetch(self, url: str, out: Path, watch: Watch) -> Path:
        """Download a result, whole or not at all. Raises NotFoundError when it has expired."""
        ...
