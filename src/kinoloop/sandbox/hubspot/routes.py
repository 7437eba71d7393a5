"""HubSpot's HTTP words: /crm/v3 and v4 below /hubspot, and the webhook desk below /__sandbox/hubspot."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial, wraps

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kinoloop.sandbox.hubspot import associations, batches, objects, schema, webhooks
from kinoloop.sandbox.hubspot.desk import Desk, desk_of
from kinoloop.sandbox.hubspot.problems import problem
from kinoloop.sandbox.hubspot.searching import search
from kinoloop.sandbox.wire import Answer, Call, Handler, Refusal, read_call
from kinoloop.sandbox.world import World

Work = Callable[[Desk, Call], Answer]
VERSIONS = ("2026-03", "2026-09")
"""Dated versions: the same records, under paths that name the version after the noun."""
_UNDATED = re.compile(r"/crm/v[34]/(\w+)(/.*)")
_OBJECTS = "/crm/v3/objects/{kind}"
_LINKS, _PAIR = "/crm/v4/objects/{kind}/{id}/associations", "/crm/v4/associations/{kind}/{other}/batch"
_PIPELINES, _PROPERTIES = "/crm/v3/pipelines/{kind}", "/crm/v3/properties/{kind}"
PLAN: tuple[tuple[str, str, Work], ...] = (
    ("POST", f"{_OBJECTS}/search", search),
    ("POST", f"{_OBJECTS}/batch/read", batches.read),
    ("POST", f"{_OBJECTS}/batch/create", batches.create),
    ("POST", f"{_OBJECTS}/batch/update", batches.update),
    ("POST", f"{_OBJECTS}/batch/upsert", batches.upsert),
    ("POST", f"{_OBJECTS}/batch/archive", batches.archive),
    ("GET", _OBJECTS, objects.read_page),
    ("POST", _OBJECTS, objects.create),
    ("GET", f"{_OBJECTS}/{{id}}", objects.read),
    ("PATCH", f"{_OBJECTS}/{{id}}", objects.update),
    ("DELETE", f"{_OBJECTS}/{{id}}", objects.archive),
    ("PUT", f"{_LINKS}/default/{{other}}/{{to_id}}", associations.join_default),
    ("GET", f"{_LINKS}/{{other}}", associations.read),
    ("PUT", f"{_LINKS}/{{other}}/{{to_id}}", associations.join),
    ("DELETE", f"{_LINKS}/{{other}}/{{to_id}}", associations.part),
    ("POST", f"{_PAIR}/read", associations.read_batch),
    ("POST", f"{_PAIR}/create", associations.join_batch),
    ("POST", f"{_PAIR}/associate/default", associations.join_batch_default),
    ("POST", f"{_PAIR}/archive", associations.part_batch),
    ("GET", _PIPELINES, schema.pipelines),
    ("POST", _PIPELINES, schema.add_pipeline),
    ("GET", f"{_PIPELINES}/{{id}}", schema.pipeline),
    ("GET", f"{_PIPELINES}/{{id}}/stages", schema.stages),
    ("GET", _PROPERTIES, schema.properties),
    ("POST", _PROPERTIES, schema.add_property),
    ("GET", f"{_PROPERTIES}/{{name}}", schema.property_named),
    ("GET", "/crm/v3/owners", schema.owners),
    ("GET", "/crm/v3/owners/", schema.owners),
    ("GET", "/crm/v3/owners/{id}", schema.owner),
    ("GET", "/account-info/v3/details", schema.details),
)


def routes(world: World) -> list[Route]:
    desk = desk_of(world)
    return [
        *(
            _route(method, f"/hubspot{path}", _guarded(desk, partial(work, desk)))
            for method, path, work in _planned()
        ),
        Route("/hubspot/{rest:path}", _unknown, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
        *webhooks.routes(desk),
    ]


def _planned() -> Iterator[tuple[str, str, Work]]:
    """The plan under v3 and v4, and the same under each dated version."""
    for method, path, work in PLAN:
        yield method, path, work
        if found := _UNDATED.fullmatch(path):
            for version in VERSIONS:
                yield method, f"/crm/{found[1]}/{version}{found[2]}", work


async def _unknown(request: Request) -> Response:
    return problem(404).response()


def _guarded(desk: Desk, handler: Handler) -> Handler:
    """Key, then limits; answers tell what is left, save those to searches."""

    @wraps(handler)
    def checked(call: Call) -> Answer:
        world = desk.world
        if call.bearer != desk.account.token:
            return problem(401)
        world.settle()
        looks = call.path.endswith("/search")
        with world.lock:
            refused = desk.limits.admit(world.now(), search=looks)
            if refused is not None:
                return refused
            told = {} if looks else desk.limits.headers(world.now())
            try:
                answer = handler(call)
            except Refusal as refusal:
                answer = refusal.answer
        return Answer(answer.status, answer.body, {**told, **answer.headers}, answer.media_type)

    return checked


def _route(method: str, path: str, handler: Handler) -> Route:
    """A route whose handler runs in a thread, and whose repeated query names are kept, joined by commas."""

    async def endpoint(request: Request) -> Response:
        call = await read_call(request)
        query = {name: ",".join(request.query_params.getlist(name)) for name in request.query_params}
        return (await run_in_threadpool(handler, replace(call, query=query))).response()

    return Route(path, endpoint, methods=[method])
