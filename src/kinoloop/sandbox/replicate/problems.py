"""Replicate's own error bodies (application/problem+json)."""

from kinoloop.sandbox.forms import Problem
from kinoloop.sandbox.wire import Answer

_PROBLEM = "application/problem+json"
_TITLES = {
    401: ("Unauthenticated", "You did not pass a valid authentication token"),
    402: (
        "Insufficient credit",
        "You have insufficient credit to run this model. Go to your billing page to purchase credit.",
    ),
    404: ("Not found", "The requested resource could not be found."),
    422: ("Unprocessable entity", "The request could not be used."),
    500: ("Internal server error", "An internal server error occurred."),
    502: ("Bad gateway", "The upstream server gave no answer."),
    503: ("Service unavailable", "The service is temporarily unavailable."),
}


def problem(status: int, message: str = "") -> Answer:
    """The body for a status; `message` replaces the usual detail."""
    if status == 429:
        return throttled(5)
    title, detail = _TITLES.get(status, ("Error", "The request failed."))
    return Answer(status, {"title": title, "detail": message or detail, "status": status}, {}, _PROBLEM)


def throttled(seconds: int) -> Answer:
    body = {
        "detail": f"Request was throttled. Your rate limit resets in ~{seconds}s.",
        "status": 429,
        "retry_after": seconds,
    }
    headers = {
        "ratelimit-remaining": "0",
        "ratelimit-reset": str(seconds),
        "retry-after": str(seconds),
    }
    return Answer(429, body, headers, _PROBLEM)


def invalid(problems: list[Problem], place: str = "input") -> Answer:
    """Fields that break the model's schema, or the request's own."""
    fields = [
        {
            "type": item.kind,
            "field": place if item.kind == "required" else f"{place}.{item.field}".strip("."),
            "description": item.told,
        }
        for item in problems
    ]
    fields = [
        {**each, "field": place} if each["type"] == "additional_property_not_allowed" else each
        for each in fields
    ]
    told = "".join(
        f"- {each['field'] + ': ' if each['field'] else ''}{each['description']}\n" for each in fields
    )
    body = {"detail": told, "status": 422, "title": "Input validation failed", "invalid_fields": fields}
    return Answer(422, body, {}, _PROBLEM)


def no_such_version() -> Answer:
    detail = "The specified version does not exist (or perhaps you don't have permission to use it?)"
    return Answer(
        422, {"title": "Invalid version or not permitted", "detail": detail, "status": 422}, {}, _PROBLEM
    )
