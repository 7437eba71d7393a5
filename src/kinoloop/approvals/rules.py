"""Whether an answer allows what is there now."""

from kinoloop.approvals.records import Approval
from kinoloop.core.errors import ForbiddenError


def allows(approval: Approval | None, sha256: str) -> bool:
    """A yes, still standing, to exactly this content."""
    return (
        approval is not None
        and approval.answer == "approved"
        and approval.void_at is None
        and approval.sha256 == sha256
    )


def require(approval: Approval | None, sha256: str) -> Approval:
    """The approval, when it is a standing yes to this content. Raises ForbiddenError (403)."""
    if approval is not None and allows(approval, sha256):
        return approval
    raise ForbiddenError(
        "This is not approved.",
        why=_why(approval),
        fix="Look at what is there now and approve it.",
    )


def _why(approval: Approval | None) -> str:
    if approval is None:
        return "Nobody has approved it yet, or it was changed since."
    if approval.answer == "rejected":
        return f"{approval.who} rejected it on {approval.at:%Y-%m-%d %H:%M} UTC."
    if approval.void_at is not None:
        return f"The approval of {approval.at:%Y-%m-%d %H:%M} UTC is void: {approval.void_reason}."
    return f"What {approval.who} approved on {approval.at:%Y-%m-%d %H:%M} UTC has changed since."
