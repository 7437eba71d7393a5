"""One footage file as a page: what it helped win, second by second, and the deals behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import Connection

from kinoloop.core.currency import Currency
from kinoloop.footage.intake.records import Asset
from kinoloop.learning.attribution.records import Model
from kinoloop.learning.lineage.records import FootageMoney, SpanMoney
from kinoloop.web.pages.learn.cuts import Cut, Files
from kinoloop.web.pages.learn.models import Models
from kinoloop.web.pages.money.whose import ad_names
from kinoloop.web.render import Frame
from kinoloop.web.timeline import Tick, ticks
from kinoloop.web.words import span_words


@dataclass(frozen=True)
class Bar:
    """A stretch on the file's timeline, per cent of it; `strength` 0 to 1 is its won money per second."""

    x: float
    width: float
    strength: float
    cut: Cut


@dataclass(frozen=True)
class SpanLine:
    """A stretch that ads showed, with how it can be played."""

    span: SpanMoney
    cut: Cut


@dataclass(frozen=True)
class FootagePage:
    """`money` None: no deal has a value yet. `window` in words when only one shot is looked at."""

    template: ClassVar[str] = "learn/footage.html"
    frame: Frame
    currency: Currency | None
    models: Models
    asset: Asset
    money: FootageMoney | None = None
    window: str | None = None
    spans: tuple[SpanLine, ...] = ()
    bars: tuple[Bar, ...] = ()
    ticks: tuple[Tick, ...] = ()
    names: Mapping[str, str] | None = None


def footage_story(
    connection: Connection,
    frame: Frame,
    currency: Currency,
    models: Models,
    asset: Asset,
    money: FootageMoney,
) -> FootagePage:
    files = Files(connection, [asset.asset_id])
    spans = tuple(SpanLine(one, files.cut(one.source, one.earned)) for one in money.spans)
    return FootagePage(
        frame=frame,
        currency=currency,
        models=models,
        asset=asset,
        money=money,
        window=None if money.window is None else span_words(*money.window),
        spans=spans,
        bars=bars_of([one.cut for one in spans], models.chosen, asset.duration_seconds),
        ticks=ticks(asset.duration_seconds) if asset.duration_seconds else (),
        names=ad_names(connection, money.ads),
    )


def bars_of(cuts: Sequence[Cut], model: Model, seconds: float | None) -> tuple[Bar, ...]:
    """Each stretch on the timeline, strongest where a second earned most; none without a length."""
    if not seconds:
        return ()
    earned = [cut.money.under(model) / (cut.end - cut.start) for cut in cuts]
    most = max(earned, default=0.0) or 1.0
    return tuple(
        Bar(
            x=round(100 * cut.start / seconds, 3),
            width=round(100 * (cut.end - cut.start) / seconds, 3),
            strength=round(strength / most, 3),
            cut=cut,
        )
        for cut, strength in zip(cuts, earned, strict=True)
    )
