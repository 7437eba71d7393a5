"""What sound needs from outside: somebody who says a line."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from kinoloop.core.timecode import Seconds
from kinoloop.media.records import Word

Timing = Literal["spoken", "aligned", "estimated"]
"""How word times came about: told by the voice, aligned to the sound, or spread over the speech heard."""


@dataclass(frozen=True)
class Spoken:
    """(n,) float32 mono samples in -1..1 at `rate` Hz, and when each word is said.

    `characters` is what is charged (0 for what was said before); `notes` are plain sentences.
    """

    samples: NDArray[np.float32]
    rate: int
    words: tuple[Word, ...]
    timing: Timing
    voice: str
    characters: int
    notes: tuple[str, ...] = ()

    @property
    def duration(self) -> Seconds:
        return Fraction(len(self.samples), self.rate)


class Voice(Protocol):
    """A voice. `provider` and `model` name its price (`embedded` costs nothing)."""

    @property
    def provider(self) -> str: ...

    @property
    def model(self) -> str: ...

    def say(self, text: str, *, language: str = "en", pace: float = 1.0) -> Spoken:
        """Say one line; `pace` 1.2 is a fifth faster.

        Raises InputError, PassingError, UnavailableError, LimitError.
        """
        ...
