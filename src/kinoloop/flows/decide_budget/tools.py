"""What the decisions about budgets are given, chosen by the composition root."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy import Connection

from kinoloop.core.clock import Clock
from kinoloop.core.ids import NewId
from kinoloop.delivery.changes.records import Change, Proposal
from kinoloop.learning.decisions.gathering import NO_TRAITS
from kinoloop.learning.decisions.policies import PolicyOf, policy_of
from kinoloop.learning.decisions.records import Traits


def plain(connection: Connection, account_id: str) -> Traits:
    """No creative features are known."""
    return NO_TRAITS


@dataclass(frozen=True)
class DecideTools:
    """`read` gives one consistent view that keeps nobody from writing: looking at an account takes seconds.

    `propose` queues a change (`apply_changes.deciding.propose`). `traits` tells the creative features of
    an account's ads, `policy_of` opens a policy by name. `backoff` seconds pass before a failed step is
    tried again, twice as many before the last time. What was known for a round (67 kB for 50 ads with 60
    days) is dropped after `keep_days`: until then it can be made again to the byte.
    """

    read: Callable[[], AbstractContextManager[Connection]]
    propose: Callable[[Proposal], Change]
    clock: Clock
    new_id: NewId
    traits: Callable[[Connection, str], Traits] = plain
    policy_of: PolicyOf = policy_of
    backoff: float = 20.0
    keep_days: float = 400.0
