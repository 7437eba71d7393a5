"""HubSpot's request signature, version 3.

Source: developers.hubspot.com, request validation: method + URI + body + timestamp without separators; of the
URI's escapes only twelve are decoded.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping

DECODED: Mapping[str, str] = {
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
_ESCAPE = re.compile("|".join(DECODED))
SIGNATURE, TIMESTAMP = "X-HubSpot-Signature-v3", "X-HubSpot-Request-Timestamp"


def decoded(uri: str) -> str:
    """The URI as it is signed. Every other escape stays, and nothing is decoded twice."""
    return _ESCAPE.sub(lambda found: DECODED[found.group()], uri)


def sign(secret: str, method: str, uri: str, body: bytes | str, timestamp_ms: int) -> str:
    """Base64 of HMAC-SHA256 over `METHOD + URI + body + milliseconds`; `uri` is the full one as set."""
    raw = body.encode() if isinstance(body, str) else body
    told = f"{method.upper()}{decoded(uri)}".encode() + raw + str(timestamp_ms).encode()
    return base64.b64encode(hmac.digest(secret.encode(), told, hashlib.sha256)).decode()


def signed(secret: str, uri: str, body: bytes, timestamp_ms: int) -> dict[str, str]:
    """The two headers of a webhook."""
    return {SIGNATURE: sign(secret, "POST", uri, body, timestamp_ms), TIMESTAMP: str(timestamp_ms)}
