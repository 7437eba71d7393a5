"""Replicate's HTTP words: /v1/predictions, /v1/models/.../predictions, webhook secret, account, models."""

import re
from datetime import timedelta
from functools import partial, wraps
from typing import Any

from starlette.routing import Route

from kinoloop.sandbox.forms import Field, check, filled
from kinoloop.sandbox.jobs import Job
from kinoloop.sandbox.replicate.desk import Desk
from kinoloop.sandbox.replicate.files import file_routes, inline
from kinoloop.sandbox.replicate.models import Card, card_named, card_of_version
from kinoloop.sandbox.replicate.paging import page
from kinoloop.sandbox.replicate.problems import invalid, no_such_version, problem, throttled
from kinoloop.sandbox.wire import Answer, Call, Handler, Refusal, route
from kinoloop.sandbox.world import World

_REQUEST = {
    "webhook": Field("string", least=1),
    "webhook_events_filter": Field("strings", most=4),
    "stream": Field("boolean"),
}
_EVENTS = ("start", "output", "logs", "completed")
_BY_DEFAULT = ("output", "completed")
_LENGTH = re.compile(r"^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?$")


def routes(world: World) -> list[Route]:
    desk = Desk(world)
    guarded = partial(_guarded, desk)
    return [
        route("POST", "/replicate/v1/predictions", guarded(partial(_create_by_version, desk))),
        route(
            "POST",
            "/replicate/v1/models/{owner}/{name}/predictions",
            guarded(partial(_create_by_name, desk)),
        ),
        route("GET", "/replicate/v1/predictions", guarded(partial(_list, desk))),
        route("GET", "/replicate/v1/predictions/{id}", guarded(partial(_get, desk))),
        route("POST", "/replicate/v1/predictions/{id}/cancel", guarded(partial(_cancel, desk))),
        route("GET", "/replicate/v1/webhooks/default/secret", guarded(partial(_secret, desk))),
        route("GET", "/replicate/v1/account", guarded(_account)),
        route("GET", "/replicate/v1/models/{owner}/{name}", guarded(_model)),
        *file_routes(world, guarded),
    ]


def _guarded(desk: Desk, handler: Handler) -> Handler:
    """Key, then rate limit; answers tell what is left of it."""

    @wraps(handler)
    def checked(call: Call) -> Answer:
        world = desk.world
        if call.bearer != world.keys.replicate:
            return problem(401)
        world.settle()
        creates = call.method == "POST" and call.path.endswith("/predictions")
        with world.lock:
            limit = desk.creates if creates else desk.calls
            if not limit.take(world.now()):
                return throttled(max(1, round(limit.seconds_to_wait(world.now()))))
            told = {
                "ratelimit-remaining": str(limit.remaining(world.now())),
                "ratelimit-reset": str(max(1, round(limit.seconds_to_wait(world.now())))),
            }
        try:
            answer = handler(call)
        except Refusal as refusal:
            answer = refusal.answer
        return Answer(answer.status, answer.body, {**told, **answer.headers}, answer.media_type)

    return checked


def _create_by_version(desk: Desk, call: Call) -> Answer:
    given = _object(call)
    version = given.pop("version", None)
    if not isinstance(version, str):
        raise Refusal(problem(422, "- version is required\n"))
    card = card_of_version(version)
    if card is None:
        raise Refusal(no_such_version())
    return _create(desk, call, card, given)


def _create_by_name(desk: Desk, call: Call) -> Answer:
    card = card_named(f"{call.parts['owner']}/{call.parts['name']}")
    if card is None or not card.official:
        raise Refusal(problem(404))
    return _create(desk, call, card, _object(call))


def _object(call: Call) -> dict[str, Any]:
    given = call.json()
    if not isinstance(given, dict):
        raise Refusal(problem(400, "The body is not a JSON object."))
    return given


def _create(desk: Desk, call: Call, card: Card, given: dict[str, Any]) -> Answer:
    inputs = given.pop("input", None)
    events = _checked_request(given)
    if not isinstance(inputs, dict):
        raise Refusal(problem(422, "- input is required\n"))
    if problems := check(card.form, inputs):
        raise Refusal(invalid(problems))
    world = desk.world
    left = world.ledger.left("replicate")
    if left is not None and left <= 0:
        raise Refusal(problem(402))
    with world.lock:
        job = desk.open(
            card,
            inputs,
            filled(card.form, inputs),
            call.base,
            given.get("webhook"),
            events,
            _length(call.headers.get("cancel-after")),
        )
    return _after_waiting(desk, call, job)


def _checked_request(given: dict[str, Any]) -> tuple[str, ...]:
    """The webhook events asked for. Refuses unknown fields and webhooks that are no address."""
    if problems := check(_REQUEST, given):
        raise Refusal(invalid(problems, ""))
    events = tuple(given.get("webhook_events_filter") or _BY_DEFAULT)
    if any(event not in _EVENTS for event in events):
        raise Refusal(problem(422, "- webhook_events_filter: unknown event\n"))
    webhook = given.get("webhook")
    if webhook is not None and not webhook.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise Refusal(problem(422, "- webhook: must be an HTTPS URL\n"))
    return events


def _length(text: str | None) -> timedelta | None:
    """`90s`, `5m`, `1h30m` or plain seconds, at least five seconds."""
    if text is None:
        return None
    match = _LENGTH.match(text)
    hours, minutes, seconds = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
    asked = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if asked < timedelta(seconds=5):
        raise Refusal(problem(422, "- Cancel-After: must be a duration of at least 5 seconds\n"))
    return asked


def _after_waiting(desk: Desk, call: Call, job: Job) -> Answer:
    """201 at once; with `Prefer: wait=n` as soon as there is output, at latest after n seconds."""
    wait = re.fullmatch(r"wait(?:=(\d+))?", call.headers.get("prefer", "").strip())
    if wait is None:
        with desk.world.lock:
            return Answer(201, desk.body(job))
    seconds = int(wait[1] or 60)
    if not 1 <= seconds <= 60:
        raise Refusal(problem(422, "- Prefer: wait must be between 1 and 60 seconds\n"))
    desk.world.wait_for(lambda: bool(job.output) or job.over, seconds)
    with desk.world.lock:
        told = inline(desk.world, desk.body(job))
    return Answer(201, told, {"preference-applied": f"wait={seconds}"})


def _find(desk: Desk, call: Call) -> Job:
    job = desk.shop.jobs.get(call.parts["id"])
    if job is None:
        raise Refusal(problem(404))
    return job


def _get(desk: Desk, call: Call) -> Answer:
    with desk.world.lock:
        return Answer(200, desk.body(_find(desk, call)))


def _cancel(desk: Desk, call: Call) -> Answer:
    with desk.world.lock:
        job = _find(desk, call)
        desk.shop.cancel(job, desk.world.now())
        return Answer(200, desk.body(job))


def _list(desk: Desk, call: Call) -> Answer:
    with desk.world.lock:
        return Answer(200, page(desk, call))


def _secret(desk: Desk, call: Call) -> Answer:
    return Answer(200, {"key": desk.world.keys.replicate_webhook})


def _account(call: Call) -> Answer:
    return Answer(
        200, {"type": "organization", "username": "sandbox", "name": "Sandbox", "github_url": call.base}
    )


def _model(call: Call) -> Answer:
    card = card_named(f"{call.parts['owner']}/{call.parts['name']}")
    if card is None:
        raise Refusal(problem(404))
    return Answer(
        200,
        {
            "url": f"{call.base}/replicate/{card.full_name}",
            "owner": card.owner,
            "name": card.name,
            "description": "A model of the sandbox.",
            "visibility": "public",
            "github_url": None,
            "paper_url": None,
            "license_url": None,
            "run_count": 0,
            "is_official": card.official,
            "cover_image_url": None,
            "default_example": None,
            "latest_version": None if card.official else {"id": card.version},
        },
    )
