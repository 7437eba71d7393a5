"""HubSpot's error bodies, by status and by what went wrong."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from kinoloop.sandbox.wire import Answer, Refusal

_UNKNOWN_KEY = (
    "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more "
    "details at https://developers.hubspot.com/docs/methods/auth/oauth-overview"
)
_NO_SCOPE = (
    "This app hasn't been granted all required scopes to make this call. Read more about required scopes "
    "here: https://developers.hubspot.com/scopes."
)
_WORDS: dict[int, tuple[str, str | None]] = {
    400: ("There was a problem with the request.", "VALIDATION_ERROR"),
    401: (_UNKNOWN_KEY, "INVALID_AUTHENTICATION"),
    403: (_NO_SCOPE, "MISSING_SCOPES"),
    404: ("resource not found", "OBJECT_NOT_FOUND"),
    405: ("Method Not Allowed", None),
    409: ("There was a problem with the request.", "CONFLICT"),
    423: ("The resource is locked by another write. Try again in two seconds.", "LOCKED"),
    477: ("This account is being migrated to another data hosting location.", "MIGRATION_IN_PROGRESS"),
    500: ("internal error", None),
    503: ("Service temporarily unavailable", None),
}
_WAITS = {423: "2", 477: "3600"}
_GATEWAYS = frozenset({502, 504, 520, 521, 522, 523, 524})
"""Answered by the network in front of HubSpot: a page of HTML, not JSON."""


@dataclass(frozen=True)
class Flaw:
    """A property value that cannot be taken."""

    name: str
    value: str
    code: str
    told: str


def body(
    message: str,
    category: str | None = None,
    *,
    context: Mapping[str, Sequence[str]] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """The envelope of every error."""
    told: dict[str, Any] = {"status": "error", "message": message, "correlationId": str(uuid4()), **more}
    if context is not None:
        told["context"] = context
    if category is not None:
        told["category"] = category
    return told


def problem(status: int, message: str = "") -> Answer:
    """The answer for a bare status; `message` replaces the usual words."""
    if status == 429:
        return throttled("TEN_SECONDLY_ROLLING")
    if status in _GATEWAYS:
        page = f"<html><head><title>{status}</title></head><body><h1>Error {status}</h1></body></html>"
        return Answer(status, page.encode(), {}, "text/html")
    words, category = _WORDS.get(status, ("There was a problem with the request.", None))
    more: dict[str, Any] = {}
    if status == 403:
        more["errors"] = [
            {
                "message": "One or more of the following scopes are required.",
                "context": {"requiredGranularScopes": ["crm.objects.deals.read"]},
            }
        ]
    headers = {"retry-after": _WAITS[status]} if status in _WAITS else {}
    return Answer(status, body(message or words, category, **more), headers)


def throttled(policy: str, headers: Mapping[str, str] | None = None) -> Answer:
    """Over a limit: `SECONDLY`, `TEN_SECONDLY_ROLLING` or `DAILY`."""
    told = body(
        f"You have reached your {policy.lower()} limit.",
        errorType="RATE_LIMIT",
        policyName=policy,
        requestId=str(uuid4()),
    )
    return Answer(429, told, dict(headers or {}))


def refuse(status: int, message: str = "", **more: Any) -> Refusal:
    """A refusal in words of our own choosing, with the category of the status."""
    if more:
        category = _WORDS.get(status, ("", None))[1]
        return Refusal(Answer(status, body(message, category, **more)))
    return Refusal(problem(status, message))


def missing(record_id: str) -> Refusal:
    """No such record; ids that are no numbers are told so."""
    if record_id.isdigit():
        return refuse(404)
    return refuse(404, "Object not found.  objectId are usually numeric.", context={"id": [record_id]})


def flawed(flaws: Sequence[Flaw]) -> dict[str, Any]:
    """Property values that cannot be taken: told twice, as JSON in the message and as a list."""
    inner = [
        {
            "isValid": False,
            "message": flaw.told,
            "error": flaw.code,
            "name": flaw.name,
            "propertyValue": flaw.value,
        }
        for flaw in flaws
    ]
    errors = [
        {"message": flaw.told, "code": flaw.code, "context": {"propertyName": [flaw.name]}} for flaw in flaws
    ]
    message = f"Property values were not valid: {json.dumps(inner, separators=(',', ':'))}"
    return body(message, "VALIDATION_ERROR", errors=errors)


def item(category: str, message: str, context: Mapping[str, Sequence[str]], **more: Any) -> dict[str, Any]:
    """One error within the answer to a batch."""
    told = {"status": "error", "category": category, "message": message, "context": context}
    return {**told, "errors": [], "links": {}, **more}
