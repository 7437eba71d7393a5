"""Writing the CRM: the inbox, what was read of deals and people, and how far. Nothing here commits."""

from kinoloop.learning.crm.operations.deals import (
    forget_contact,
    gone,
    save_contact,
    save_conversion,
    save_deal,
    save_told_stage,
)
from kinoloop.learning.crm.operations.inbox import (
    adopt,
    claim,
    connect_portal,
    failed,
    forget_events,
    handled,
    put_off,
    redo,
    take_in,
)
from kinoloop.learning.crm.operations.syncs import (
    advance,
    begin_sync,
    fail_sync,
    finish_sync,
    report_values,
)
from kinoloop.learning.crm.operations.wishes import settle_wish, wish, wish_failed

__all__ = [
    "adopt",
    "advance",
    "begin_sync",
    "claim",
    "connect_portal",
    "fail_sync",
    "failed",
    "finish_sync",
    "forget_contact",
    "forget_events",
    "gone",
    "handled",
    "put_off",
    "redo",
    "report_values",
    "save_contact",
    "save_conversion",
    "save_deal",
    "save_told_stage",
    "settle_wish",
    "take_in",
    "wish",
    "wish_failed",
]
