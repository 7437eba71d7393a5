"""What a request at the click endpoint says: which click it is, whether a person sent it, where it may go."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from kinoloop.core.errors import ForbiddenError, InputError
from kinoloop.core.ids import new_id
from kinoloop.learning.attribution.devices import NOWHERE, device_of, fingerprint_hash, networks
from kinoloop.learning.attribution.records import AttributionSettings, Click

CLICK_FIELD = "kinoloop_click"
"""The part of the landing page's address that tells the click's id, for its forms to hand on."""
PASSED_ON = re.compile(r"utm_(source|medium|campaign|term|content)|fbclid|gclid")
NUMBERS = ("screen_width", "screen_height", "viewport_width", "viewport_height", "timezone_offset")
LONGEST = 1_000
_MACHINE = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|facebookexternalhit|facebot|preview|monitor|headless"
    r"|^(curl|wget|python|go-http|java|okhttp|node)",
    re.IGNORECASE,
)
_AHEAD = re.compile(r"prefetch|prerender|preview", re.IGNORECASE)
_AHEAD_HEADERS = ("purpose", "sec-purpose", "x-purpose", "x-moz")


@dataclass(frozen=True)
class Told:
    """The fields of one request; longer values than LONGEST are cut."""

    ad_id: str
    fields: Mapping[str, str]

    @property
    def consent(self) -> bool:
        """Only a plain yes is one."""
        return self.fields.get("consent") in {"1", "true", "yes"}

    def get(self, name: str) -> str | None:
        return self.fields.get(name, "")[:LONGEST] or None


def form_fields(body: bytes) -> dict[str, str]:
    """Raises InputError for what is no form."""
    try:
        return dict(parse_qsl(body.decode(), max_num_fields=60))
    except ValueError as error:
        raise InputError(
            "The body is no form.", why=str(error), fix="Send a form or a flat object."
        ) from error


def is_person(method: str, headers: Mapping[str, str]) -> bool:
    """False for HEAD, for browsers that load ahead, for robots, and for who tells no user agent."""
    ahead = any(_AHEAD.search(headers.get(name, "")) for name in _AHEAD_HEADERS)
    agent = headers.get("user-agent", "")
    return method != "HEAD" and not ahead and bool(agent) and not _MACHINE.search(agent)


def plain_target(to: str, hosts: Sequence[str]) -> str:
    """The address to go to. Raises ForbiddenError unless it is http(s) on a host of `name` or `name:port`."""
    allowed = {host.lower() for host in hosts}
    clean = not re.search(r"[\s\\\x00-\x1f\x7f]", to)
    try:
        parts = urlsplit(to)
        place = parts.hostname or ""
        place = place if parts.port is None else f"{place}:{parts.port}"
    except ValueError:
        clean, parts, place = False, urlsplit(""), ""
    named = parts.username is not None or parts.password is not None
    if clean and not named and parts.scheme in {"http", "https"} and place in allowed:
        return to
    raise ForbiddenError(
        "This link leads to a place that is not allowed.",
        why=f"'{to[:200]}' is not a page of one of this tenant's sites.",
        fix="Add the site to the tenant's settings, or correct the link.",
    )


def landing(target: str, fields: Mapping[str, str], click_id: str | None) -> str:
    """The landing page's address with the campaign's tags and the click's id; its own query is kept."""
    parts = urlsplit(target)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    passed = {
        name: value for name, value in fields.items() if PASSED_ON.fullmatch(name) and name not in query
    }
    own = {CLICK_FIELD: click_id} if click_id else {}
    return urlunsplit(parts._replace(query=urlencode({**query, **passed, **own})))


def click_of(
    told: Told,
    settings: AttributionSettings,
    headers: Mapping[str, str],
    address: str,
    visitor: str | None,
    *,
    now: datetime,
    landing_page: str | None,
) -> Click:
    """The click; address and device only with consent. A reload with the same fbclid is the same click."""
    agent = headers.get("user-agent", "")[:LONGEST] if told.consent else None
    device = device_of(agent, _components(told, headers) if told.consent else None)
    known = told.consent and networks(address) != NOWHERE
    tags = ("source", "medium", "campaign", "term", "content")
    return Click(
        click_id=_click_id(settings.tenant_id, told, visitor),
        tenant_id=settings.tenant_id,
        ad_id=told.ad_id[:200],
        campaign_id=told.get("campaign_id"),
        at=now,
        expires_at=now + settings.window,
        adset_id=told.get("adset_id"),
        creative_id=told.get("creative_id"),
        fbclid=told.get("fbclid"),
        visitor_id=visitor,
        ip=address if known else None,
        user_agent=agent,
        device=device,
        consent=told.consent,
        landing_page=(landing_page or "")[:LONGEST] or None,
        utm={tag: value for tag in tags if (value := told.get(f"utm_{tag}"))},
        gclid=told.get("gclid"),
        fingerprint_hash=fingerprint_hash(device),
        referrer=headers.get("referer", "")[:LONGEST] or None,
    )


def _components(told: Told, headers: Mapping[str, str]) -> dict[str, object]:
    numbers = {
        name: int(text) for name in NUMBERS if re.fullmatch(r"-?\d{1,6}", text := told.fields.get(name, ""))
    }
    texts = {name: value for name in ("timezone", "city", "country") if (value := told.get(name))}
    language = headers.get("accept-language", "").partition(",")[0].partition(";")[0].strip()
    return {**numbers, **texts, "language": language or None}


def _click_id(tenant_id: str, told: Told, visitor: str | None) -> str:
    fbclid = told.get("fbclid")
    if fbclid is None:
        return new_id()
    whole = "|".join((tenant_id, told.ad_id, fbclid, visitor or ""))
    return f"c{hashlib.sha256(whole.encode()).hexdigest()[:31]}"
