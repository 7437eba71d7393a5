"""A steady beat over frames whose times are not: which of them to sample."""

from dataclasses import dataclass

_SLACK = 1e-6


@dataclass
class Beat:
    """Samples `per_second` frames a second; after a gap it goes on from there instead of catching up."""

    per_second: float
    _next: float | None = None

    def strikes(self, at: float) -> bool:
        """True when the frame shown at `at` s is to be sampled; it is then taken as sampled."""
        step = 1 / self.per_second
        if self._next is None:
            self._next = at
        if at < self._next - _SLACK:
            return False
        self._next = max(self._next + step, at + step / 2)
        return True
