"""Replicate's webhooks: Standard Webhooks signatures over id, time and body."""

import hmac
from base64 import b64decode
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from kinoloop.vendors.callbacks import Callback, checked, header, is_any, json_object, refusal, told_at

SERVICE = "Replicate"
LONGEST_ID = 256


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime) -> Callback:
    """The prediction that a call speaks of. Several secrets and several signatures allow for rotation.

    Raises CallbackRefusedError (a ForbiddenError answered with 401) on anything odd.
    """
    return checked(SERVICE, lambda: _verify(headers, body, secrets, now))


def _verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime) -> Callback:
    delivery, time = header(headers, "webhook-id"), header(headers, "webhook-timestamp")
    told_at(SERVICE, time, now)
    signed = b".".join((delivery.encode("ascii"), time.encode("ascii"), body))
    expected = [hmac.digest(_key(secret), signed, sha256) for secret in secrets]
    if not any(is_any(given, expected) for given in _signatures(header(headers, "webhook-signature"))):
        raise refusal(SERVICE, "No signature of it fits.")
    external_id = json_object(body)["id"]
    if not isinstance(external_id, str) or not external_id or not 0 < len(delivery) <= LONGEST_ID:
        raise refusal(SERVICE, "It names no prediction.")
    return Callback(delivery, external_id)


def _key(secret: str) -> bytes:
    """The bytes behind `whsec_...`. Raises ValueError."""
    key = b64decode(secret.removeprefix("whsec_"), validate=True)
    if not key:
        raise ValueError("an empty key signs anything")
    return key


def _signatures(told: str) -> list[bytes]:
    """Those of version 1 among `v1,...  v1a,...`."""
    parts = (part.partition(",") for part in told.split())
    return [b64decode(value, validate=True) for version, _, value in parts if version == "v1"]
