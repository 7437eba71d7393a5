"""What an answer allows."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kinoloop.approvals.records import Approval
from kinoloop.approvals.rules import allows, require
from kinoloop.core.errors import ForbiddenError

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
YES = Approval("a-1", "video:v-1", "ab" * 32, "approved", "ada", NOW, "5 panels for $3.02")


def test_a_standing_yes_to_this_content() -> None:
    assert allows(YES, YES.sha256) and require(YES, YES.sha256) == YES


@pytest.mark.parametrize(
    ("approval", "why"),
    [
        (None, "Nobody has approved it yet, or it was changed since."),
        (replace(YES, sha256="cd" * 32), "What ada approved on 2026-03-01 12:00 UTC has changed since."),
        (replace(YES, answer="rejected"), "ada rejected it on 2026-03-01 12:00 UTC."),
        (replace(YES, void_at=NOW, void_reason="it was refined"), "is void: it was refined."),
    ],
)
def test_everything_else_is_forbidden(approval: Approval | None, why: str) -> None:
    assert not allows(approval, YES.sha256)
    with pytest.raises(ForbiddenError) as caught:
        require(approval, YES.sha256)
    assert caught.value.http_status == 403 and why in caught.value.why
