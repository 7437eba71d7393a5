"""Bodies and answers of the routes about budget decisions. Money is minor units; what is unknown is null."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StrictInt, create_model

from kinoloop.delivery.accounts.records import Kind
from kinoloop.learning.bandit.records import BanditSettings, Mode, Standing, Word
from kinoloop.web.api.shapes import Body
from kinoloop.web.api.v2.change_shapes import ExpectedShape

Amount = Annotated[StrictInt, Field(gt=0, le=10**15, description="Minor units")]
_USUAL = BanditSettings()
BanditShape = create_model(
    "BanditShape",
    __base__=Body,
    __doc__="Every number of the policy; what is left out is the documented default.",
    **{name: (type(usual), usual) for name, usual in vars(_USUAL).items()},  # type: ignore[call-overload]
)


class SettingsShape(Body):
    """Null lets the program find it: `total` by what stands, `mode` and `hoped` by the table of stages."""

    total: Amount | None = None
    launch: Amount | None = None
    mode: Mode | None = None
    hoped: Amount | None = None
    policy: str = "ours"
    lookback_days: StrictInt = 90
    least_change: float = 0.05
    stale_hours: float = 12.0
    bandit: BanditShape = Field(default_factory=BanditShape)  # type: ignore[valid-type]


class SetBody(SettingsShape):
    """Settings. Where another policy is among them, `reason` is kept with what its trial said; one that the
    trial does not admit takes over only with `yes` and a reason.
    """

    reason: str = Field("", max_length=500)
    yes: bool = False


class TrialAnswer(BaseModel):
    """Another policy tried on the logged days. `admitted`: true when it is not shown to be worse, false when
    it is, null when the log cannot tell. `gain` per unit of money, with its 95 % interval; `sample` is the
    effective one.
    """

    policy: str
    admitted: bool | None
    told: str
    gain: float | None
    low: float | None
    high: float | None
    sample: float
    rows: int
    needs_yes: str | None


class SwitchAnswer(BaseModel):
    """Another policy put in force: by whom, why, and what its trial had said."""

    switch_id: str
    at: datetime
    who: str
    from_policy: str
    to_policy: str
    admitted: bool | None
    told: str
    reason: str
    trial: dict[str, Any]


class SwitchesAnswer(BaseModel):
    switches: list[SwitchAnswer]


class DecideBody(Body):
    """Decide for this account now."""

    account_id: str = Field(min_length=1, max_length=200)


class StartedAnswer(BaseModel):
    run_id: str


class DecisionAnswer(BaseModel):
    """`spend` in the day before; `stands` the budgets before; `total` what was handed out a day."""

    decision_id: str
    account_id: str
    at: datetime
    policy: str
    seed: int
    mode: Mode
    currency: str
    currency_offset: int
    ads: int
    spend: int
    stands: int
    total: int
    launch: int
    notes: list[str]
    view_sha256: str
    round_sha256: str


class DecisionsAnswer(BaseModel):
    decisions: list[DecisionAnswer]
    count: int
    next: str | None


class AdAnswer(BaseModel):
    """One ad in a round. `share` of the money is its propensity; `mean`, `low`, `high` are returns per unit
    of money with an 80 % interval; chances and shares run from 0 to 1.
    """

    decision_id: str
    ad_id: str
    at: datetime
    name: str
    owner_id: str | None
    word: Word
    stood: Standing
    standing: Standing
    before: int
    budget: int
    share: float
    reason: str
    mean: float | None
    low: float | None
    high: float | None
    mu: float | None
    sd: float | None
    chance_loser: float | None
    chance_best: float | None
    maturity: float | None
    fatigue: float | None
    coming: float | None
    disagreement: float | None
    wait_days: float | None
    wait_spend: int | None
    parts: dict[str, float]


class StepAnswer(BaseModel):
    """One change that was asked for; `change_id` its change in the queue, `note` why there is none."""

    entity_id: str
    kind: Kind
    change_type: Literal["budget", "status"]
    before: int | str
    requested: int | str
    reason: str
    expected: ExpectedShape
    confidence: float | None
    ad_ids: list[str]
    change_id: str | None
    note: str | None


class WholeDecisionAnswer(DecisionAnswer):
    settings: dict[str, Any]
    made_by: dict[str, str]
    lines: list[AdAnswer]
    steps: list[StepAnswer]


class AdHistoryAnswer(BaseModel):
    ad_id: str
    lines: list[AdAnswer]


class ReplayAnswer(BaseModel):
    """`same`: decided again from what was known then, to the byte."""

    decision_id: str
    same: bool
    stored_sha256: str
    replayed_sha256: str | None
    differing: list[str]
    why: str
