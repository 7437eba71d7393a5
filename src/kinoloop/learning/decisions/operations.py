"""Writing decisions: a round with everything it rests on, what became of its steps, what a person set.

Nothing here commits. A round is written once for each key.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kinoloop.core.errors import ConflictError, InputError
from kinoloop.core.ids import NewId, hash_bytes
from kinoloop.delivery.accounts import queries as accounts
from kinoloop.learning.decisions import queries
from kinoloop.learning.decisions.policies import NAMES
from kinoloop.learning.decisions.records import BudgetStep, Decided, Decision, DecisionSettings
from kinoloop.learning.decisions.rows import decision_values, line_values, settings_values, step_values
from kinoloop.learning.decisions.rules.checking import problems
from kinoloop.learning.decisions.rules.deciding import lines, spent_in_a_day
from kinoloop.learning.decisions.rules.freezing import round_bytes, squeezed
from kinoloop.learning.decisions.tables import (
    budget_decision_ads,
    budget_decision_steps,
    budget_decisions,
    budget_settings,
    budget_views,
)


def record(
    connection: Connection,
    made: Decided,
    steps: Sequence[BudgetStep],
    notes: Sequence[str],
    *,
    key: str,
    made_by: Mapping[str, str],
    new_id: NewId,
) -> Decision:
    """Keep a round, its ads, the steps it asks for, and the bytes it rests on.

    The same key again gives the round that is there. `notes` are those of asking; the others are in `made`.
    """
    accounts.account(connection, made.known.account_id, lock=True)
    known = queries.by_key(connection, key)
    if known is not None:
        return known
    told = round_bytes(made.round)
    decision = _decision(made, told, key, (*made.known.notes, *made.round.notes, *notes), made_by, new_id())
    _keep_view(connection, made.frozen, decision)
    connection.execute(insert(budget_decisions), decision_values(decision) | {"round": squeezed(told)})
    _many(connection, budget_decision_ads, [line_values(one) for one in lines(made, decision.decision_id)])
    rows = [step_values(step, decision.decision_id, place) for place, step in enumerate(steps)]
    _many(connection, budget_decision_steps, rows)
    return decision


def answered(
    connection: Connection,
    decision_id: str,
    step: BudgetStep,
    *,
    change_id: str | None = None,
    note: str | None = None,
) -> None:
    """What became of asking for a step: its change in the queue, or why there is none."""
    c = budget_decision_steps.c
    mine = (
        c.decision_id == decision_id,
        c.entity_id == step.entity_id,
        c.change_type == step.change_type,
    )
    values = {"change_id": change_id, "note": note}
    connection.execute(update(budget_decision_steps).where(*mine).values(values))


def drop_views(connection: Connection, *, before: datetime) -> int:
    """Drop what was known for rounds older than this; gives how many. Rounds, reasons and hashes stay.

    What an account's newest round rests on stays too: the next one goes on from it.
    """
    views, rounds = budget_views.c, budget_decisions.c
    newest = func.row_number().over(
        partition_by=rounds.account_id, order_by=(rounds.at.desc(), rounds.id.desc())
    )
    numbered = select(rounds.view_sha256, newest.label("place")).subquery()
    needed = select(numbered.c.view_sha256).where(numbered.c.place == 1)
    old = (views.created_at < before, func.length(views.data) > 0, views.sha256.not_in(needed))
    return connection.execute(update(budget_views).where(*old).values(data=b"")).rowcount


def save_settings(
    connection: Connection,
    account_id: str,
    settings: DecisionSettings,
    *,
    who: str,
    now: datetime,
    tried: bool = False,
) -> DecisionSettings:
    """What a person says of the account's decisions, from the next round on.

    Another policy takes over only when it was `tried` on what was logged (`decide_budget.switching`). Raises
    NotFoundError for an unknown account, InputError naming all that cannot be, ConflictError.
    """
    accounts.account(connection, account_id, lock=True)
    require_usable(settings)
    if not tried and settings.policy != queries.settings(connection, account_id).policy:
        raise ConflictError(
            "The policy was not tried before it takes over.",
            why="What decides about money is first tried on the decisions that were logged.",
            fix="Switch it on the page of models.",
        )
    values = {"settings": settings_values(settings), "set_by": who, "set_at": now}
    upsert = _insert(connection, budget_settings).values({"account_id": account_id} | values)
    connection.execute(upsert.on_conflict_do_update(index_elements=["account_id"], set_=values))
    return settings


def require_usable(settings: DecisionSettings) -> None:
    """Raises InputError naming all that cannot be."""
    wrong = tuple(problems(settings, NAMES))
    if wrong:
        raise InputError("These settings cannot be used.", why=" ".join(wrong), fix="Correct them.")


def _decision(
    made: Decided,
    told: bytes,
    key: str,
    notes: tuple[str, ...],
    made_by: Mapping[str, str],
    decision_id: str,
) -> Decision:
    known = made.known
    return Decision(
        decision_id=decision_id,
        key=key,
        tenant_id=known.tenant_id,
        account_id=known.account_id,
        at=known.at,
        policy=made.round.policy,
        seed=made.seed,
        settings=made.settings,
        mode=known.view.mode,
        currency=known.currency,
        view_sha256=hash_bytes(made.frozen),
        round_sha256=hash_bytes(told),
        made_by=made_by,
        notes=notes,
        ads=known.view.count,
        spend=spent_in_a_day(known),
        stands=known.stands,
        total=made.round.total,
        launch=known.view.launch,
    )


def _keep_view(connection: Connection, frozen: bytes, decision: Decision) -> None:
    row = {
        "sha256": decision.view_sha256,
        "data": squeezed(frozen),
        "size": len(frozen),
        "created_at": decision.at,
    }
    once = _insert(connection, budget_views).values(row).on_conflict_do_nothing(index_elements=["sha256"])
    connection.execute(once)


def _many(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table), rows)


def _insert(connection: Connection, table: Table) -> Any:
    return (postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert)(table)
