"""Writing down that another policy was put in force, and on what grounds. Nothing here commits."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, insert

from kinoloop.core.ids import NewId
from kinoloop.learning.trials.records import Comparison, PolicySwitch
from kinoloop.learning.trials.rules.gating import in_words
from kinoloop.learning.trials.tables import policy_switches


def record_switch(
    connection: Connection,
    account_id: str,
    told: Comparison,
    *,
    before: str,
    after: str,
    who: str,
    reason: str,
    now: datetime,
    new_id: NewId,
) -> PolicySwitch:
    """Keep who switched, and what the trial had said at that moment."""
    made = PolicySwitch(
        switch_id=new_id(),
        account_id=account_id,
        at=now,
        who=who,
        from_policy=before,
        to_policy=after,
        admitted=told.admitted,
        told=in_words(told),
        reason=reason,
        trial=asdict(told),
    )
    values = {name: value for name, value in vars(made).items() if name != "switch_id"}
    connection.execute(insert(policy_switches).values(id=made.switch_id, **values))
    return made
