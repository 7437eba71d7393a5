"""What an ad showed second by second, what a deal was credited to, and the money of every second.

Money is minor units of the tenant's currency, places in films and footage are ms. Shares are exact: credits
are whole multiples of 2^-40, so a fraction holds them, and all parts of a deal add up to the deal.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Literal

from kinoloop.core.currency import Minor
from kinoloop.learning.attribution.records import MODELS, Model

SceneKind = Literal["footage", "upload", "generated", "card"]
"""`upload`: a file that was handed in for this one ad; it is not in the footage library."""
Place = SceneKind | Literal["unknown", "nobody"]
PLACES: tuple[Place, ...] = ("footage", "upload", "generated", "card", "unknown", "nobody")
Range = tuple[Minor, Minor]
"""The least and the most."""


@dataclass(frozen=True)
class Amounts:
    """An amount under every model; the models side by side tell how far it is a matter of opinion."""

    by_model: Mapping[Model, Minor]

    def under(self, model: Model) -> Minor:
        return self.by_model[model]

    @property
    def range(self) -> Range:
        return min(self.by_model.values()), max(self.by_model.values())


NOTHING = Amounts(dict.fromkeys(MODELS, 0))


@dataclass(frozen=True)
class Source:
    """The stretch of own footage that is seen, ms of its file. `clip_id` is the shot it was cut from."""

    asset_id: str
    clip_id: str | None
    filename: str
    in_ms: int
    out_ms: int


@dataclass(frozen=True)
class Scene:
    """One scene of a film, ms of the film. A fade belongs to the scene that it leads out of."""

    number: int
    scene_id: str
    kind: SceneKind
    purpose: str
    line: str
    start_ms: int
    end_ms: int
    source: Source | None = None

    @property
    def lasts_ms(self) -> int:
        return self.end_ms - self.start_ms


@dataclass(frozen=True)
class Film:
    """A variant as it was published; `film_sha256` is its file's content. Scenes in order, without gaps."""

    film_sha256: str
    video_id: str
    variant_id: str
    name: str
    label: str
    element: str
    shape: str
    scenes: tuple[Scene, ...]

    @property
    def lasts_ms(self) -> int:
        return sum(scene.lasts_ms for scene in self.scenes)


@dataclass(frozen=True)
class Shown:
    """From `since` on this ad shows this film; the hashes are of what was approved then."""

    ad_id: str
    account_id: str
    since: datetime
    film_sha256: str
    content_sha256: str
    media_hash: str | None


@dataclass(frozen=True)
class CreditedClick:
    """A part (0 to 1) of one conversion for one click under one model.

    `at` is when it was clicked, or the conversion's own time where the click is not kept (`timed` False).
    """

    conversion_id: str
    model: Model
    click_id: str
    ad_id: str
    share: float
    at: datetime
    timed: bool = True


@dataclass(frozen=True)
class Sale:
    """A deal as it stands: `value` is its level by the table of stages, the full price once it is won.

    `conversions` is how many of its conversions were looked up (0: nobody has looked for its click).
    """

    deal_id: str
    value: Minor
    stage: str | None
    won: bool
    lost: bool
    at: datetime
    conversions: int
    credits: tuple[CreditedClick, ...] = ()


@dataclass(frozen=True)
class ScenePart:
    """What one scene is given of one deal."""

    scene: Scene
    money: Amounts


@dataclass(frozen=True)
class AdPart:
    """What one ad is given of one deal. `film` None: what it showed is not known, `why` says so.

    `clicks` are the clicks that count for it under any model; `first_at` the earliest of them.
    """

    ad_id: str
    film: Film | None
    why: str | None
    clicks: tuple[str, ...]
    first_at: datetime
    shares: Mapping[Model, Fraction]
    money: Amounts
    scenes: tuple[ScenePart, ...]


@dataclass(frozen=True)
class Trace:
    """One deal taken apart under every model. `rest` is what no ad is credited with.

    Under each model the money of all ads and the rest is the deal's value; that of an ad's scenes is the
    ad's. An ad that a model does not credit is there with nothing.
    """

    sale: Sale
    ads: tuple[AdPart, ...]
    rest_shares: Mapping[Model, Fraction]
    rest: Amounts

    def ads_under(self, model: Model) -> tuple[AdPart, ...]:
        """Those with the most money first, then by their first click."""
        order = sorted(self.ads, key=lambda ad: (ad.first_at, ad.ad_id))
        return tuple(sorted(order, key=lambda ad: (-ad.money.under(model), -ad.shares[model])))

    def places(self, model: Model) -> Mapping[Place, Minor]:
        """Where the money of the deal lies: by kind of scene, in unknown films, with nobody."""
        held: dict[Place, Minor] = dict.fromkeys(PLACES, 0)
        for ad in self.ads:
            for part in ad.scenes:
                held[part.scene.kind] += part.money.under(model)
            if ad.film is None:
                held["unknown"] += ad.money.under(model)
        return held | {"nobody": self.rest.under(model)}


@dataclass(frozen=True)
class SpanMoney:
    """One stretch of footage with the won money it helped earn; `coming` is its part of open deals."""

    source: Source
    earned: Amounts
    coming: Amounts
    deals: tuple[str, ...]
    ads: tuple[str, ...]


@dataclass(frozen=True)
class DealMoney:
    """A deal's money that lies in some footage."""

    sale: Sale
    money: Amounts


@dataclass(frozen=True)
class FootageMoney:
    """What one file, or a stretch (`window`) of it, helped earn. `ads` are all published ones that show it.

    `earned` is of won deals; with a chance of 80 % the true sum is in `likely`, by the probabilities of the
    matched clicks (None without a won deal).
    """

    asset_id: str
    window: tuple[int, int] | None
    ads: tuple[str, ...]
    earned: Amounts
    likely: Range | None
    coming: Amounts
    deals: tuple[DealMoney, ...]
    spans: tuple[SpanMoney, ...]


@dataclass(frozen=True)
class Unsold:
    """A shot that looks like one that earned and is in no published ad. `likeness` is the cosine, -1 to 1."""

    clip_id: str
    source: Source
    likeness: float
    like: SpanMoney


@dataclass(frozen=True)
class Overview:
    """Won deals, the latest first, and the footage that they left most in. `more`: there are older ones."""

    traces: tuple[Trace, ...]
    footage: tuple[FootageMoney, ...]
    more: bool
