"""Click-through rates of ads: the counts they are learnt from, the learnt model, and what it says.

Arrays have a place per ad. Rates are fractions (0.015 is 1.5 %), logits their log odds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kinoloop.core.currency import Minor

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

Band = Literal["low", "medium", "high", "excellent"]
Traits = Mapping[str, str]
"""What an ad is like, by kind: `{"hook": "question", "cta": "SHOP_NOW"}`."""


@dataclass(frozen=True)
class Counts:
    """Ads with their results. `campaign` numbers campaigns from 0; `design` is (ads, columns) of 0 and 1."""

    campaign: Ints
    impressions: Floats
    clicks: Floats
    design: Floats

    def __len__(self) -> int:
        return len(self.campaign)


@dataclass(frozen=True)
class CtrModel:
    """logit CTR = effects[0] + design x effects[1:] + campaign + ad, the last two normal around zero.

    `between` and `within` are their standard deviations; `drift` that of an ad's logit from one period to the
    next. `covariance` is that of `effects`; `columns` name the design as `kind=level`. `base_rate` is the
    plain rate of all that it was learnt from.
    """

    effects: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    columns: tuple[str, ...]
    between: float
    within: float
    drift: float
    base_rate: float


@dataclass(frozen=True)
class Posterior:
    """Normal beliefs about each ad's logit."""

    logit: Floats
    variance: Floats


@dataclass(frozen=True)
class AdDay:
    """What one ad got on one day of its account's calendar."""

    ad_id: str
    campaign_id: str
    day: date
    impressions: int
    clicks: int


@dataclass(frozen=True)
class Asked:
    """An ad, or a clip that is to become one, with what is known of it. Ids that are not known are None."""

    ad_id: str | None = None
    campaign_id: str | None = None
    clip_id: str | None = None
    impressions: int = 0
    clicks: int = 0
    traits: Traits = field(default_factory=dict)


@dataclass(frozen=True)
class Foreseen:
    """`ctr` is the expected rate, `low` to `high` hold it with probability `level`; `chance` is that of the
    true rate lying in `band`. `used` names what told it apart from the average, `unused` what did not.
    """

    ctr: float
    low: float
    high: float
    level: float
    band: Band
    chance: float
    used: tuple[str, ...]
    unused: tuple[str, ...]
    evidence: Mapping[str, int]


@dataclass(frozen=True)
class Prediction:
    """A prediction as it is kept. `model_sha256` None: somebody told it. `known_until` is the last day whose
    results it rests on; the real ones are of the days after it, None until they are known (`actual_ctr` stays
    None when nothing was shown). `base_rate` is what would have been said without any model.
    """

    prediction_id: str
    predicted_ctr: float
    predicted_band: Band
    created_at: datetime
    tenant_id: str
    account_id: str | None = None
    campaign_id: str | None = None
    ad_id: str | None = None
    clip_id: str | None = None
    video_id: str | None = None
    platform: str | None = None
    hook_type: str | None = None
    template_type: str | None = None
    model_name: str | None = None
    model_sha256: str | None = None
    low: float | None = None
    high: float | None = None
    level: float | None = None
    base_rate: float | None = None
    evidence: Mapping[str, int] | None = None
    known_until: date | None = None
    actual_ctr: float | None = None
    actual_impressions: int | None = None
    actual_clicks: int | None = None
    actual_spend: Minor | None = None
    actuals_fetched_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True)
class Actual:
    """What an ad really got. `ctr` alone is enough; with `impressions` it counts by its weight."""

    ctr: float | None
    impressions: int | None = None
    clicks: int | None = None
    spend: Minor | None = None


@dataclass(frozen=True)
class Bin:
    """One bar of a reliability diagram: mean prediction against what was seen, with Wilson's 95 % bounds."""

    predicted: float
    observed: float
    low: float
    high: float
    impressions: int
    ads: int


@dataclass(frozen=True)
class Quality:
    """How good predictions were. `ne` is log loss over that of always saying `base_rate`.

    `relative_ece` is the exposure-weighted gap of ten equally exposed bins over the observed rate; `slope`
    and `intercept` belong to clicks on predicted logits (1 and 0 when calibrated). `coverage` is the share of
    ads whose clicks lie in their 80 % interval. None: it cannot be told.
    """

    ads: int
    impressions: int
    clicks: int
    base_rate: float
    log_loss: float
    ne: float
    brier: float
    relative_ece: float | None
    slope: float | None
    intercept: float | None
    predicted_over_observed: float | None
    coverage: float | None
    bins: tuple[Bin, ...]


@dataclass(frozen=True)
class Reliability:
    """Predictions beside what really happened: how many real rates lay in the band that was said, above and
    below it. `quality` is of our own models' ads that were shown, None with the `reason`.
    """

    total: int
    with_actuals: int
    in_band: int
    above_high: int
    below_low: int
    quality: Quality | None
    reason: str | None
