"""What a change of stage is worth, what an ad's deals return, and which stages a tenant has.

These routes only reckon; nothing is written. A stage that the tenant's table does not know is refused (422):
counting it as nothing would take away what the deal was worth before.
"""

from fastapi import APIRouter

from kinoloop.core.currency import Currency, Minor
from kinoloop.learning.revenue import rules
from kinoloop.learning.revenue.queries import table_of
from kinoloop.learning.revenue.records import StageChange, StageTable
from kinoloop.web.api.ml import shapes
from kinoloop.web.api.shapes import Problem
from kinoloop.web.backstage import Backstage
from kinoloop.web.stage import Now, Stage

router = APIRouter(prefix="/api/ml/synthetic-revenue", tags=["revenue"], responses={404: {"model": Problem}})


@router.post("/calculate", summary="What a change of stage is worth")
def calculate(body: shapes.CalculateBody, stage: Stage, clock: Now) -> shapes.CalculateAnswer:
    """A won deal counts with `deal_value` where it is given. 404 for a tenant without stages."""
    table = _table(stage, body.tenant_id)
    change = _change(table, body)
    step = rules.step(table, change.stage_from, change.stage_to, change.deal_value)
    return shapes.CalculateAnswer(
        stage_from=step.stage_from,
        stage_to=step.stage_to,
        synthetic_value=_major(table.currency, step.level),
        calculated_value=_major(table.currency, step.increment),
        confidence=step.confidence,
        reason=step.reason,
        timestamp=clock.now(),
        currency=table.currency.code,
    )


@router.post("/ad-roas", summary="What an ad's deals return on its spend")
def ad_roas(body: shapes.AdRoasBody, stage: Stage) -> shapes.AdRoasAnswer:
    """The increments added up, and over the spend. Confidence never scales money: values are expectations."""
    table = _table(stage, body.tenant_id)
    changes = [_change(table, one) for one in body.stage_changes]
    found = rules.ad_roas(table, table.currency.minor(body.ad_spend), changes)
    return shapes.AdRoasAnswer(
        pipeline_value=_major(table.currency, found.pipeline_value),
        pipeline_roas=_short(found.roas),
        avg_confidence=_short(found.confidence),
        num_stage_changes=found.changes,
        ad_spend=_major(table.currency, found.spend),
        currency=table.currency.code,
        reason=found.reason,
    )


@router.post("/get-stages", summary="The stages of a tenant")
def get_stages(body: shapes.StagesBody, stage: Stage) -> shapes.StagesAnswer:
    """Sorted by value. 404 for a tenant without stages: nobody else's stand in for them."""
    table = _table(stage, body.tenant_id)
    listed = [name for name in rules.order(table) if name in table.stages]
    names = sorted(listed, key=lambda name: table.stages[name].value)
    return shapes.StagesAnswer(
        stages=[_stage(table, name) for name in names],
        num_stages=len(names),
        currency=table.currency.code,
    )


def _table(stage: Backstage, tenant_id: str) -> StageTable:
    with stage.database.read() as connection:
        return table_of(connection, tenant_id)


def _change(table: StageTable, body: shapes.CalculateBody | shapes.ChangeBody) -> StageChange:
    value = None if body.deal_value is None else table.currency.minor(body.deal_value)
    return StageChange(body.stage_from, body.stage_to, value)


def _stage(table: StageTable, name: str) -> shapes.StageAnswer:
    one = table.stages[name]
    return shapes.StageAnswer(
        stage_name=name,
        value=_major(table.currency, one.value),
        confidence=one.confidence,
        description=one.description,
        probability=(table.probability or {}).get(name),
        crm_stages=sorted(alias for alias, meant in table.aliases.items() if meant == name),
    )


def _major(currency: Currency, amount: Minor) -> float:
    return float(currency.major(amount))


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
