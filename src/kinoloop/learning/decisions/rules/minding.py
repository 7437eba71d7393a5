"""What would change the verdict on an ad: the policy's own bars, beside where the ad stands. Pure.

Only Kinoloop's own policy has such bars; of another nothing is said.
"""

from kinoloop.learning.bandit.records import BanditSettings
from kinoloop.learning.decisions.records import AdLine, Decision

OWN = "ours"


def changes_mind(line: AdLine, told: Decision) -> str | None:
    """One sentence; None where the policy has no bar that this ad could pass."""
    if told.policy.partition(" ")[0] != OWN:
        return None
    bars = told.settings
    if line.standing == "off":
        return "Somebody else paused it; once it is switched on it is judged again."
    if line.standing == "killed":
        return (
            f"It is looked at again once its chance to lose money falls below {_share(bars.revive_chance)}."
        )
    if line.standing == "parked":
        bar = _share(bars.unpark_chance)
        return f"It comes back once its next 1 spent beats that of the others with over {bar} probability."
    return _pause(line, bars) + ("" if line.word == "scale" else _scale(bars))


def _pause(line: AdLine, bars: BanditSettings) -> str:
    now = [
        f"{_share(share)} {of}"
        for share, of in ((line.chance_loser, "chance"), (line.maturity, "in"))
        if share is not None
    ]
    stands = f" (now {', '.join(now)})" if now else ""
    bar, ripe = _share(bars.kill_chance), _share(bars.maturity)
    return f"It is paused once its chance to lose money reaches {bar} with {ripe} of its results in{stands}."


def _scale(bars: BanditSettings) -> str:
    bar = _share(bars.scale_chance)
    return f" It is scaled once its chance to return over {bars.scale_roas:g} per 1 spent reaches {bar}."


def _share(share: float) -> str:
    return f"{100 * share:.0f} %"
