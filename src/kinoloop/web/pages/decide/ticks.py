"""When a schedule comes next, from its own five fields. Pure.

Minutes and hours may be `*`, `*/n` or a number; of a schedule that names days nothing is told.
"""

from datetime import datetime, timedelta

HOURS, MINUTES = 24, 60


def next_tick(cron: str, after: datetime) -> datetime | None:
    """The first instant after `after` (UTC) that the schedule names; None for one that is not understood."""
    fields = cron.split()
    if len(fields) != 5 or fields[2:] != ["*"] * 3:
        return None
    minutes, hours = _values(fields[0], MINUTES), _values(fields[1], HOURS)
    midnight = after.replace(hour=0, minute=0, second=0, microsecond=0)
    times = (
        midnight + timedelta(days=day, hours=hour, minutes=minute)
        for day in (0, 1)
        for hour in hours
        for minute in minutes
    )
    return next((at for at in times if at > after), None)


def _values(field: str, count: int) -> tuple[int, ...]:
    """The numbers below `count` that a field names, in order; none for one that is not understood."""
    if field == "*":
        return tuple(range(count))
    start, _, step = field.partition("/")
    if start == "*" and step.isdigit() and int(step) > 0:
        return tuple(range(0, count, int(step)))
    return (int(field),) if field.isdigit() and int(field) < count else ()
