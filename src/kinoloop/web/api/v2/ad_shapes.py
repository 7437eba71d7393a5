"""Bodies and answers of the routes about new ads. Money is minor units; what is not known is null."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field, StrictInt

from kinoloop.core.currency import Currency
from kinoloop.delivery.publishing.wishes import TAGS, AdWish, Goal
from kinoloop.web.api.shapes import Body

Text = Annotated[str, Field(max_length=5000)]
Line = Annotated[str, Field(max_length=2000)]
Names = Annotated[list[Line], Field(max_length=60)]
Sha = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="`sha256` of the ad as it was looked at")]


class AdDraftBody(Body):
    """What the ad is to be. `into` joins a campaign or ad set that was made from here, by its id; what is
    asked of a thing that is joined does not count. `allowed` names what the platform may change by itself.
    """

    account_id: Line
    name: Line
    page_id: Line
    title: Line
    body: Text
    link: Line
    cta: Line = "LEARN_MORE"
    description: Line = ""
    tags: Line = TAGS
    allowed: Names = Field(default_factory=list)
    instagram_user_id: Line = ""
    into: Line = ""
    goal: Goal = "traffic"
    pixel_id: Line = ""
    special: Names = Field(default_factory=list)
    campaign: Line = ""
    ad_set: Line = ""
    countries: Names = Field(default_factory=list)
    age_min: StrictInt = 18
    age_max: StrictInt = 65
    daily_budget: Annotated[StrictInt, Field(ge=1, le=10**15, description="Minor units a day")] | None = None
    beneficiary: Line = ""
    payor: Line = ""


class AdBody(Body):
    """`dry` only looks and gives the hash; without it, `sha256` says yes to exactly that."""

    variant_id: Line
    draft: AdDraftBody
    dry: bool = False
    sha256: Sha | None = None
    accept_degraded: bool = False


class LookAnswer(BaseModel):
    """What a yes would cover. `draft` is all that is sent to the platform; `findings` are the remarks on the
    film: with any, a yes needs `accept_degraded`. `most_a_day` is what the platform may spend on one day.
    """

    sha256: str
    account_id: str
    account: str
    currency: str
    currency_offset: int
    draft: dict[str, Any]
    film_url: str
    findings: list[str]
    daily_budget: int | None
    most_a_day: int | None
    charged: str
    joins: str


class StartedAnswer(BaseModel):
    """The run that makes the ad; `GET /api/jobs/{job_id}` tells how far it is."""

    job_id: str
    sha256: str


class MadeAdAnswer(BaseModel):
    """An ad made from here. `status` is how it really stands, as last seen; null before it was seen."""

    ad_id: str
    variant_id: str | None
    name: str
    account_id: str
    status: str | None


class MakingAnswer(BaseModel):
    """A run that makes an ad, or failed to."""

    job_id: str
    variant_id: str
    name: str
    status: str
    created_at: datetime


class AdsAnswer(BaseModel):
    ads: list[MadeAdAnswer]
    runs: list[MakingAnswer]


def wish_of(body: AdDraftBody, currency: Currency) -> AdWish:
    """The wish that a body means, in major units of the account's currency."""
    budget = None if body.daily_budget is None else currency.major(body.daily_budget)
    lists = {name: tuple(getattr(body, name)) for name in ("allowed", "special", "countries")}
    return AdWish(**body.model_dump() | lists | {"daily_budget": budget})
