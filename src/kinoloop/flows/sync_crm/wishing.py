"""A deal rose and an ad is credited: its budget may be raised (the seed's rule). Asked for once per rise.

A wish is written with the ledger and handed on after it; guards and a person decide what comes of it.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from kinoloop.core.currency import Currency
from kinoloop.core.errors import KinoloopError, NotFoundError
from kinoloop.core.ids import hash_json
from kinoloop.core.text import label
from kinoloop.delivery.accounts import queries as accounts
from kinoloop.flows.sync_crm.tools import CrmTools, is_passing, said
from kinoloop.learning.crm import operations as crm
from kinoloop.learning.crm import queries
from kinoloop.learning.crm.records import BudgetWish, CrmConversion
from kinoloop.learning.crm.rules import highs
from kinoloop.learning.revenue.queries import lines
from kinoloop.learning.revenue.records import BudgetTrigger, LedgerLine
from kinoloop.learning.revenue.rules import budget_step

FRESH = timedelta(hours=24)
"""An older move is history: a first sync of years of deals must not raise a single budget."""
PAGE = 50
FOUND_BY = {
    "url_param": "by the click's id",
    "fingerprint": "by the same device",
    "probabilistic": "by likeness",
}
"""How the click was found, as the pages of deals say it."""


def wish_for(
    connection: Connection,
    tenant_id: str,
    deal_id: str,
    credited: CrmConversion,
    currency: Currency,
    *,
    now: datetime,
) -> int:
    """Write down the wishes that the deal's fresh rises call for; gives how many are new.

    A rise is counted over the highest level before it: a deal moved to and fro does not rise again.
    """
    campaign_id = credited.campaign_id or _campaign_of(connection, credited.ad_id)
    if campaign_id is None:
        return 0
    brought = who_brought(connection, credited.ad_id, campaign_id)
    told, made = lines(connection, tenant_id, deal_id), 0
    for line, rise in zip(told, highs([line.level for line in told]), strict=True):
        step = budget_step(rise, line.confidence, credited.confidence, trigger(currency))
        if step is not None and now - line.at <= FRESH:
            reason = reason_for(line, rise, brought, credited, currency)
            wanted = _wish(line, rise, step, credited, campaign_id, reason, now)
            made += crm.wish(connection, wanted)
    return made


def _campaign_of(connection: Connection, ad_id: str | None) -> str | None:
    """By the mirror, for a click that told its ad alone."""
    try:
        return None if ad_id is None else accounts.entity(connection, ad_id).campaign_id
    except NotFoundError:
        return None


def who_brought(connection: Connection, ad_id: str | None, campaign_id: str) -> str:
    """The credited ad by its name; by its id where no mirrored account has it."""
    what, entity_id = ("campaign", campaign_id) if ad_id is None else ("ad", ad_id)
    try:
        return f"{what} \u201c{accounts.entity(connection, entity_id).name}\u201d"
    except NotFoundError:
        return f"{what} {entity_id}"


def reason_for(line: LedgerLine, rise: int, brought: str, credited: CrmConversion, currency: Currency) -> str:
    """The rise and who is credited with it, in the words of people."""
    return (
        f"Deal {line.deal_id} reached \u201c{label(line.stage_to)}\u201d, {currency.show(rise)} more than"
        f" ever before; it is credited to {brought} with {credited.confidence:.0%} confidence,"
        f" {FOUND_BY.get(credited.method, credited.method)}."
    )


def trigger(currency: Currency) -> BudgetTrigger:
    """The seed's 1,000 and 10,000, in this currency's minor units."""
    return BudgetTrigger(least_increment=1_000 * currency.offset, full_increment=10_000 * currency.offset)


def hand_on(tools: CrmTools) -> dict[str, int]:
    """Propose every wish that is due; gives how many were proposed, refused, and failed for now."""
    counts = {"proposed": 0, "refused": 0, "waiting": 0}
    if tools.propose is None:
        return counts
    while True:
        now = tools.clock.now()
        with tools.begin() as connection:
            due = queries.wishes(connection, states=("open",), due_at=now, limit=PAGE)
        for one in due:
            counts[_propose(tools, one, now)] += 1
        if len(due) < PAGE:
            return counts


def _propose(tools: CrmTools, wanted: BudgetWish, now: datetime) -> str:
    assert tools.propose is not None
    try:
        change_id = tools.propose(wanted)
    except KinoloopError as error:
        with tools.begin() as connection:
            if is_passing(error):
                crm.wish_failed(connection, wanted, said(error), now=now)
                return "waiting"
            crm.settle_wish(connection, wanted.wish_id, "refused", said(error), now=now)
        return "refused"
    with tools.begin() as connection:
        crm.settle_wish(connection, wanted.wish_id, "proposed", change_id, now=now)
    return "proposed"


def _wish(
    line: LedgerLine,
    rise: int,
    step: float,
    credited: CrmConversion,
    campaign_id: str,
    reason: str,
    now: datetime,
) -> BudgetWish:
    key = hash_json(["crm", line.tenant_id, line.deal_id, line.stage_to, line.at.isoformat()])
    return BudgetWish(
        wish_id=key,
        tenant_id=line.tenant_id,
        deal_id=line.deal_id,
        stage=line.stage_to,
        at=line.at,
        increment=rise,
        stage_confidence=line.confidence,
        attribution_confidence=credited.confidence,
        step=step,
        ad_id=credited.ad_id,
        campaign_id=campaign_id,
        reason=reason,
        created_at=now,
    )
