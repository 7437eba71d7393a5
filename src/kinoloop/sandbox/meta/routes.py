"""Meta's HTTP words: /meta/v26.0/..., one door for everything, as the Graph has."""

from functools import partial

from starlette.routing import Route

from kinoloop.sandbox.meta import batch, control
from kinoloop.sandbox.meta.access import Access
from kinoloop.sandbox.meta.answering import Said, answer
from kinoloop.sandbox.meta.asking import ask_of, versioned
from kinoloop.sandbox.meta.desk import Desk
from kinoloop.sandbox.meta.errors import refuse
from kinoloop.sandbox.meta.plans import ACCOUNTS
from kinoloop.sandbox.wire import Answer, Call, route
from kinoloop.sandbox.world import World

OLDEST, NEWEST = 25, 26
_METHODS = ("GET", "POST", "DELETE")


def routes(world: World) -> list[Route]:
    plans = ACCOUNTS if world.accounts is None else world.accounts
    desk, access = Desk(world, plans), Access(world.keys.meta, world.keys.meta_app_secret)
    door = partial(_door, desk, access)
    return [*(route(method, "/meta/{rest:path}", door) for method in _METHODS), *control.routes(desk)]


def _door(desk: Desk, access: Access, call: Call) -> Answer:
    with desk.world.lock:
        desk.begin()
        version, rest = versioned(call.parts["rest"])
        if version is not None and not OLDEST <= version <= NEWEST:
            raise refuse(2635)
        root = f"{call.base}/meta/v{version or NEWEST}.0"
        ask = ask_of(call, rest, root)
        whole = ask.method == "POST" and not ask.path
        said: Said = batch.run(desk, access, ask) if whole else answer(desk, access, ask)
        return said.answer()
