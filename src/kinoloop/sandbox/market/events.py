"""What happens to single people in the market, in time order: plain values for a CRM, a web site, a matcher.

Fields named `true_` are the hidden truth: they serve to score an answer and never appear on a vendor's wire.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Clicked:
    """Somebody followed an ad. `fbclid` is None where it was stripped on the way to the landing page."""

    click_id: str
    at: datetime
    ad_id: str
    fbclid: str | None
    ios: bool


@dataclass(frozen=True)
class ContactCreated:
    """Somebody left a name. `fbclid` is None where the form never learnt it, or nobody clicked."""

    contact_id: str
    at: datetime
    fbclid: str | None
    ios: bool
    true_click_id: str | None
    true_ad_id: str | None


@dataclass(frozen=True)
class DealCreated:
    """A deal in its first stage. `amount` is what the seller hopes for, minor units, None when nothing is
    known.
    """

    deal_id: str
    at: datetime
    contact_id: str
    stage: str
    amount: int | None


@dataclass(frozen=True)
class StageMoved:
    """A deal enters a stage. `amount` is minor units; of a won deal it is the true value, else None."""

    deal_id: str
    at: datetime
    contact_id: str
    stage: str
    amount: int | None


Event = Clicked | ContactCreated | DealCreated | StageMoved
