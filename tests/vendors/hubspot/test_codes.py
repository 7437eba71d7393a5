"""HubSpot's ways to say no, and how long each means."""

import pytest

from kinoloop.core.errors import PassingError
from kinoloop.vendors.hubspot.codes import DailyLimitError, Limits, limits_of, refusal
from kinoloop.vendors.refusals import NotTakenError

ROLLING = '{"errorType":"RATE_LIMIT","policyName":"TEN_SECONDLY_ROLLING"}'
DAILY = '{"errorType":"RATE_LIMIT","policyName":"DAILY"}'
SECONDLY = '{"errorType":"RATE_LIMIT","policyName":"SECONDLY"}'
LEFT = "X-HubSpot-RateLimit-"


@pytest.mark.parametrize(
    ("status", "headers", "body", "wish", "wait"),
    [
        (429, {}, ROLLING, None, 10.0),
        (429, {f"{LEFT}Interval-Milliseconds": "7000"}, ROLLING, None, 7.0),
        (429, {}, ROLLING, 30.0, 30.0),
        (429, {}, "", None, 10.0),
        (429, {}, SECONDLY, None, 1.0),
        (429, {}, DAILY, None, 3600.0),
        (429, {f"{LEFT}Daily-Remaining": "0"}, ROLLING, None, 3600.0),
        (423, {}, "", None, 2.0),
        (423, {}, "", 5.0, 5.0),
        (477, {}, "", 86_400.0, 86_400.0),
        (477, {}, "", None, 3600.0),
    ],
)
def test_waits(status: int, headers: dict[str, str], body: str, wish: float | None, wait: float) -> None:
    error = refusal(status, headers, body, wish)
    assert isinstance(error, NotTakenError) and error.wait == wait and str(status) in error.why
    assert isinstance(error, DailyLimitError) == (wait == 3600.0 and status == 429)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520, 521, 522, 523, 524])
def test_its_own_troubles_pass(status: int) -> None:
    error = refusal(status, {}, "", None)
    assert isinstance(error, PassingError) and not isinstance(error, NotTakenError)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 422])
def test_the_others_mean_what_they_always_do(status: int) -> None:
    assert refusal(status, {}, "", None) is None


@pytest.mark.parametrize(
    ("headers", "limits", "wait"),
    [
        ({}, Limits(), None),
        ({"x-hubspot-ratelimit-remaining": "3"}, Limits(remaining=3), None),
        ({f"{LEFT}Remaining": "0"}, Limits(remaining=0), 10.0),
        ({f"{LEFT}Remaining": "0", f"{LEFT}Interval-Milliseconds": "9000"}, Limits(0, 9.0), 9.0),
        ({f"{LEFT}Remaining": "50", f"{LEFT}Daily-Remaining": "0"}, Limits(50, None, 0), 3600.0),
        ({f"{LEFT}Remaining": "many"}, Limits(), None),
    ],
)
def test_what_the_headers_tell(headers: dict[str, str], limits: Limits, wait: float | None) -> None:
    assert limits_of(headers) == limits and limits.wait == wait
