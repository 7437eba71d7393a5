"""Everything about the models of one name: who is used, who is on trial, how reliable, what happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from kinoloop.learning.predictor.queries import measured, model_name
from kinoloop.learning.predictor.records import Quality
from kinoloop.learning.predictor.rules.reliability import quality_of, reliability
from kinoloop.registry.models import queries as registry
from kinoloop.registry.models.records import Model, Promotion, Trial
from kinoloop.web.ads.words import who_words, with_names
from kinoloop.web.pages.models.diagram import Diagram, diagram_of
from kinoloop.web.pages.models.evidence import OpenTrial, open_trial_of
from kinoloop.web.pages.models.measures import Measure, measures_of, quality_kept
from kinoloop.web.words import ago_words, plain

KNOWN = 200
VERSIONS, HISTORY = 20, 20
KINDS = {"ctr": "Click-through rate"}
STEPS = {"first": "First champion", "promoted": "Promoted", "rolled_back": "Rolled back"}
ENDINGS = {"promote": "Challenger promoted", "reject": "Challenger turned down"}


@dataclass(frozen=True)
class Judgement:
    """How good a model was on some results; `quality` None with `why`. `title` says on which results."""

    title: str
    note: str
    quality: Quality | None
    measures: tuple[Measure, ...]
    diagram: Diagram | None
    why: str = ""


@dataclass(frozen=True)
class Version:
    """A model in the list; `role` is champion, challenger or empty. `gain` is its held-out figure."""

    model: Model
    role: str
    gain: float | None
    ago: str | None


@dataclass(frozen=True)
class Step:
    """One line of the history: a promotion or the end of a trial."""

    at: datetime
    ago: str | None
    what: str
    words: str
    who: str | None
    reason: str


@dataclass(frozen=True)
class Bands:
    """How many real rates lay in the band that was said, above and below it."""

    total: int
    known: int
    inside: int
    above: int
    below: int


@dataclass(frozen=True)
class Room:
    """`before` is who a rollback would bring back, None when nobody stood there before."""

    name: str
    title: str
    champion: Model | None
    crowned: Step | None
    trial: OpenTrial | None
    challenger: Judgement | None
    held_out: Judgement | None
    live: Judgement | None
    bands: Bands | None
    versions: tuple[Version, ...]
    steps: tuple[Step, ...]
    before: Model | None


def names_of_models(connection: Connection, tenant: str) -> tuple[str, ...]:
    """The names that this tenant's models go by; other tenants' are left out."""
    found = {one.model_name for one in registry.models(connection, limit=KNOWN)}
    mine = {name for name in found if name.partition(":")[2] in ("", tenant)}
    return tuple(sorted(mine | {model_name(tenant)}))


def room_of(
    connection: Connection, tenant: str, name: str, people: Mapping[str, str], now: datetime
) -> Room | None:
    """None while no model of this name was kept."""
    known = registry.models(connection, model_name=name, limit=KNOWN)
    if not known:
        return None
    champion, trial = registry.champion(connection, name), open_trial_of(connection, name)
    promotions = registry.promotions(connection, name, limit=HISTORY)
    by_id = {one.model_id: one.version for one in known}
    steps = steps_of(promotions, registry.trials(connection, name, limit=HISTORY), by_id, people, now)
    return Room(
        name=name,
        title=KINDS.get(name.partition(":")[0], plain(name)),
        champion=champion,
        crowned=next((one for one in steps if one.what in STEPS), None),
        trial=trial,
        challenger=held_out_of(trial.challenger) if trial else None,
        held_out=held_out_of(champion) if champion else None,
        live=live_of(connection, tenant, champion) if champion else None,
        bands=bands_of(connection, tenant, champion) if champion else None,
        versions=tuple(_version(one, trial, now) for one in known[:VERSIONS]),
        steps=steps[:HISTORY],
        before=before_of(connection, champion, promotions),
    )


def held_out_of(model: Model) -> Judgement:
    """On the last days before it was learnt, by a model that had not seen them."""
    told, since = quality_kept(model.metrics), model.metrics.get("held_out_from")
    note = f"Learnt without the days from {since} on, then held against them." if since else ""
    return _judgement("On days it had not seen", note, told, "Nothing was measured when it was kept.")


def live_of(connection: Connection, tenant: str, model: Model) -> Judgement:
    """On what became of its predictions."""
    told = quality_of(measured(connection, tenant, sha256=model.sha256))
    note = "What became of its predictions: seven days of results after each, once they are settled."
    return _judgement("In use", note, told, "No prediction of this model has its real results yet.")


def bands_of(connection: Connection, tenant: str, model: Model) -> Bands | None:
    """None before any prediction of it has its real rate."""
    found = measured(connection, tenant, sha256=model.sha256)
    told = reliability(found, len(found))
    if not told.with_actuals:
        return None
    return Bands(told.total, told.with_actuals, told.in_band, told.above_high, told.below_low)


def before_of(
    connection: Connection, champion: Model | None, promotions: Sequence[Promotion]
) -> Model | None:
    """Whose place the champion took, as a rollback finds it."""
    if champion is None:
        return None
    took = (one for one in promotions if one.to_id == champion.model_id and one.what != "rolled_back")
    found = next(took, None)
    if found is None or found.from_id is None:
        return None
    return registry.model(connection, found.from_id)


def steps_of(
    promotions: Sequence[Promotion],
    trials: Sequence[Trial],
    versions: Mapping[str, str],
    people: Mapping[str, str],
    now: datetime,
) -> tuple[Step, ...]:
    """The latest first."""

    def named(model_id: str) -> str:
        return versions.get(model_id, model_id)

    made = [
        Step(
            at=one.at,
            ago=ago_words(one.at, now),
            what=one.what,
            words=f"{STEPS[one.what]}: {named(one.to_id)}",
            who=WHO.get(one.who) or who_words(one.who, people),
            reason=with_names(one.reason, people),
        )
        for one in promotions
    ]
    made += [
        Step(
            at=one.closed_at,
            ago=ago_words(one.closed_at, now),
            what="trial",
            words=f"{ENDINGS.get(one.verdict or '', 'Trial over')}: {named(one.challenger_id)}",
            who=None,
            reason=one.reason or "",
        )
        for one in trials
        if one.closed_at is not None
    ]
    return tuple(sorted(made, key=lambda one: one.at, reverse=True))


WHO = {"train_predictor": "the daily training"}


def _judgement(title: str, note: str, told: Quality | None, why: str) -> Judgement:
    if told is None:
        return Judgement(title, note, None, (), None, why)
    return Judgement(title, note, told, measures_of(told), diagram_of(told.bins))


def _version(model: Model, trial: OpenTrial | None, now: datetime) -> Version:
    role = "champion" if model.is_champion else ""
    if trial is not None and model.model_id == trial.challenger.model_id:
        role = "challenger"
    told = quality_kept(model.metrics)
    return Version(model, role, None if told is None else told.ne, ago_words(model.created_at, now))
