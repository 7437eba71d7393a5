"""Attribution's records as rows, and rows as records."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from kinoloop.learning.attribution.devices import networks
from kinoloop.learning.attribution.records import (
    LAYERS,
    Attribution,
    AttributionSettings,
    Candidate,
    Click,
    Conversion,
    Credit,
    Device,
    LayerResult,
    LogRow,
)

UTM = ("source", "medium", "campaign", "term", "content")
_PLAIN = (
    "os",
    "os_version",
    "browser",
    "browser_version",
    "device_type",
    "timezone",
    "timezone_offset",
    "language",
)
PERSONAL_OF_CLICK = (
    *("fingerprint_hash", "fingerprint_components", "ip_address", "ip_country", "ip_city", "user_agent"),
    *_PLAIN,
    *("screen_width", "screen_height", "viewport_width", "viewport_height", "ip_home", "ip_near", "ip_wide"),
)
"""What is dropped when its time is over; visitor and click ids stay."""
PERSONAL_OF_CONVERSION = ("ip_address", "user_agent", "device_type", "device", "conversion_fingerprint_hash")


def click_row(click: Click, *, row_id: str, now: datetime) -> dict[str, Any]:
    device, network = click.device, networks(click.ip)
    told = {name: value for name, value in asdict(device).items() if value is not None}
    width, height = _sides(device.screen)
    inner_width, inner_height = _sides(device.viewport)
    return {
        **{name: getattr(device, name) for name in _PLAIN},
        **{f"utm_{name}": click.utm.get(name) for name in UTM},
        "id": row_id,
        "click_id": click.click_id,
        "fbclid": click.fbclid,
        "gclid": click.gclid,
        "tenant_id": click.tenant_id,
        "campaign_id": click.campaign_id,
        "adset_id": click.adset_id,
        "ad_id": click.ad_id,
        "creative_id": click.creative_id,
        "fingerprint_hash": click.fingerprint_hash,
        "fingerprint_components": told or None,
        "ip_address": click.ip,
        "ip_country": device.country,
        "ip_city": device.city,
        "user_agent": click.user_agent,
        "screen_width": width,
        "screen_height": height,
        "viewport_width": inner_width,
        "viewport_height": inner_height,
        "landing_page_url": click.landing_page,
        "referrer_url": click.referrer,
        "click_timestamp": click.at,
        "expires_at": click.expires_at,
        "is_valid": True,
        "created_at": now,
        "visitor_id": click.visitor_id,
        "consent": click.consent,
        "ip_home": network.home,
        "ip_near": network.near,
        "ip_wide": network.wide,
    }


def _sides(size: str | None) -> tuple[int | None, int | None]:
    width, _, height = (size or "").partition("x")
    return (int(width), int(height)) if width.isdigit() and height.isdigit() else (None, None)


def _size(width: int | None, height: int | None) -> str | None:
    return None if width is None or height is None else f"{width}x{height}"


def read_click(row: Row[Any]) -> Click:
    device = Device(
        **{name: row._mapping[name] for name in _PLAIN},
        screen=_size(row.screen_width, row.screen_height),
        viewport=_size(row.viewport_width, row.viewport_height),
        city=row.ip_city,
        country=row.ip_country,
    )
    return Click(
        click_id=row.click_id,
        tenant_id=row.tenant_id,
        ad_id=row.ad_id,
        campaign_id=row.campaign_id,
        at=row.click_timestamp,
        expires_at=row.expires_at,
        adset_id=row.adset_id,
        creative_id=row.creative_id,
        fbclid=row.fbclid,
        visitor_id=row.visitor_id,
        ip=row.ip_address,
        user_agent=row.user_agent,
        device=device,
        consent=row.consent,
        landing_page=row.landing_page_url,
        utm={name: told for name in UTM if (told := row._mapping[f"utm_{name}"])},
        gclid=row.gclid,
        fingerprint_hash=row.fingerprint_hash,
        referrer=row.referrer_url,
    )


def conversion_row(conversion: Conversion) -> dict[str, Any]:
    """What was told of a conversion; what was found is added by `found_row`."""
    device = {name: value for name, value in asdict(conversion.device).items() if value is not None}
    return {
        "conversion_id": conversion.conversion_id,
        "external_id": conversion.external_id,
        "tenant_id": conversion.tenant_id,
        "conversion_type": conversion.conversion_type,
        "conversion_value": conversion.value,
        "currency": conversion.currency,
        "is_synthetic": conversion.is_synthetic,
        "crm_deal_id": conversion.deal_id,
        "crm_contact_id": conversion.contact_id,
        "crm_stage": conversion.stage,
        "conversion_fingerprint_hash": conversion.fingerprint_hash,
        "ip_address": conversion.ip,
        "user_agent": conversion.user_agent,
        "device_type": conversion.device.device_type,
        "conversion_timestamp": conversion.at,
        "raw_data": dict(conversion.raw),
        "click_id": conversion.click_id,
        "fbclid": conversion.fbclid,
        "visitor_id": conversion.visitor_id,
        "device": device or None,
        "consent": conversion.consent,
    }


def found_row(found: Attribution) -> dict[str, Any]:
    """What attribution adds to a conversion's row."""
    by_name = {layer.layer: layer for layer in found.layers}
    prints = by_name["fingerprint"].candidates
    return {
        "attributed_click_id": found.click_id,
        "attributed_ad_id": found.ad_id,
        "attributed_campaign_id": found.campaign_id,
        "attribution_method": found.method,
        "attribution_confidence": found.confidence,
        "attribution_window_hours": found.window_hours,
        "fingerprint_match_score": max(one.probability for one in prints) if prints else None,
        "probabilistic_candidates": [_told(one) for one in by_name["probabilistic"].candidates],
        "reason": found.reason,
        "unattributed": found.unattributed,
    }


def read_conversion(row: Row[Any]) -> Conversion:
    return Conversion(
        conversion_id=row.conversion_id,
        tenant_id=row.tenant_id,
        conversion_type=row.conversion_type,
        value=row.conversion_value,
        at=row.conversion_timestamp,
        click_id=row.click_id,
        fbclid=row.fbclid,
        visitor_id=row.visitor_id,
        fingerprint_hash=row.conversion_fingerprint_hash,
        ip=row.ip_address,
        user_agent=row.user_agent,
        device=Device(**(row.device or {})),
        consent=row.consent,
        deal_id=row.crm_deal_id,
        contact_id=row.crm_contact_id,
        currency=row.currency,
        external_id=row.external_id,
        stage=row.crm_stage,
        is_synthetic=row.is_synthetic,
        raw=row.raw_data,
    )


def read_attribution(row: Row[Any], log: LogRow, credits_: Sequence[Credit]) -> Attribution:
    """The answer as it was stored, with its last attempt's layers."""
    results = (log.layer_1_result, log.layer_2_result, log.layer_3_result)
    return Attribution(
        conversion_id=row.conversion_id,
        method=row.attribution_method,
        confidence=row.attribution_confidence,
        click_id=row.attributed_click_id,
        ad_id=row.attributed_ad_id,
        campaign_id=row.attributed_campaign_id,
        reason=row.reason,
        window_hours=row.attribution_window_hours,
        layers=log.layers,
        credits=tuple(credits_),
        unattributed=row.unattributed,
        took_ms=log.processing_time_ms,
        details={"results": dict(zip(LAYERS, results, strict=True)), "attempts": log.attempt_number},
    )


def log_row(
    told: Conversion, found: Attribution, *, log_id: str, number: int, now: datetime
) -> dict[str, Any]:
    """One attempt, with what each layer found."""
    results = found.details["results"]
    return {
        "id": log_id,
        "tenant_id": told.tenant_id,
        "conversion_id": told.conversion_id,
        "attempt_number": number,
        "layer_1_result": results["url_param"],
        "layer_2_result": results["fingerprint"],
        "layer_3_result": results["probabilistic"],
        "final_method": found.method,
        "final_confidence": found.confidence,
        "success": found.method != "unattributed",
        "processing_time_ms": found.took_ms,
        "created_at": now,
        "layers": told_layers(found.layers),
    }


def told_layers(layers: Sequence[LayerResult]) -> list[dict[str, Any]]:
    """The layers as JSON."""
    return [
        {
            "layer": layer.layer,
            "tried": layer.tried,
            "reason": layer.reason,
            "none": layer.none,
            "candidates": [_told(one) for one in layer.candidates],
        }
        for layer in layers
    ]


def _told(one: Candidate) -> dict[str, Any]:
    return asdict(one) | {"at": one.at.isoformat()}


def read_log(row: Row[Any]) -> LogRow:
    values = {field.name: row._mapping[field.name] for field in fields(LogRow) if field.name in row._mapping}
    layers = tuple(_read_layer(told) for told in row.layers)
    return LogRow(**values | {"log_id": row.id, "at": row.created_at, "layers": layers})


def _read_layer(told: Mapping[str, Any]) -> LayerResult:
    candidates = tuple(
        Candidate(**one | {"at": datetime.fromisoformat(one["at"])}) for one in told["candidates"]
    )
    return LayerResult(told["layer"], told["tried"], told["reason"], candidates, told["none"])


def read_settings(row: Row[Any]) -> AttributionSettings:
    names = [field.name for field in fields(AttributionSettings)]
    return AttributionSettings(**{name: row._mapping[name] for name in names} | {"hosts": tuple(row.hosts)})
