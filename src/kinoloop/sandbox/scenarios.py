"""Whole days as they come: healthy, throttled, flaky, outage."""

from kinoloop.core.errors import InputError
from kinoloop.sandbox.faults import Fault

SCENARIOS: dict[str, list[Fault]] = {
    "healthy": [],
    "throttled": [
        Fault(method="POST", status=429, rate=0.4, headers={"retry-after": "1"}),
        Fault(method="GET", status=429, rate=0.1, headers={"retry-after": "1"}),
    ],
    "flaky": [
        Fault(vendor="kie", method="POST", cut="after", rate=0.05),
        Fault(vendor="replicate", method="POST", cut="after", rate=0.05),
        Fault(status=503, rate=0.1),
        Fault(method="GET", cut="midway", rate=0.05),
        Fault(latency=0.2, rate=0.2),
        Fault(outcome="failed", rate=0.1, error="Prediction interrupted; please retry (code: PA)"),
        Fault(answer="malformed", rate=0.1),
        Fault(duplicate=1, rate=0.3),
        Fault(reorder=True, rate=0.3),
        Fault(lose=True, rate=0.1),
        Fault(vendor="kie", lie=True, rate=0.2),
    ],
    "outage": [Fault(status=503)],
}


def scenario(name: str) -> list[Fault]:
    """The rules of a named day. Raises InputError."""
    try:
        return SCENARIOS[name]
    except KeyError:
        raise InputError(
            f"There is no scenario '{name}'.", fix=f"Choose one of: {', '.join(SCENARIOS)}."
        ) from None
