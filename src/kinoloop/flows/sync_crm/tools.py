"""What the journeys with the CRM are given, chosen by the composition root."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection

from kinoloop.core.clock import Clock
from kinoloop.core.errors import KinoloopError, PassingError, UnavailableError
from kinoloop.core.ids import NewId
from kinoloop.learning.crm.ports import Crm
from kinoloop.learning.crm.records import BudgetWish, CrmEvent

Begin = Callable[[], AbstractContextManager[Connection]]
"""One transaction, committed at the end of the block."""
Propose = Callable[[BudgetWish], str]
"""Proposes the raise and gives the change's id; the same wish again gives the same change."""
Verify = Callable[[str, str, Mapping[str, str], bytes, datetime], None]
"""(method, raw query, headers, raw body, now): raises CallbackRefusedError unless it is from the CRM."""


class ReadDelivery(Protocol):
    """Turns a delivery's body into events. Never raises for what it holds."""

    def __call__(self, body: bytes, *, delivery_id: str, received_at: datetime) -> tuple[CrmEvent, ...]: ...


class StartRun(Protocol):
    """Queues a run when the connection's transaction commits; once per id."""

    def __call__(self, flow: str, payload: dict[str, Any], *, run_id: str, connection: Connection) -> str: ...


@dataclass(frozen=True)
class CrmTools:
    """`crm_for` gives a tenant's CRM, None where there is no key for it: then only its events tell.

    Without `propose` budget wishes are written down and stay open.
    """

    begin: Begin
    crm_for: Callable[[str], Crm | None]
    clock: Clock
    new_id: NewId
    propose: Propose | None = None


def is_passing(error: Exception) -> bool:
    """Whether it may go well later without anybody changing what was asked for."""
    return isinstance(error, PassingError | UnavailableError) or not isinstance(error, KinoloopError)


def told_wait(error: Exception) -> float | None:
    """The seconds that the other side asked to wait."""
    wait = getattr(error, "wait", None)
    return float(wait) if isinstance(wait, int | float) else None


def said(error: Exception) -> str:
    """A failure in one line."""
    return str(error) if isinstance(error, KinoloopError) else f"{type(error).__name__}: {error}"
