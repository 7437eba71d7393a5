"""One ASGI application: every vendor under its own prefix, and the control desk under /__sandbox."""

from starlette.applications import Starlette
from starlette.types import ASGIApp

from kinoloop.sandbox import control
from kinoloop.sandbox.anthropic import routes as anthropic
from kinoloop.sandbox.anthropic.shapes import error as anthropic_error
from kinoloop.sandbox.elevenlabs import routes as elevenlabs
from kinoloop.sandbox.gate import Gate
from kinoloop.sandbox.gemini import routes as gemini
from kinoloop.sandbox.hubspot import routes as hubspot
from kinoloop.sandbox.hubspot.problems import problem as hubspot_problem
from kinoloop.sandbox.kie import routes as kie
from kinoloop.sandbox.kie.codes import status_answer
from kinoloop.sandbox.meta import routes as meta
from kinoloop.sandbox.meta.errors import error as meta_error
from kinoloop.sandbox.openai import routes as openai
from kinoloop.sandbox.openai.shapes import error as openai_error
from kinoloop.sandbox.replicate import routes as replicate
from kinoloop.sandbox.replicate.problems import problem
from kinoloop.sandbox.wire import ErrorShape
from kinoloop.sandbox.world import World

SHAPES: dict[str, ErrorShape] = {
    "replicate": problem,
    "kie": status_answer,
    "anthropic": anthropic_error,
    "openai": openai_error,
    "gemini": gemini.error,
    "elevenlabs": elevenlabs.error,
    "meta": meta_error,
    "hubspot": hubspot_problem,
}
VENDORS = (replicate, kie, anthropic, openai, gemini, elevenlabs, meta, hubspot)


def create_sandbox(world: World) -> ASGIApp:
    """The application over one world."""
    routes = [route for vendor in VENDORS for route in vendor.routes(world)]
    return Gate(Starlette(routes=[*control.routes(world), *routes]), world, SHAPES)
