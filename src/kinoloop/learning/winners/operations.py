"""Writing winners, standings and DNA. Nothing here commits; each change of a winner raises a counter.

Writers of one tenant take turns at its counter's row, so a reader who saw a version has seen all before it.
Where pgvector is there, its copy of the vectors changes in the same transaction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kinoloop.core.errors import InputError
from kinoloop.learning.winners import pgvector_copy, queries
from kinoloop.learning.winners.records import Dna, DnaReport, Judged, Winner, WinnerSettings
from kinoloop.learning.winners.rows import dna_values, report_values, standing_values, winner_values
from kinoloop.learning.winners.rules.effects import learn, voices
from kinoloop.learning.winners.tables import ad_standings, creative_dna, dna_reports, winner_changes, winners
from kinoloop.store.vectors import SIZE, encode

RULE = "the winner rule"
"""Who takes a measured winner off the list when it no longer clears the bar: it may come back by itself."""

NOT_OURS = "this ad was not made here, so its pictures are not known"


def add_winner(connection: Connection, winner: Winner, *, now: datetime) -> Winner:
    """Add, or replace what is known of this ad; one that was removed is a winner again.

    Raises InputError for a vector of another size or without a direction.
    """
    if winner.vector is not None:
        if winner.space is None:
            raise InputError("A vector needs the name of its space.", fix="Say which model made it.")
        _check(winner)
    version = _next_version(connection, winner.tenant_id)
    known = queries.winners(connection, winner.tenant_id, ad_ids=[winner.ad_id], removed=True)
    added = known[0].added_at if known and known[0].removed_at is None else now
    made = replace(winner, added_at=added, updated_at=now, removed_at=None, removed_by=None)
    _upsert(connection, winners, [winner_values(made) | {"version": version}], ("tenant_id", "ad_id"))
    pgvector_copy.follow(connection, made, version)
    return made


def remove_winner(connection: Connection, tenant_id: str, ad_id: str, *, who: str, now: datetime) -> Winner:
    """Take an ad off the list. What a person took off, the rule does not put back. Raises NotFoundError."""
    known = queries.winner(connection, tenant_id, ad_id)
    version = _next_version(connection, tenant_id)
    mine = (winners.c.tenant_id == tenant_id) & (winners.c.ad_id == ad_id)
    gone = {"removed_at": now, "removed_by": who, "updated_at": now, "version": version}
    connection.execute(update(winners).where(mine).values(gone))
    taken = replace(known, removed_at=now, removed_by=who, updated_at=now)
    pgvector_copy.follow(connection, taken, version)
    return taken


def save_standings(connection: Connection, judged: Sequence[Judged]) -> None:
    """How ads stand now; of each ad the newest is kept."""
    _upsert(connection, ad_standings, [standing_values(one) for one in judged], ("tenant_id", "ad_id"))


def save_dna(connection: Connection, tenant_id: str, dna: Iterable[Dna], *, now: datetime) -> None:
    rows = [dna_values(one) | {"tenant_id": tenant_id, "read_at": now} for one in dna]
    _upsert(connection, creative_dna, rows, ("tenant_id", "ad_id"))


def keep_list(
    connection: Connection,
    tenant_id: str,
    judged: Sequence[Judged],
    settings: WinnerSettings,
    *,
    now: datetime,
) -> tuple[int, int]:
    """Bring the list of winners to what was measured; gives how many came and how many went.

    An ad stays down to `keep_chance`, so that a figure at the edge does not flicker. What a person removed
    stays away, and what a caller told of stays.
    """
    ids = [one.standing.ad_id for one in judged]
    known = {one.ad_id: one for one in queries.winners(connection, tenant_id, ad_ids=ids, removed=True)}
    made_of = {one.ad_id: one for one in queries.dna(connection, tenant_id, ad_ids=ids)}
    came = went = 0
    for one in judged:
        before = known.get(one.standing.ad_id)
        alive = before is not None and before.removed_at is None
        if one.standing.verdict == "winner" and (before is None or alive or before.removed_by == RULE):
            after = _winner(one, made_of.get(one.standing.ad_id))
            if before is None or not alive or _differs(before, after):
                add_winner(connection, after, now=now)
            came += not alive
        elif alive and before is not None and before.source == "measured" and _fell(one, settings):
            remove_winner(connection, tenant_id, one.standing.ad_id, who=RULE, now=now)
            went += 1
    return came, went


def learn_dna(
    connection: Connection, tenant_id: str, settings: WinnerSettings, *, now: datetime
) -> DnaReport:
    """Reckon anew what winners share against losers. Ads that a person took off the list count as neither."""
    refused = {
        one.ad_id
        for one in queries.winners(connection, tenant_id, removed=True)
        if one.removed_at is not None and one.removed_by != RULE
    }
    stands = queries.standings(connection, tenant_id)
    verdicts = {one.ad_id: one.verdict for one in (judged.standing for judged in stands)}
    verdicts = {ad_id: verdict for ad_id, verdict in verdicts.items() if ad_id not in refused}
    found = learn(voices(queries.dna(connection, tenant_id), verdicts), settings)
    row = {"tenant_id": tenant_id, "report": report_values(found), "learned_at": now}
    _upsert(connection, dna_reports, [row], ("tenant_id",))
    return found


def _winner(one: Judged, made_of: Dna | None) -> Winner:
    stands = one.standing
    content = made_of.content if made_of else None
    told: dict[str, Any] = {
        "measure": stands.measure,
        "mean": stands.mean,
        "low": stands.low,
        "high": stands.high,
    }
    told |= {"chance": stands.chance_over, "account_id": one.account_id}
    told |= {"variant_id": made_of.variant_id, "video_id": made_of.video_id} if made_of else {}
    return Winner(
        tenant_id=one.tenant_id,
        ad_id=stands.ad_id,
        source="measured",
        reason=stands.reason,
        space=content.space if content and content.vector is not None else None,
        vector=content.vector if content else None,
        vector_reason=content.reason if content else NOT_OURS,
        metadata={name: value for name, value in told.items() if value is not None},
    )


def _differs(before: Winner, after: Winner) -> bool:
    """Whether anything but the time changed; vectors are compared as they rest."""
    same = ("source", "reason", "space", "vector_reason")
    if any(getattr(before, name) != getattr(after, name) for name in same):
        return True
    return dict(before.metadata) != dict(after.metadata) or _at_rest(before) != _at_rest(after)


def _at_rest(winner: Winner) -> bytes | None:
    return None if winner.vector is None else encode(winner.vector)


def _fell(one: Judged, settings: WinnerSettings) -> bool:
    over = one.standing.chance_over
    return over is not None and over < settings.keep_chance


def _check(winner: Winner) -> None:
    assert winner.vector is not None
    if winner.vector.shape != (SIZE,):
        raise InputError(
            f"The vector has {winner.vector.size} numbers.",
            why=f"Content vectors have {SIZE} here.",
            fix="Embed it with the model of this house, or leave the vector out.",
        )
    encode(winner.vector)


def _next_version(connection: Connection, tenant_id: str) -> int:
    """Raise the tenant's counter; others that write its winners wait until this transaction ends."""
    statement = _insert(connection, winner_changes).values(tenant_id=tenant_id, version=1)
    raised = {"version": winner_changes.c.version + 1}
    statement = statement.on_conflict_do_update(index_elements=["tenant_id"], set_=raised)
    connection.execute(statement)
    mine = winner_changes.c.tenant_id == tenant_id
    version: int = connection.execute(select(winner_changes.c.version).where(mine)).scalar_one()
    return version


def _upsert(
    connection: Connection, table: Table, rows: Sequence[dict[str, Any]], key: tuple[str, ...]
) -> None:
    if not rows:
        return
    statement = _insert(connection, table)
    fresh = {c.name: statement.excluded[c.name] for c in table.c if c.name not in key}
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=fresh), list(rows))


def _insert(connection: Connection, table: Table) -> Any:
    return (postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert)(table)
