"""A new model from the last results: the first champion, or a challenger that goes on trial."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from kinoloop.flows.train_predictor.tools import TrainTools
from kinoloop.learning.predictor import queries
from kinoloop.learning.predictor.rules.artifact import to_bytes
from kinoloop.learning.predictor.rules.learning import Lesson, too_little
from kinoloop.learning.predictor.rules.learning import learn as learnt
from kinoloop.registry.models import operations
from kinoloop.registry.models import queries as registry
from kinoloop.registry.models.records import Learnt

Json = dict[str, Any]
WHO = "train_predictor"


def learn(connection: Connection, tools: TrainTools, tenant_id: str) -> Json:
    """Nothing while a challenger is on trial: it must not be changed under the test. A model that does not
    beat the plain average on the last days is kept, and used for nothing.
    """
    name, now = queries.model_name(tenant_id), tools.clock.now()
    if registry.open_trial(connection, name) is not None:
        return {"trained": False, "reason": "A challenger is on trial."}
    days = queries.tenant_days(connection, tenant_id, now)
    trouble = too_little(days) if days else "There are no results yet."
    if trouble is not None:
        return {"trained": False, "reason": trouble}
    lesson = learnt(days, queries.traits_of(connection, tenant_id))
    model = operations.register(connection, _kept(name, lesson), now=now, new_id=tools.new_id)
    told = {"trained": True, "version": model.version, "ne": lesson.held_out.ne}
    champion = registry.champion(connection, name)
    if champion is not None and champion.model_id == model.model_id:
        return told | {"reason": "It is the champion itself: nothing new was learnt."}
    if not lesson.beats:
        reason = f"It did not beat the average on the last days (NE {lesson.held_out.ne:.4f})."
        return told | {"reason": reason, "event": f"{model.version} was kept: {reason}"}
    if champion is None:
        reason = f"The first that beats the average on later days (NE {lesson.held_out.ne:.4f})."
        operations.promote(connection, model.model_id, expected=None, who=WHO, reason=reason, now=now)
        return told | {"reason": reason, "event": f"{model.version} is the champion. {reason}"}
    trial = operations.open_trial(connection, model, now=now, new_id=tools.new_id)
    reason = f"On trial against {champion.version}."
    return told | {"trial_id": trial.trial_id, "reason": reason, "event": f"{model.version} is {reason}"}


def _kept(name: str, lesson: Lesson) -> Learnt:
    metrics = {"held_out": asdict(lesson.held_out), "held_out_from": lesson.cut.isoformat()}
    return Learnt(name, to_bytes(lesson.model), lesson.since, lesson.until, lesson.rows, metrics)
