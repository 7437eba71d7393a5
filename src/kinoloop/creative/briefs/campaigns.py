"""Whom ads are for, and what they are to reach together."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from kinoloop.creative.briefs.records import Brief

CampaignStatus = Literal["draft", "active", "archived"]
HOUSE = "house"
"""The client that is always there."""


@dataclass(frozen=True)
class Client:
    """Somebody whose ads are made here."""

    client_id: str
    name: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class Campaign:
    """Ads with one goal. `brief` is what each of them starts from, or None."""

    campaign_id: str
    client_id: str
    name: str
    goal: str
    status: CampaignStatus
    product_url: str | None
    brief: Brief | None
    created_at: datetime
    updated_at: datetime
