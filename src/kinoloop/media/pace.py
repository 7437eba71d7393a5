"""The beat of a stream, told from its packets without decoding: its ends, count, steady or variable."""

from array import array
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from av.packet import Packet
from numpy.typing import NDArray

from kinoloop.core.timecode import Seconds

STEADY_SHARE = 0.01
"""Share of frame steps that may differ from the usual one before the rate counts as variable."""
STEP_SLACK = Fraction(1, 500)
"""Containers that count in milliseconds round each time; a step may differ by this much."""


@dataclass
class Pace:
    """Collects packet times of one stream, in ticks of `time_base`."""

    time_base: Fraction
    ticks: "array[int]" = field(default_factory=lambda: array("q"))
    packets: int = 0
    end: int | None = None

    def add(self, packet: "Packet[Any]") -> None:
        if packet.size == 0 or packet.is_discard:
            return
        self.packets += 1
        tick = packet.pts if packet.pts is not None else packet.dts
        if tick is None:
            return
        self.ticks.append(tick)
        last = tick + (packet.duration or 0)
        self.end = last if self.end is None else max(self.end, last)

    def first(self) -> Seconds | None:
        return min(self.ticks) * self.time_base if self.ticks else None

    def last(self) -> Seconds | None:
        """End of the last packet; where packets carry no duration, one usual step after it began."""
        if self.end is None:
            return None
        begun = max(self.ticks)
        step = 0 if self.end > begun else round(self._usual_step())
        return (self.end + step) * self.time_base

    def variable(self) -> bool:
        """True when more than 1 % of the steps differ from the usual one by over 2 ms and over 10 %."""
        steps = self._steps()
        if steps.size < 2:
            return False
        usual = float(np.median(steps))
        slack = max(float(STEP_SLACK / self.time_base), 0.1 * usual, 1.0)
        return bool(np.mean(np.abs(steps - usual) > slack) > STEADY_SHARE)

    def _usual_step(self) -> float:
        steps = self._steps()
        return float(np.median(steps)) if steps.size else 0.0

    def _steps(self) -> NDArray[np.int64]:
        order = np.sort(np.frombuffer(self.ticks, np.int64))
        return order[1:] - order[:-1]
