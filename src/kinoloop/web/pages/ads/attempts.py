"""One attempt to make a change, as the audit has it: before, sent, read back, the platform's answer."""

import json
from dataclasses import dataclass
from typing import Any

from kinoloop.delivery.accounts.records import AdAccount
from kinoloop.delivery.changes.records import Change, HistoryRow
from kinoloop.web.ads.outlook import Check, Room, checks_of, rooms_of
from kinoloop.web.ads.words import ATTEMPTS, Names, percent_words, value_words, who_words, with_names

LONGEST = 20_000
"""Characters of a raw answer that a page shows."""


@dataclass(frozen=True)
class Attempt:
    """One row of the audit. `answer` is the platform's own, as text; empty when there was none."""

    row: HistoryRow
    words: str
    before: str
    sent: str
    percent: str | None
    read_back: str | None
    by: str | None
    error: str | None
    checks: tuple[Check, ...]
    rooms: tuple[Room, ...]
    answer: str
    took_seconds: float | None


def told_attempt(row: HistoryRow, change: Change, account: AdAccount, names: Names) -> Attempt:
    money, kind = account.currency, change.change_type
    return Attempt(
        row=row,
        words=ATTEMPTS.get(row.status, row.status),
        before=value_words(kind, row.old_value, money),
        sent=value_words(kind, row.new_value, money),
        percent=percent_words(row.old_value, row.new_value),
        read_back=None if row.read_back is None else value_words(kind, row.read_back, money),
        by=who_words(row.approved_by, names),
        error=None if row.error is None else with_names(row.error, names),
        checks=checks_of(row.guards),
        rooms=rooms_of(change, row.guards, account),
        answer=raw_text(row.answer),
        took_seconds=None if row.duration_ms is None else row.duration_ms / 1000,
    )


def raw_text(answer: dict[str, Any]) -> str:
    """A raw answer as it came, indented; empty for none, cut where it is very long."""
    if not answer:
        return ""
    text = json.dumps(answer, indent=2, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\n(cut here; the API has all of it)"
