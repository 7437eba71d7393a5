"""The finished versions become ads of the sample account: paused, then switched on by audited changes."""

from decimal import Decimal
from typing import Any

from kinoloop.app.videos import HOUSE
from kinoloop.cli.demo.sample import ACCOUNT, DAILY, EACH, PAGE, SHOP, TENANT, Sample
from kinoloop.core.currency import currency
from kinoloop.core.errors import IntegrityError
from kinoloop.creative.renders.records import Variant
from kinoloop.delivery.accounts.records import GuardSettings, Kind
from kinoloop.delivery.changes import queries
from kinoloop.delivery.changes.records import Expected, Proposal
from kinoloop.delivery.publishing.wishes import AdWish
from kinoloop.flows.pull_results import tick as pulling
from kinoloop.learning.decisions import operations as decisions
from kinoloop.learning.decisions.records import DecisionSettings
from kinoloop.learning.revenue import operations as revenue
from kinoloop.learning.revenue.records import StageTable, StageValue

WHO = "sample"
USD = currency("USD")
LEVELS = {
    "lead": (4_500, 0.3),
    "appointment_scheduled": (10_500, 0.5),
    "show_up": (17_500, 0.7),
    "closed_won": (50_000, 1.0),
    "closed_lost": (0, 1.0),
}
"""What the sample's owner believes a deal in each stage to be worth: minor units, and how sure."""
APPLY_AFTER = 60.0
"""Seconds: by then the pause that the executor makes before each change is over."""


def furnish(sample: Sample) -> None:
    """Look at the account, and set what its owner would: stages, the daily money, and limits."""
    run(sample, pulling.NAME, {"account_id": ACCOUNT}, "first look")
    app, now = sample.app, sample.clock.now()
    app.ads.set_authority(ACCOUNT, "auto", who=WHO)
    app.ads.set_guards(ACCOUNT, GuardSettings(daily_loss_bound=DAILY), who=WHO)
    chances = {name: value / LEVELS["closed_won"][0] for name, (value, _) in LEVELS.items()}
    stages = {name: StageValue(value, sure) for name, (value, sure) in LEVELS.items()}
    table = StageTable(
        TENANT,
        USD,
        stages,
        {},
        avg_deal_value=LEVELS["closed_won"][0],
        sales_cycle_days=14.0,
        probability=chances,
    )
    with app.begin() as connection:
        revenue.save_table(connection, table, who=WHO, now=now)
        decisions.save_settings(
            connection, ACCOUNT, DecisionSettings(total=DAILY, launch=EACH), who=WHO, now=now
        )


def publish(sample: Sample, films: tuple[Variant, ...], title: str, body: str) -> dict[str, str]:
    """Each version its own ad in its own ad set, all switched on; gives the ads by variant.

    They are switched on from the ad upwards, so that nothing is shown before its approval is looked at.
    """
    ads, campaign = dict[str, str](), ""
    for film in films:
        wish = _wish(film, title, body, into=campaign)
        made = sample.app.publishing
        seen = made.look(film.variant_id, wish).seen
        accept = bool(seen.findings)
        run_id = made.publish(film.variant_id, wish, who=HOUSE, sha256=seen.sha256, accept_degraded=accept)
        told = sample.app.runs.wait(run_id)
        run(sample, pulling.NAME, {"account_id": ACCOUNT}, f"look after {film.label}")
        _switch_on(sample, "ad", told["ad_id"], film.label)
        _switch_on(sample, "adset", told["ad_set_id"], film.label)
        if not campaign:
            _switch_on(sample, "campaign", told["campaign_id"], film.label)
        ads[film.variant_id], campaign = told["ad_id"], told["campaign_id"]
    return ads


def run(sample: Sample, flow: str, payload: dict[str, Any], name: str) -> dict[str, Any]:
    """One run of a flow to its end; its id is the same in every demo. Raises what stopped it."""
    runs = sample.app.runs
    told: dict[str, Any] = runs.wait(runs.start(flow, payload, run_id=f"{flow}:sample:{name}"))
    return told


def apply(sample: Sample) -> int:
    """Bring every approved change to its end; gives how many."""
    sample.advance(APPLY_AFTER / 3600)
    executor, done = sample.app.executor(), 0
    while taken := executor.once("sample"):
        done += taken
    return done


def _wish(film: Variant, title: str, body: str, *, into: str) -> AdWish:
    return AdWish(
        account_id=ACCOUNT,
        name=f"New film, version {film.label}",
        page_id=PAGE,
        title=title,
        body=body,
        link=f"https://{SHOP}/offer",
        into=into,
        campaign="New films",
        ad_set=f"New film, version {film.label}",
        countries=("US",),
        daily_budget=Decimal(EACH) / 100,
    )


def _switch_on(sample: Sample, kind: Kind, entity_id: str, label: str) -> None:
    proposal = Proposal(
        account_id=ACCOUNT,
        kind=kind,
        entity_id=entity_id,
        change_type="status",
        requested="ACTIVE",
        reason=f"Version {label} is approved and begins now.",
        triggered_by=WHO,
        key=f"sample:on:{entity_id}",
        expected=Expected("It is shown, and spends its budget.", worst_case=EACH),
        exact=True,
    )
    change = sample.app.ads.propose(proposal)
    apply(sample)
    with sample.app.begin() as connection:
        done = queries.change(connection, change.change_id)
    if done.state != "completed":
        raise IntegrityError(f"The {kind} of version {label} was not switched on.", why=done.error or "")
