"""A decision made again from what was known then: same policy, settings and seed, compared to the byte."""

from sqlalchemy import Connection

from kinoloop.core.errors import KinoloopError
from kinoloop.core.ids import hash_bytes
from kinoloop.learning.bandit.records import Round
from kinoloop.learning.decisions import queries
from kinoloop.learning.decisions.policies import PolicyOf, policy_of, versions
from kinoloop.learning.decisions.records import Decision, Replay
from kinoloop.learning.decisions.rules.freezing import round_bytes, round_of, thaw


def replay(connection: Connection, told: Decision, *, make: PolicyOf = policy_of) -> Replay:
    """Nothing of today is read but the stored bytes. Raises IntegrityError where those are damaged."""
    stored = queries.round_stored(connection, told.decision_id)
    view, _ = thaw(queries.frozen(connection, told.view_sha256))
    try:
        again = round_bytes(make(told.policy, told.settings, told.currency).decide(view, told.seed))
    except KinoloopError as error:
        return Replay(told.decision_id, False, told.round_sha256, None, why=str(error))
    sha256 = hash_bytes(again)
    if again == stored:
        return Replay(told.decision_id, True, told.round_sha256, sha256)
    ads, why = _differing(round_of(stored), round_of(again)), _why(told, round_of(again))
    return Replay(told.decision_id, False, told.round_sha256, sha256, ads, why)


def _differing(before: Round, after: Round) -> tuple[str, ...]:
    now = {one.ad_id: one for one in after.decisions}
    return tuple(one.ad_id for one in before.decisions if now.get(one.ad_id) != one)


def _why(told: Decision, again: Round) -> str:
    if again.policy != told.policy:
        return f"It was decided by '{told.policy}'; this program has '{again.policy}'."
    now = versions()
    other = [
        f"{name} {was}, now {now.get(name)}" for name, was in told.made_by.items() if now.get(name) != was
    ]
    if other:
        return f"It was decided with {'; '.join(other)}."
    return "The policy answers otherwise than it did, with the same versions: its code has changed."
