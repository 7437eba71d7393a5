"""Clicks on ads, conversions of people, and how much of a conversion each click is credited with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from kinoloop.core.currency import Minor

Layer = Literal["url_param", "fingerprint", "probabilistic"]
Method = Literal["url_param", "fingerprint", "probabilistic", "unattributed"]
Model = Literal["first", "last", "linear", "time_decay", "position", "matched"]
MODELS: tuple[Model, ...] = ("first", "last", "linear", "time_decay", "position", "matched")
LAYERS: tuple[Layer, ...] = ("url_param", "fingerprint", "probabilistic")
LONGEST_RETENTION_DAYS = 30.0


@dataclass(frozen=True)
class Device:
    """What a browser tells of itself, first-party and with consent only. Everything may be missing.

    `screen` and `viewport` like `393x852`; `timezone_offset` in minutes as browsers tell it.
    """

    os: str | None = None
    os_version: str | None = None
    browser: str | None = None
    browser_version: str | None = None
    device_type: str | None = None
    screen: str | None = None
    timezone: str | None = None
    language: str | None = None
    city: str | None = None
    country: str | None = None
    timezone_offset: int | None = None
    viewport: str | None = None


@dataclass(frozen=True)
class Click:
    """Somebody followed an ad. `visitor_id` is our own first-party id; `ip`, `user_agent`, `device` and
    `fingerprint_hash` are there only with consent and gone after the retention time. `expires_at` ends the
    window within which an id may still be matched.
    """

    click_id: str
    tenant_id: str
    ad_id: str
    campaign_id: str | None
    at: datetime
    expires_at: datetime
    adset_id: str | None = None
    creative_id: str | None = None
    fbclid: str | None = None
    visitor_id: str | None = None
    ip: str | None = None
    user_agent: str | None = None
    device: Device = Device()
    consent: bool = False
    landing_page: str | None = None
    utm: Mapping[str, str] = field(default_factory=dict)
    gclid: str | None = None
    fingerprint_hash: str | None = None
    referrer: str | None = None


@dataclass(frozen=True)
class Conversion:
    """Somebody became a lead or a customer. `value` in minor units of `currency`."""

    conversion_id: str
    tenant_id: str
    conversion_type: str
    value: Minor
    at: datetime
    click_id: str | None = None
    fbclid: str | None = None
    visitor_id: str | None = None
    fingerprint_hash: str | None = None
    ip: str | None = None
    user_agent: str | None = None
    device: Device = Device()
    consent: bool = False
    deal_id: str | None = None
    contact_id: str | None = None
    currency: str | None = None
    external_id: str | None = None
    stage: str | None = None
    is_synthetic: bool = False
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class AttributionSettings:
    """A tenant's windows and what it knows of its own market.

    `window_days` bounds the age of a click found by an id, `matcher_days` of one found by likeness. Below
    `threshold` a conversion stays unattributed. `organic` is the share of all conversions that follow no
    click, `cross_device` of the others on another device. `hosts` are the sites that the click endpoint may
    send to.
    """

    tenant_id: str
    window_days: float = 7.0
    matcher_days: float = 14.0
    threshold: float = 0.5
    organic: float = 0.20
    cross_device: float = 0.22
    currency: str = "USD"
    hosts: tuple[str, ...] = ()

    @property
    def window(self) -> timedelta:
        return timedelta(days=self.window_days)

    @property
    def matcher_window(self) -> timedelta:
        return timedelta(days=self.matcher_days)

    @property
    def retention(self) -> timedelta:
        """How long address, user agent and device stay: no longer than they can be used, nor than 30 days."""
        return timedelta(days=max(min(self.window_days, LONGEST_RETENTION_DAYS), self.matcher_days))


@dataclass(frozen=True)
class Candidate:
    """A click that may have led to the conversion, with its probability (0 to 1)."""

    click_id: str
    ad_id: str
    campaign_id: str | None
    at: datetime
    probability: float


@dataclass(frozen=True)
class LayerResult:
    """What one layer found, tried or not: for the log. `none` is the probability that no click did it."""

    layer: Layer
    tried: bool
    reason: str
    candidates: tuple[Candidate, ...] = ()
    none: float = 1.0


@dataclass(frozen=True)
class Credit:
    """A part (0 to 1) of one conversion for one click under one model."""

    conversion_id: str
    click_id: str
    ad_id: str
    campaign_id: str | None
    model: Model
    share: float


@dataclass(frozen=True)
class Attribution:
    """The answer for one conversion. Under each model the shares and the unattributed rest add up to one.

    `confidence` is the probability that the named ad did it; `click_id` its likeliest click.
    `details` has each layer's result in a word.
    """

    conversion_id: str
    method: Method
    confidence: float
    click_id: str | None
    ad_id: str | None
    campaign_id: str | None
    reason: str
    window_hours: int
    layers: tuple[LayerResult, ...]
    credits: tuple[Credit, ...]
    unattributed: float
    took_ms: float = 0.0
    details: dict[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class AdCredit:
    """What one ad got under one model: conversions (a sum of shares) and their value in minor units.

    `ad_id` None is the unattributed rest, so that each model adds up to all conversions.
    """

    model: Model
    ad_id: str | None
    campaign_id: str | None
    conversions: float
    value: Minor


@dataclass(frozen=True)
class LogRow:
    """One attempt at one conversion, with what every layer found: `match`, `ambiguous`, `no_match`,
    `not_attempted`.
    """

    log_id: str
    tenant_id: str
    conversion_id: str
    attempt_number: int
    layer_1_result: str
    layer_2_result: str
    layer_3_result: str
    final_method: Method
    final_confidence: float
    success: bool
    processing_time_ms: float
    at: datetime
    layers: tuple[LayerResult, ...]
