"""Ad accounts over HTTP: what stands in them, what automation may do, the loss bound, the kill switch.

Money is minor units of the account's currency (`currency`, `currency_offset`); what is not known is null.
"""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import Connection

from kinoloop.core.clock import Clock
from kinoloop.delivery.accounts import queries
from kinoloop.delivery.accounts.records import AdAccount, AdEntity, GuardSettings, Kind
from kinoloop.delivery.changes.queries import counts
from kinoloop.delivery.drift.queries import last_check, open_drifts
from kinoloop.delivery.drift.records import Drift
from kinoloop.delivery.guards.queries import usage
from kinoloop.web.ads.desk import AdDesk, Decider
from kinoloop.web.ads.words import bound_sentence
from kinoloop.web.api.shapes import Problem
from kinoloop.web.api.v2.account_shapes import (
    AccountAnswer,
    AccountsAnswer,
    AuthorityBody,
    DifferenceAnswer,
    DriftAnswer,
    EntitiesAnswer,
    EntityAnswer,
    GuardsShape,
    KillBody,
    LossBoundAnswer,
    PullAnswer,
    SettingAnswer,
    WholeAccountAnswer,
)
from kinoloop.web.backstage import Backstage
from kinoloop.web.stage import Now, Stage, Who

router = APIRouter(
    prefix="/api/v2/accounts",
    tags=["ad accounts"],
    responses={code: {"model": Problem} for code in (403, 404, 409)},
)


@router.get("", summary="List ad accounts")
def list_accounts(stage: Stage, clock: Now, tenant_id: str | None = None) -> AccountsAnswer:
    with stage.database.read() as connection:
        found = queries.accounts(connection, tenant_id=tenant_id)
        told = [AccountAnswer(**_told(connection, one, clock)) for one in found]
    return AccountsAnswer(accounts=told, count=len(told))


@router.get("/{account_id}", summary="One account with its limits, alarms and settings log")
def one_account(account_id: str, stage: Stage, clock: Now) -> WholeAccountAnswer:
    return _whole(stage, clock, account_id)


@router.get("/{account_id}/entities", summary="Campaigns, ad sets and ads as last seen")
def entities(
    account_id: str,
    stage: Stage,
    kind: Kind | None = None,
    parent_id: str | None = None,
    gone: Annotated[bool, Query(description="Also what is there no more")] = False,
) -> EntitiesAnswer:
    with stage.database.read() as connection:
        queries.account(connection, account_id)
        found = queries.entities(connection, account_id, kind=kind, parent_id=parent_id, gone=gone)
    return EntitiesAnswer(entities=[_entity(one) for one in found], count=len(found))


@router.put("/{account_id}/authority", summary="What automation may do")
def set_authority(
    account_id: str, wish: AuthorityBody, stage: Stage, clock: Now, who: Decider, ads: AdDesk
) -> WholeAccountAnswer:
    ads.set_authority(account_id, wish.authority, who=who.user_id)
    return _whole(stage, clock, account_id)


@router.put("/{account_id}/guards", summary="Set all limits")
def set_guards(
    account_id: str, wish: GuardsShape, stage: Stage, clock: Now, who: Decider, ads: AdDesk
) -> WholeAccountAnswer:
    """All of them at once, so that nothing is reset by being left out."""
    ads.set_guards(account_id, GuardSettings(**wish.model_dump()), who=who.user_id)
    return _whole(stage, clock, account_id)


@router.post("/{account_id}/kill", summary="Stop every change to the account")
def kill(
    account_id: str, wish: KillBody, stage: Stage, clock: Now, who: Who, ads: AdDesk
) -> WholeAccountAnswer:
    """Holds at once for every worker; ads go on as they stand. Anybody may; the first stop stands."""
    ads.kill(account_id, who=who.user_id, reason=wish.reason)
    return _whole(stage, clock, account_id)


@router.post("/{account_id}/revive", summary="Let changes through again")
def revive(account_id: str, stage: Stage, clock: Now, who: Decider, ads: AdDesk) -> WholeAccountAnswer:
    ads.revive(account_id, who=who.user_id)
    return _whole(stage, clock, account_id)


@router.post("/{account_id}/accept-levels", summary="Accept today's budgets as approved")
def accept_levels(account_id: str, stage: Stage, clock: Now, who: Decider, ads: AdDesk) -> WholeAccountAnswer:
    """The loss bound counts from them."""
    ads.accept_levels(account_id, who=who.user_id)
    return _whole(stage, clock, account_id)


@router.post("/{account_id}/pull", status_code=202, summary="Read the account now")
def pull(account_id: str, stage: Stage, who: Who, ads: AdDesk) -> PullAnswer:
    """Mirror, results, and what the ads show. Reading spends nothing, so anybody may."""
    with stage.database.read() as connection:
        queries.account(connection, account_id)
    return PullAnswer(job_id=ads.pull(account_id))


def _whole(stage: Backstage, clock: Clock, account_id: str) -> WholeAccountAnswer:
    with stage.database.read() as connection:
        account = queries.account(connection, account_id)
        check = last_check(connection, account_id)
        log = queries.settings_log(connection, account_id)
        used = usage(connection, account_id, now=clock.now())
        drifts = open_drifts(connection, account_id=account_id)
        told = _told(connection, account, clock)
    return WholeAccountAnswer(
        **told,
        usage=used,
        drifts=[_drift(one) for one in drifts],
        drift_checked_at=None if check is None else check.checked_at,
        settings_log=[
            SettingAnswer(**{name: getattr(one, name) for name in SettingAnswer.model_fields}) for one in log
        ],
    )


def _told(connection: Connection, account: AdAccount, clock: Clock) -> dict[str, Any]:
    used = usage(connection, account.account_id, now=clock.now())
    bound = used["loss_bound"]
    own = ("currency", "currency_offset", "guards", "loss_bound", "changes", "open_drifts")
    told = {name: getattr(account, name) for name in AccountAnswer.model_fields if name not in own}
    return told | {
        "currency": account.currency.code,
        "currency_offset": account.currency.offset,
        "guards": asdict(account.guards),
        "loss_bound": LossBoundAnswer(
            used=bound["used"],
            bound=bound["limit"],
            by_entity=used["loss_by_entity"],
            sentence=bound_sentence(bound["used"], bound["limit"], account.currency),
        ),
        "changes": counts(connection, account.account_id),
        "open_drifts": len(open_drifts(connection, account_id=account.account_id)),
    }


def _drift(one: Drift) -> DriftAnswer:
    return DriftAnswer(
        drift_id=one.drift_id,
        ad_id=one.ad_id,
        found_at=one.found_at,
        change_id=one.change_id,
        note=one.note,
        differences=[DifferenceAnswer(**vars(each)) for each in one.differences],
    )


def _entity(one: AdEntity) -> EntityAnswer:
    return EntityAnswer(**{name: getattr(one, name) for name in EntityAnswer.model_fields})
