"""The route that gives files away: open to whoever knows the address, as the vendors' file hosts are."""

from functools import partial

from starlette.routing import Route

from kinoloop.sandbox.shelf import serve
from kinoloop.sandbox.wire import Answer, Call, route
from kinoloop.sandbox.world import World


def results(world: World, vendor: str) -> Route:
    """`/{vendor}/files/{token}/{name}` with ranges; 404 once expired."""
    return route("GET", f"/{vendor}/files/{{token}}/{{name}}", partial(_give, world, vendor))


def _give(world: World, vendor: str, call: Call) -> Answer:
    with world.lock:
        stored = world.shelf.find(call.parts["token"], world.now())
        path = call.path.removeprefix(f"/{vendor}")
        spoils = {fault.spoil for fault in world.faults.strike("file", vendor, "GET", path)}
    if stored is None or stored.name != call.parts["name"] or "gone" in spoils:
        return Answer(404, b"Not Found", {}, "text/plain")
    data = world.shelf.content(stored)
    if "truncated" in spoils:
        data = data[: len(data) // 2]
    if "garbled" in spoils:
        data = bytes(byte ^ 0x5A for byte in data)
    return serve(data, stored.media_type, call.headers.get("range"))
