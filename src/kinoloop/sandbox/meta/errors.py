"""Meta's refusals: one body shape, told apart by code and subcode; throttles come without a Retry-After."""

from dataclasses import dataclass
from typing import Any

from kinoloop.core.ids import hash_json
from kinoloop.sandbox.wire import Answer, Refusal

_WAIT = "There have been too many calls to this ad-account. Wait a bit and try again."
_DOCS = "https://developers.facebook.com/docs/graph-api/overview/rate-limiting"
_MORE = f"{_WAIT} For more info, please refer to {_DOCS}"
_OLD = "You are calling a deprecated version of the Ads API. Please update to the latest version: v26.0."


@dataclass(frozen=True)
class Kind:
    """The fixed words of one code (and subcode)."""

    status: int
    message: str
    transient: bool = False
    type: str = "OAuthException"
    title: str | None = None
    text: str | None = None


_BUDGET_TEXT = "You can change an ad set's budget 4 times an hour. Wait an hour before you change it again."
KINDS: dict[tuple[int, int | None], Kind] = {
    (1, None): Kind(500, "An unknown error occurred"),
    (2, None): Kind(500, "An unexpected error has occurred. Please retry your request later.", True),
    (2, 1504043): Kind(500, "Service temporarily unavailable", True),
    (4, None): Kind(403, "(#4) Application request limit reached", True),
    (4, 1504022): Kind(403, "(#4) Application request limit reached", True),
    (10, None): Kind(403, "(#10) Application does not have permission for this action"),
    (17, 2446079): Kind(400, "(#17) User request limit reached", True),
    (17, None): Kind(400, "(#17) User request limit reached", True),
    (32, None): Kind(403, "(#32) Page request limit reached", True),
    (80000, 2446079): Kind(400, f"(#80000) {_MORE}#ads-insights.", True),
    (80004, 2446079): Kind(400, f"(#80004) {_MORE}#ads-management.", True),
    (100, None): Kind(400, "Invalid parameter"),
    (100, 33): Kind(400, "Unsupported request", type="GraphMethodException"),
    (100, 1487534): Kind(
        400,
        "(#100) Please reduce the amount of data you're asking for, then retry your request",
        title="Too much data",
        text="Ask for a shorter time range or fewer fields, or create a report.",
    ),
    (100, 1885272): Kind(400, "Invalid parameter", title="Your budget is too low"),
    (104, None): Kind(400, "An access token is required to request this resource."),
    (190, None): Kind(400, "Invalid OAuth access token - Cannot parse access token"),
    (190, 458): Kind(400, "Error validating access token: The user has not authorized application."),
    (190, 460): Kind(400, "Error validating access token: The session has been invalidated."),
    (190, 463): Kind(400, "Error validating access token: Session has expired."),
    (190, 467): Kind(400, "Error validating access token: The session is invalid."),
    (200, None): Kind(403, "(#200) Ad account owner has NOT grant ads_management or ads_read permission"),
    (294, None): Kind(403, "(#294) Managing advertisements requires the extended permission ads_management"),
    (368, None): Kind(400, "The action attempted has been deemed abusive or is otherwise disallowed"),
    (613, None): Kind(400, "(#613) Calls to this api have exceeded the rate limit.", True),
    (613, 1487632): Kind(
        400,
        "(#613) Calls to this api have exceeded the rate limit.",
        title="You're changing the budget too often",
        text=_BUDGET_TEXT,
    ),
    (613, 1487742): Kind(400, "(#613) There have been too many calls from this ad-account.", True),
    (613, 5044001): Kind(400, "(#613) Calls to this api have exceeded the rate limit.", True),
    (2500, None): Kind(400, "Unknown path components"),
    (2635, None): Kind(
        400,
        f"(#2635) {_OLD}",
    ),
}
_BY_STATUS = {400: (100, None), 401: (190, None), 403: (200, None), 404: (100, 33), 429: (17, 2446079)}


def body_of(
    code: int,
    subcode: int | None = None,
    message: str = "",
    *,
    title: str | None = None,
    text: str | None = None,
    trace: str = "",
    data: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The JSON of a refusal; words not given are Meta's usual ones for the code."""
    kind = KINDS.get((code, subcode)) or KINDS.get((code, None)) or Kind(400, "Invalid parameter")
    told: dict[str, Any] = {
        "message": message or kind.message,
        "type": kind.type,
        "code": code,
        "error_data": data,
        "error_subcode": subcode,
        "is_transient": kind.transient,
        "error_user_title": title or kind.title,
        "error_user_msg": text or kind.text,
        "fbtrace_id": trace or "A" + hash_json([code, subcode, message])[:22],
    }
    return {"error": {name: value for name, value in told.items() if value is not None}}


def status_of(code: int, subcode: int | None = None) -> int:
    kind = KINDS.get((code, subcode)) or KINDS.get((code, None))
    return kind.status if kind else 400


def refuse(
    code: int,
    subcode: int | None = None,
    message: str = "",
    *,
    title: str | None = None,
    text: str | None = None,
    data: dict[str, Any] | None = None,
) -> Refusal:
    told = body_of(code, subcode, message, title=title, text=text, data=data)
    return Refusal(Answer(status_of(code, subcode), told))


def missing(id_: str, method: str) -> Refusal:
    """For an id that is nobody's, or hidden."""
    words = (
        f"Unsupported {method.lower()} request. Object with ID '{id_}' does not exist, cannot be loaded "
        "due to missing permissions, or does not support this operation. Please read the Graph API "
        "documentation at https://developers.facebook.com/docs/graph-api"
    )
    return refuse(100, 33, words)


def error(status: int, message: str) -> Answer:
    """For planned faults: Meta's body for a bare status. It knows no 429: that becomes 400 with code 17."""
    code, subcode = _BY_STATUS.get(status, (2, None) if status >= 500 else (1, None))
    return Answer(400 if status == 429 else status, body_of(code, subcode, message))
