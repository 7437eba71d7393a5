"""Which limits there are, and what a list of past times says about one. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Limit:
    """So many times within any stretch of `within`. `what` is said to whoever reaches it."""

    name: str
    most: int
    within: timedelta
    what: str


UPLOAD = Limit("upload", 10, MINUTE, "uploads")
GENERATE = Limit("generate", 5, MINUTE, "new videos")
LOOK = Limit("look", 30, MINUTE, "looks at a job")
APPROVE = Limit("approve", 5, MINUTE, "approvals")
RENDER = Limit("render", 2, MINUTE, "renders")
REFINE = Limit("refine", 3, MINUTE, "refinements")
LOGIN = Limit("login", 10, timedelta(minutes=10), "failed logins from your address")
LOGINS = Limit("logins", 100, timedelta(minutes=10), "failed logins")


def counted(hits: Sequence[float], limit: Limit, now: datetime) -> list[float]:
    """The times (Unix seconds) that still count at `now`, oldest first."""
    since = now.timestamp() - limit.within.total_seconds()
    return sorted(at for at in hits if at > since)


def wait_seconds(hits: Sequence[float], limit: Limit, now: datetime) -> int:
    """Whole seconds until one more is allowed, 0 when it is allowed now."""
    recent = counted(hits, limit, now)
    if len(recent) < limit.most:
        return 0
    left = recent[-limit.most] + limit.within.total_seconds() - now.timestamp()
    return max(1, int(left) + (left > int(left)))
