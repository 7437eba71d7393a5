"""A new ad from film to click, as it is to stand at the platform. Money is minor units.

Names are ours and unique in the account: an answer that was lost is found again by its name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from kinoloop.core.currency import Minor


@dataclass(frozen=True)
class CampaignDraft:
    """`daily_budget` only when the campaign owns the budget; its ad sets then have none.

    `objective` and `special_ad_categories` are the platform's words (`OUTCOME_LEADS`; `HOUSING`). A platform
    may demand that housing, credit, employment and politics are declared: an empty tuple says "none of them".
    """

    name: str
    objective: str = "OUTCOME_LEADS"
    daily_budget: Minor | None = None
    special_ad_categories: tuple[str, ...] = ()


@dataclass(frozen=True)
class AdSetDraft:
    """`targeting` and `promoted_object` are in the platform's own shape (countries, ages; page or pixel).

    `daily_budget` is None when the campaign owns the budget. `bid` is the most to pay per result, None for
    the lowest cost without a cap. `beneficiary` and `payor` are named by law where the ad is shown in the EU.
    """

    name: str
    targeting: Mapping[str, Any]
    daily_budget: Minor | None = None
    optimization_goal: str = "LEAD_GENERATION"
    billing_event: str = "IMPRESSIONS"
    destination_type: str | None = None
    promoted_object: Mapping[str, Any] | None = None
    bid: Minor | None = None
    start_at: datetime | None = None
    beneficiary: str | None = None
    payor: str | None = None


@dataclass(frozen=True)
class CreativeDraft:
    """What a viewer reads beside the film, and where a click leads.

    `cta` is the platform's word (`SIGN_UP`); `utm` is added to the link by the platform and may hold its
    placeholders (`{{ad.id}}`). `toggles` tells for each enhancement by name whether the platform may apply
    it; one that is not named is refused.
    """

    name: str
    page_id: str
    title: str
    body: str
    link: str
    cta: str = "LEARN_MORE"
    description: str = ""
    instagram_user_id: str | None = None
    utm: Mapping[str, str] = field(default_factory=dict)
    toggles: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class AdDraft:
    """A whole new ad. `film_sha256` is that of the rendered file a person saw and approved."""

    account_id: str
    name: str
    campaign: CampaignDraft
    ad_set: AdSetDraft
    creative: CreativeDraft
    film: Path
    film_sha256: str

    @property
    def upload_name(self) -> str:
        """The film's name at the platform: the same bytes are uploaded once."""
        return f"film {self.film_sha256}"


@dataclass(frozen=True)
class Upload:
    """A film at the platform. It may be used in an ad once it is `ready`; `error` tells why it never will.

    `thumbnail_url` is the platform's own still of it, needed beside a film in an ad; None until there is one.
    """

    video_id: str
    state: Literal["processing", "ready", "failed"]
    thumbnail_url: str | None = None
    error: str | None = None
    raw: dict[str, Any] = field(default_factory=dict, compare=False)
