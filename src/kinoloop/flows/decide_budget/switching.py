"""What a person sets for an account's decisions; another policy is tried before it decides.

Where the log says that it would earn less, or cannot tell, it takes over only by an explicit yes, which is
kept with what the trial had said.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy import Connection

from kinoloop.core.errors import ConflictError
from kinoloop.core.ids import NewId
from kinoloop.delivery.accounts.queries import account as account_of
from kinoloop.learning.decisions import operations, queries
from kinoloop.learning.decisions.policies import policy_of
from kinoloop.learning.decisions.records import DecisionSettings
from kinoloop.learning.decisions.rules.deciding import effective
from kinoloop.learning.trials import operations as trials
from kinoloop.learning.trials.queries import tried
from kinoloop.learning.trials.records import Comparison
from kinoloop.learning.trials.rules.gating import caution, in_words

Door = Callable[[], AbstractContextManager[Connection]]


def try_policy(
    connection: Connection, account_id: str, settings: DecisionSettings, *, now: datetime
) -> Comparison:
    """These settings' policy on the logged days of the account. Raises NotFoundError, InputError."""
    account = account_of(connection, account_id)
    numbers = effective(settings.bandit, account)
    return tried(connection, account, policy_of(settings.policy, numbers, account.currency), now=now)


def set_decisions(
    read: Door,
    begin: Door,
    account_id: str,
    settings: DecisionSettings,
    *,
    who: str,
    now: datetime,
    new_id: NewId,
    reason: str = "",
    yes: bool = False,
) -> DecisionSettings:
    """Keep the settings. With `yes` another policy takes over though its trial does not admit it; `reason`,
    which it then needs, are the person's words for it.

    A trial decides up to ninety days anew, so no transaction that writes is open meanwhile. Raises
    NotFoundError, InputError, and ConflictError for a policy that needs a yes or was switched meanwhile.
    """
    operations.require_usable(settings)
    with read() as connection:
        before = queries.settings(connection, account_id).policy
        told = None
        if settings.policy != before:
            told = try_policy(connection, account_id, settings, now=now)
            _require_admitted(connection, account_id, settings.policy, told, yes and bool(reason.strip()))
    with begin() as connection:
        if told is None:
            return operations.save_settings(connection, account_id, settings, who=who, now=now)
        account_of(connection, account_id, lock=True)
        if queries.settings(connection, account_id).policy != before:
            raise ConflictError("The policy was switched meanwhile.", fix="Look again, and decide anew.")
        made = operations.save_settings(connection, account_id, settings, who=who, now=now, tried=True)
        trials.record_switch(
            connection,
            account_id,
            told,
            before=before,
            after=settings.policy,
            who=who,
            reason=reason,
            now=now,
            new_id=new_id,
        )
    return made


def _require_admitted(
    connection: Connection, account_id: str, policy: str, told: Comparison, yes: bool
) -> None:
    careful = caution(told)
    if careful is not None and not yes:
        name = account_of(connection, account_id).name
        raise ConflictError(
            f"'{policy}' does not decide for {name} yet. {careful}",
            why=in_words(told),
            fix="Keep the policy; or say yes and why, which is kept with what the trial said.",
        )
