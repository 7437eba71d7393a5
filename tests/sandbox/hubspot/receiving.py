"""What a receiver of webhooks sees, and its own way of checking the signature."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

from kinoloop.sandbox.hubspot.desk import Desk
from kinoloop.sandbox.testing import Sandbox
from tests.sandbox.clients import control
from tests.vendors.server import LocalServer, Seen

DEAL = {"dealname": "x", "dealstage": "appointmentscheduled"}
PLAIN: dict[str, Any] = {"duplicates": 0.0, "reused_ids": 0.0, "shuffle": False}
Advance = Callable[[float], None]


def subscribe(sandbox: Sandbox, inbox: LocalServer, *types: str, **terms: Any) -> Any:
    body = {"url": f"{inbox.url}/hook", **({"types": list(types)} if types else {}), **terms}
    return control(sandbox, "/hubspot/webhooks", body)


def events(inbox: LocalServer) -> list[dict[str, Any]]:
    return [event for seen in inbox.seen for event in json.loads(seen.body)]


def fits(seen: Seen, desk: Desk, uri: str) -> bool:
    """An implementation of the vendor's rule that shares nothing with the sender's."""
    stamp = seen.headers["x-hubspot-request-timestamp"]
    told = "POST" + uri + seen.body.decode() + stamp
    mark = hmac.new(desk.account.client_secret.encode(), told.encode(), hashlib.sha256)
    return seen.headers["x-hubspot-signature-v3"] == base64.b64encode(mark.digest()).decode()
