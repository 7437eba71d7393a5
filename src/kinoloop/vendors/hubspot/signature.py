"""HubSpot's signature, version 3: base64 of HMAC-SHA256 over method, URI, raw body and time, nothing between.

The URI is the one we told HubSpot, never one that the request claims (HubSpot, validating requests).
"""

import hmac
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from kinoloop.vendors.callbacks import WINDOW_SECONDS, CallbackRefusedError, header, is_any, refusal

SERVICE = "HubSpot"
SIGNATURE, TIME = "x-hubspot-signature-v3", "x-hubspot-request-timestamp"
DECODED = {
    "%3A": ":",
    "%2F": "/",
    "%3F": "?",
    "%40": "@",
    "%21": "!",
    "%24": "$",
    "%27": "'",
    "%28": "(",
    "%29": ")",
    "%2A": "*",
    "%2C": ",",
    "%3B": ";",
}
"""The only escapes that are undone before signing; whatever else is escaped stays so."""
_ESCAPE = re.compile("|".join(DECODED), re.IGNORECASE)


def signed_uri(public_url: str, query: str = "") -> str:
    """What HubSpot signs of an address: `public_url` as configured, `query` raw as it came, no `?`."""
    whole = f"{public_url}?{query}" if query else public_url
    return _ESCAPE.sub(lambda found: DECODED[found[0].upper()], whole)


def sign(secret: str, method: str, uri: str, body: bytes, timestamp: str) -> str:
    """The signature of a request; `uri` from `signed_uri`, `timestamp` in milliseconds as it is sent."""
    signed = method.upper().encode() + uri.encode() + body + timestamp.encode()
    return b64encode(hmac.digest(secret.encode(), signed, sha256)).decode()


def verify(
    method: str, uri: str, headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime
) -> None:
    """Come back when one of the active secrets made the signature within five minutes, before or after now.

    Raises CallbackRefusedError (answered with 401) for anything else, whatever it is.
    """
    try:
        _verify(method, uri, headers, body, secrets, now)
    except CallbackRefusedError:
        raise
    except Exception as error:  # strangers send anything: each surprise is a refusal, none is our crash
        raise refusal(SERVICE, "It cannot be read.") from error


def _verify(
    method: str, uri: str, headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime
) -> None:
    told = header(headers, TIME)
    if not (told.isascii() and told.isdigit()):
        raise refusal(SERVICE, "Its time is not a number.")
    if abs(now.timestamp() - int(told) / 1000) > WINDOW_SECONDS:
        raise refusal(SERVICE, "It was signed more than five minutes ago, or in the future.")
    given = header(headers, SIGNATURE).encode("ascii")
    expected = [sign(secret, method, uri, body, told).encode() for secret in secrets if secret]
    if not is_any(given, expected):
        raise refusal(SERVICE, "Its signature does not fit.")
