"""Answers of the lineage routes. Money is minor units of `currency`, places are ms; the unknown is null."""

from datetime import datetime

from pydantic import BaseModel

from kinoloop.core.currency import Currency
from kinoloop.learning.attribution.records import Model
from kinoloop.learning.lineage.records import (
    AdPart,
    Amounts,
    DealMoney,
    Film,
    FootageMoney,
    Place,
    SceneKind,
    ScenePart,
    Source,
    SpanMoney,
    Trace,
    Unsold,
)
from kinoloop.learning.lineage.rules.tracing import why_nobody


class MoneyAnswer(BaseModel):
    """An amount under the model asked for, and the least and most that any model gives."""

    amount: int
    least: int
    most: int


class SourceAnswer(BaseModel):
    """A stretch of a footage file; `url` plays just that stretch."""

    asset_id: str
    clip_id: str | None
    filename: str
    in_ms: int
    out_ms: int
    url: str


class SceneAnswer(BaseModel):
    """A scene of the film with its part of the deal; `source` is null without own footage."""

    number: int
    kind: SceneKind
    purpose: str
    line: str
    start_ms: int
    end_ms: int
    source: SourceAnswer | None
    money: MoneyAnswer


class FilmAnswer(BaseModel):
    film_sha256: str
    video_id: str
    variant_id: str
    name: str
    label: str
    element: str
    shape: str
    duration_ms: int


class AdAnswer(BaseModel):
    """`film` is null when nobody knows what the ad showed; `why` says so."""

    ad_id: str
    share: float
    money: MoneyAnswer
    clicks: list[str]
    first_click_at: datetime
    film: FilmAnswer | None
    why: str | None
    scenes: list[SceneAnswer]


class DealAnswer(BaseModel):
    """A deal taken apart. The amounts in `places` add up to `value`, and so do ads and `unattributed`."""

    deal_id: str
    currency: str
    model: Model
    value: int
    stage: str | None
    won: bool
    lost: bool
    places: dict[Place, int]
    ads: list[AdAnswer]
    unattributed: MoneyAnswer
    why_unattributed: str | None


class SpanAnswer(BaseModel):
    source: SourceAnswer
    earned: MoneyAnswer
    coming: MoneyAnswer
    deals: list[str]
    ads: list[str]


class DealPartAnswer(BaseModel):
    deal_id: str
    stage: str | None
    won: bool
    lost: bool
    value: int
    money: MoneyAnswer


class FootageAnswer(BaseModel):
    """What a file, or a stretch of it, helped earn: `earned` of won deals, `coming` of open ones.

    With a chance of 80 % the true sum of won money is between `likely_least` and `likely_most`, by the
    probabilities of the matched clicks; null without a won deal.
    """

    asset_id: str
    in_ms: int | None
    out_ms: int | None
    currency: str
    model: Model
    ads: list[str]
    earned: MoneyAnswer
    likely_least: int | None
    likely_most: int | None
    coming: MoneyAnswer
    deals: list[DealPartAnswer]
    spans: list[SpanAnswer]


class UnsoldAnswer(BaseModel):
    """A shot in no published ad that looks like (`likeness`, a cosine) one that earned."""

    source: SourceAnswer
    likeness: float
    like: SourceAnswer
    like_earned: MoneyAnswer


class OverviewAnswer(BaseModel):
    """The latest won deals (`more`: there are older ones) and the footage that they left money in."""

    deals: list[DealAnswer]
    footage: list[FootageAnswer]
    unsold: list[UnsoldAnswer]
    more: bool


def span_url(source: Source) -> str:
    """The file with a media fragment: players start and end there (W3C Media Fragments URI 1.0, 4.2.1)."""
    return f"/media/assets/{source.asset_id}#t={source.in_ms / 1000:g},{source.out_ms / 1000:g}"


def money_of(amounts: Amounts, model: Model) -> MoneyAnswer:
    return MoneyAnswer(amount=amounts.under(model), least=amounts.range[0], most=amounts.range[1])


def deal_answer(told: Trace, model: Model, currency: Currency) -> DealAnswer:
    sale = told.sale
    return DealAnswer(
        deal_id=sale.deal_id,
        currency=currency.code,
        model=model,
        value=sale.value,
        stage=sale.stage,
        won=sale.won,
        lost=sale.lost,
        places=dict(told.places(model)),
        ads=[_ad(one, model) for one in told.ads_under(model)],
        unattributed=money_of(told.rest, model),
        why_unattributed=why_nobody(told, model),
    )


def footage_answer(found: FootageMoney, model: Model, currency: Currency) -> FootageAnswer:
    window, likely = found.window or (None, None), found.likely or (None, None)
    return FootageAnswer(
        asset_id=found.asset_id,
        in_ms=window[0],
        out_ms=window[1],
        currency=currency.code,
        model=model,
        ads=list(found.ads),
        earned=money_of(found.earned, model),
        likely_least=likely[0],
        likely_most=likely[1],
        coming=money_of(found.coming, model),
        deals=[_deal_part(one, model) for one in found.deals],
        spans=[_span(one, model) for one in found.spans],
    )


def unsold_answer(one: Unsold, model: Model) -> UnsoldAnswer:
    return UnsoldAnswer(
        source=_source(one.source),
        likeness=round(one.likeness, 4),
        like=_source(one.like.source),
        like_earned=money_of(one.like.earned, model),
    )


def _source(one: Source) -> SourceAnswer:
    return SourceAnswer(**vars(one), url=span_url(one))


def _ad(one: AdPart, model: Model) -> AdAnswer:
    return AdAnswer(
        ad_id=one.ad_id,
        share=float(one.shares[model]),
        money=money_of(one.money, model),
        clicks=list(one.clicks),
        first_click_at=one.first_at,
        film=None if one.film is None else _film(one.film),
        why=one.why,
        scenes=[_scene(part, model) for part in one.scenes],
    )


def _film(film: Film) -> FilmAnswer:
    told = {name: value for name, value in vars(film).items() if name != "scenes"}
    return FilmAnswer(**told, duration_ms=film.lasts_ms)


def _scene(part: ScenePart, model: Model) -> SceneAnswer:
    scene = part.scene
    told = {name: value for name, value in vars(scene).items() if name not in ("source", "scene_id")}
    source = _source(scene.source) if scene.kind == "footage" and scene.source else None
    return SceneAnswer(**told, source=source, money=money_of(part.money, model))


def _span(one: SpanMoney, model: Model) -> SpanAnswer:
    return SpanAnswer(
        source=_source(one.source),
        earned=money_of(one.earned, model),
        coming=money_of(one.coming, model),
        deals=list(one.deals),
        ads=list(one.ads),
    )


def _deal_part(one: DealMoney, model: Model) -> DealPartAnswer:
    sale = one.sale
    return DealPartAnswer(
        deal_id=sale.deal_id,
        stage=sale.stage,
        won=sale.won,
        lost=sale.lost,
        value=sale.value,
        money=money_of(one.money, model),
    )
