"""Clicks and conversions told by somebody with a key, with the fields of the founding documents.

Addresses, user agents and devices are kept and compared only where `consent` is true.
"""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field

from kinoloop.core.currency import currency
from kinoloop.core.errors import InputError
from kinoloop.core.ids import new_id
from kinoloop.learning.attribution.devices import NOWHERE, device_of, fingerprint_hash, networks
from kinoloop.learning.attribution.operations import attribute, track
from kinoloop.learning.attribution.queries import settings as settings_of
from kinoloop.learning.attribution.records import (
    Attribution,
    AttributionSettings,
    Click,
    Conversion,
    Device,
)
from kinoloop.web.api.shapes import Body, Problem
from kinoloop.web.stage import Now, Stage

router = APIRouter(prefix="/api/ml/attribution", tags=["attribution"], responses={422: {"model": Problem}})
Name = Annotated[str, Field(min_length=1, max_length=200)]
Token = Annotated[str, Field(min_length=1, max_length=500)]
Long = Annotated[str, Field(max_length=2_000)]
Money = Annotated[Decimal, Field(ge=0, le=10**12, allow_inf_nan=False)]


class VisitBody(Body):
    """What both kinds of visit may tell. `fingerprint_components`: screen_width, screen_height, timezone,
    timezone_offset, device_type, os, browser; also os_version, language, city, country.
    """

    tenant_id: Name
    fbclid: Token | None = None
    click_id: Token | None = None
    visitor_id: Token | None = None
    ip_address: Annotated[str, Field(max_length=64)] | None = None
    user_agent: Long | None = None
    device_type: Annotated[str, Field(max_length=50)] | None = None
    fingerprint_components: dict[str, Any] | None = Field(None, max_length=40)
    consent: bool = False

    def device(self) -> Device:
        """Raises InputError for what is no address."""
        if self.ip_address is not None and networks(self.ip_address) == NOWHERE:
            raise InputError(
                f"'{self.ip_address}' is no IP address.", fix="Leave it out when it is not known."
            )
        kind = {"device_type": self.device_type} if self.device_type else {}
        return device_of(self.user_agent, {**(self.fingerprint_components or {}), **kind})


class ClickBody(VisitBody):
    """A click on an ad. Its time is now, unless `click_timestamp` tells one that has passed."""

    ad_id: Name
    campaign_id: Name | None = None
    adset_id: Name | None = None
    creative_id: Name | None = None
    gclid: Token | None = None
    landing_page_url: Long | None = None
    referrer_url: Long | None = None
    utm_source: Long | None = None
    utm_medium: Long | None = None
    utm_campaign: Long | None = None
    utm_term: Long | None = None
    utm_content: Long | None = None
    click_timestamp: AwareDatetime | None = None

    def click(self, settings: AttributionSettings, now: datetime) -> Click:
        at, device = self.click_timestamp or now, self.device()
        tags = ("source", "medium", "campaign", "term", "content")
        return Click(
            click_id=self.click_id or new_id(),
            tenant_id=self.tenant_id,
            ad_id=self.ad_id,
            campaign_id=self.campaign_id,
            at=at,
            expires_at=at + settings.window,
            adset_id=self.adset_id,
            creative_id=self.creative_id,
            fbclid=self.fbclid,
            visitor_id=self.visitor_id,
            ip=self.ip_address,
            user_agent=self.user_agent,
            device=device,
            consent=self.consent,
            landing_page=self.landing_page_url,
            utm={tag: told for tag in tags if (told := getattr(self, f"utm_{tag}"))},
            gclid=self.gclid,
            fingerprint_hash=fingerprint_hash(device),
            referrer=self.referrer_url,
        )


class ClickAnswer(BaseModel):
    status: str
    click_id: str
    attribution_window_days: float


class ConversionBody(VisitBody):
    """Somebody became a lead or a customer. `conversion_value`: major units of `currency` (the tenant's)."""

    conversion_id: Name
    conversion_type: Name
    conversion_value: Money
    conversion_timestamp: AwareDatetime
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None
    fingerprint_hash: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    external_id: Name | None = None
    crm_deal_id: Name | None = None
    crm_contact_id: Name | None = None
    crm_stage: Name | None = None
    is_synthetic: bool = False

    def conversion(self, settings: AttributionSettings) -> Conversion:
        money, device = currency(self.currency or settings.currency), self.device()
        return Conversion(
            conversion_id=self.conversion_id,
            tenant_id=self.tenant_id,
            conversion_type=self.conversion_type,
            value=money.minor(self.conversion_value),
            at=self.conversion_timestamp,
            click_id=self.click_id,
            fbclid=self.fbclid,
            visitor_id=self.visitor_id,
            fingerprint_hash=self.fingerprint_hash or fingerprint_hash(device),
            ip=self.ip_address,
            user_agent=self.user_agent,
            device=device,
            consent=self.consent,
            deal_id=self.crm_deal_id,
            contact_id=self.crm_contact_id,
            currency=money.code,
            external_id=self.external_id,
            stage=self.crm_stage,
            is_synthetic=self.is_synthetic,
        )


class CandidateShape(BaseModel):
    click_id: str
    ad_id: str
    probability: float


class LayerShape(BaseModel):
    """`result`: match, ambiguous, no_match or not_attempted. `none`: the chance that no click did it."""

    layer: str
    result: str
    reason: str
    none: float
    candidates: list[CandidateShape]


class CreditShape(BaseModel):
    model: str
    click_id: str
    ad_id: str
    campaign_id: str | None
    share: float


class AttributionAnswer(BaseModel):
    """Under each model the shares and `unattributed` add up to one."""

    success: bool
    conversion_id: str
    attributed_click_id: str | None
    attribution_method: str
    attribution_confidence: float
    attribution_window_hours: int
    reason: str
    ad_id: str | None
    campaign_id: str | None
    unattributed: float
    credits: list[CreditShape]
    layers: list[LayerShape]


@router.post("/track-click", summary="Write down a click on an ad")
def track_click(body: ClickBody, stage: Stage, clock: Now) -> ClickAnswer:
    """The same `click_id` again is the same click. Without one, a new id is given."""
    now = clock.now()
    with stage.begin() as connection:
        settings = settings_of(connection, body.tenant_id)
        kept = track(connection, body.click(settings, now), now=now)
    days = settings.window_days
    return ClickAnswer(status="success", click_id=kept.click_id, attribution_window_days=days)


@router.post("/attribute-conversion", summary="Write down a conversion and find the click that brought it")
def attribute_conversion(body: ConversionBody, stage: Stage, clock: Now) -> AttributionAnswer:
    """The same conversion told again is one conversion; with more told about it, it is looked for anew."""
    with stage.begin() as connection:
        settings = settings_of(connection, body.tenant_id)
        conversion = body.conversion(settings)
        found = attribute(connection, conversion, settings=settings, now=clock.now(), new_id=new_id)
    return answer(found)


def answer(found: Attribution) -> AttributionAnswer:
    return AttributionAnswer(
        success=found.method != "unattributed",
        conversion_id=found.conversion_id,
        attributed_click_id=found.click_id,
        attribution_method=found.method,
        attribution_confidence=found.confidence,
        attribution_window_hours=found.window_hours,
        reason=found.reason,
        ad_id=found.ad_id,
        campaign_id=found.campaign_id,
        unattributed=found.unattributed,
        credits=[CreditShape.model_validate(vars(one)) for one in found.credits],
        layers=[
            LayerShape(
                layer=layer.layer,
                result=found.details["results"][layer.layer],
                reason=layer.reason,
                none=layer.none,
                candidates=[CandidateShape.model_validate(vars(one)) for one in layer.candidates],
            )
            for layer in found.layers
        ],
    )
