"""Stretches of footage as a page plays them: an address with in and out, a picture, words."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from kinoloop.core.errors import NotFoundError
from kinoloop.footage.intake.queries import asset
from kinoloop.footage.intake.records import Asset
from kinoloop.learning.lineage.records import Amounts, Source
from kinoloop.web.words import span_words

STRIP, WIDE = 20, 160
"""Pictures in a scrub strip, and how wide each is (flows/ingest_footage)."""


@dataclass(frozen=True)
class Still:
    """One picture of a scrub strip: shift the strip left by `x`; each is `WIDE` by `high` pixels."""

    x: int
    high: int
    wide: int = WIDE
    whole: int = WIDE * STRIP


@dataclass(frozen=True)
class Cut:
    """A stretch. `there` is False once its file has left the library: then it cannot be played."""

    source: Source
    there: bool
    still: Still | None
    place: str
    start: float
    end: float
    money: Amounts
    note: str = ""

    @property
    def file(self) -> str:
        return f"/media/assets/{self.source.asset_id}"

    @property
    def url(self) -> str:
        """The file with a media fragment, so that it plays from in to out by itself."""
        return f"{self.file}#t={self.start:g},{self.end:g}"


class Files:
    """The footage behind stretches, each file read once."""

    def __init__(self, connection: Connection, asset_ids: Iterable[str]) -> None:
        self._known = {one: _asset(connection, one) for one in sorted(set(asset_ids))}

    def get(self, asset_id: str) -> Asset | None:
        return self._known[asset_id]

    def cut(self, source: Source, money: Amounts, note: str = "") -> Cut:
        file = self._known[source.asset_id]
        return Cut(
            source=source,
            there=file is not None,
            still=None if file is None else still_of(file, (source.in_ms + source.out_ms) / 2000),
            place=span_words(source.in_ms, source.out_ms),
            start=source.in_ms / 1000,
            end=source.out_ms / 1000,
            money=money,
            note=note,
        )


def still_of(file: Asset, at: float) -> Still | None:
    """The picture of the strip nearest to `at` (s); None without strip or length."""
    if file.scrub_path is None or not file.duration_seconds:
        return None
    number = min(STRIP - 1, max(0, int(STRIP * at / file.duration_seconds)))
    shown = (file.info or {}).get("video") or {}
    width, height = shown.get("width"), shown.get("height")
    return Still(WIDE * number, round(WIDE * height / width) if width and height else round(WIDE * 9 / 16))


def _asset(connection: Connection, asset_id: str) -> Asset | None:
    try:
        return asset(connection, asset_id)
    except NotFoundError:  # deleted since: what it earned is still told
        return None
