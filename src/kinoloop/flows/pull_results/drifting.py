"""What ads show against what was approved: an alarm for each that differs, and once a proposed revert.

The alarm is committed before anything is proposed; a proposal that was interrupted is made at the next pull.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from kinoloop.core.errors import KinoloopError, PassingError, UnavailableError
from kinoloop.delivery.accounts import queries as accounts
from kinoloop.delivery.changes.records import Expected, Proposal
from kinoloop.delivery.drift import operations as drifting
from kinoloop.delivery.drift import queries as drifts
from kinoloop.delivery.drift.records import ApprovedAd, Drift, ServedAd
from kinoloop.delivery.drift.rules import GONE, PLATFORM, differences, revert, untold
from kinoloop.flows.pull_results.tools import ResultsTools
from kinoloop.runs.step import Step

TRIGGER = "creative_drift"


@dataclass
class Tally:
    """What a comparison came to; `untold` names by ad the fields that could not be compared."""

    compared: int = 0
    unapproved: int = 0
    found: int = 0
    cleared: int = 0
    untold: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Watched:
    """Ads with an approval that are there, those with one that are gone, and how many have none."""

    present: tuple[ApprovedAd, ...]
    gone: tuple[ApprovedAd, ...]
    unapproved: int


def watched(connection: Connection, account_id: str) -> Watched:
    """By the mirror. Paused ads too: what they show counts the moment they are switched on."""
    there = {one.entity_id for one in accounts.entities(connection, account_id, kind="ad")}
    approved = drifts.approved_ads(connection, account_id)
    present = tuple(one for one in approved if one.ad_id in there)
    gone = tuple(one for one in approved if one.ad_id not in there)
    return Watched(present, gone, len(there) - len(present))


def compare(
    step: Step, tools: ResultsTools, account_id: str, ads: Watched, served: Sequence[ServedAd]
) -> Tally:
    """Write alarms for what differs and end those of what is as approved, in one transaction."""
    tally, shown = Tally(unapproved=ads.unapproved), {one.ad_id: one for one in served}
    with step.begin() as connection:
        for approved in ads.present:
            if approved.ad_id in shown:
                _compare(step, connection, tools, approved, shown[approved.ad_id], tally)
        for approved in (*ads.gone, *(one for one in ads.present if one.ad_id not in shown)):
            drifting.clear(connection, approved.ad_id, by=GONE, now=tools.clock.now())
        drifting.note_check(
            connection,
            account_id,
            compared=tally.compared,
            unapproved=tally.unapproved,
            untold=tally.untold,
            now=tools.clock.now(),
        )
    return tally


def propose_reverts(step: Step, tools: ResultsTools, account_id: str) -> int:
    """A revert for each open alarm that has none yet; gives how many. Raises what may pass, at the end."""
    with step.begin() as connection:
        waiting = [one for one in drifts.open_drifts(connection, account_id=account_id) if not one.change_id]
        approved = {one.ad_id: drifts.approved_ad(connection, one.ad_id) for one in waiting}
    made, trouble = 0, list[KinoloopError]()
    for drift in waiting:
        try:
            made += _propose(step, tools, drift, approved[drift.ad_id])
        except (PassingError, UnavailableError) as error:
            trouble.append(error)
    if trouble:
        raise trouble[0]
    return made


def _compare(
    step: Step,
    connection: Connection,
    tools: ResultsTools,
    approved: ApprovedAd,
    served: ServedAd,
    tally: Tally,
) -> None:
    tally.compared += 1
    if missing := untold(approved.content, served.content):
        tally.untold[approved.ad_id] = missing
    found = differences(approved.content, served.content)
    if not found:
        ended = drifting.clear(connection, approved.ad_id, by=PLATFORM, now=tools.clock.now())
        if ended is not None:
            tally.cleared += 1
            _tell(step, ended, "drift_cleared", "shows what was approved again")
        return
    drift, fresh = drifting.found(
        connection,
        approved,
        found,
        served=served.content,
        now=tools.clock.now(),
        new_id=tools.new_id,
    )
    if fresh:
        tally.found += 1
        fields = ", ".join(one.field for one in found)
        _tell(step, drift, "creative_drift", f"shows something nobody approved: {fields}", warn=True)


def _propose(step: Step, tools: ResultsTools, drift: Drift, approved: ApprovedAd) -> int:
    """A clear no is written down with the alarm; the next pull asks again: the account may allow it then."""
    assert drift.served is not None
    wanted = revert(approved.content, drift.served)
    proposal = Proposal(
        account_id=drift.account_id,
        kind="ad",
        entity_id=drift.ad_id,
        change_type=wanted.change_type,
        requested=wanted.requested,
        reason=wanted.reason,
        triggered_by=TRIGGER,
        key=f"drift:{drift.drift_id}",
        expected=Expected("Nothing is shown that nobody approved."),
        exact=True,
    )
    try:
        change = tools.propose(proposal)
    except (PassingError, UnavailableError):
        raise
    except KinoloopError as error:
        if drift.note != str(error):
            with step.begin() as connection:
                drifting.answered(connection, drift.drift_id, note=str(error))
        return 0
    with step.begin() as connection:
        drifting.answered(connection, drift.drift_id, change_id=change.change_id)
    return 1


def _tell(step: Step, drift: Drift, kind: str, words: str, *, warn: bool = False) -> None:
    step.event(
        kind,
        f"Ad {drift.ad_id} {words}",
        severity="warning" if warn else "info",
        ad_id=drift.ad_id,
        account_id=drift.account_id,
        drift_id=drift.drift_id,
    )
