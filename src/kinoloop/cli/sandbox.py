"""`kinoloop sandbox`: the outside world emulated on loopback, to try everything without an account."""

from typing import Annotated

import typer

from kinoloop.cli import show
from kinoloop.cli.stopping import until_told
from kinoloop.core.errors import InputError
from kinoloop.sandbox.causes import join_crm
from kinoloop.sandbox.environment import export_lines
from kinoloop.sandbox.scenarios import SCENARIOS, scenario
from kinoloop.sandbox.serving import serving
from kinoloop.sandbox.world import SPEED, World

PORT = 8899
_NAMES = ", ".join(SCENARIOS)


def add_to(app: typer.Typer) -> None:
    app.command()(sandbox)


def sandbox(
    port: Annotated[int, typer.Option("--port", help="Port on loopback; 0 takes a free one.")] = PORT,
    name: Annotated[str, typer.Option("--scenario", help=f"What goes wrong: {_NAMES}.")] = "healthy",
    speed: Annotated[float, typer.Option("--speed", help="How much faster than the real vendors.")] = SPEED,
    seed: Annotated[int, typer.Option("--seed", help="Seed of faults and answers.")] = 7,
) -> None:
    """Emulate Replicate, KIE, models, voices, Meta and HubSpot on this machine. Nothing is sent outside."""
    if not 0.01 <= speed <= 100_000:
        raise InputError(f"A speed of {speed:g} is not usable.", fix="Give one from 0.01 to 100000.")
    scenario(name)  # before anything is started
    with until_told() as stopped:
        world = World(seed=seed, speed=speed, scenario_name=name)
        join_crm(world)
        with serving(world, port) as url:
            for line in export_lines(url, world.keys):
                show.paper.print(line, soft_wrap=True, markup=False, highlight=False)
            show.say(
                f"The sandbox ({name}) is at {url}; its controls are at {url}/__sandbox. Ctrl-C stops it."
            )
            while not stopped.wait(0.5):  # an endless wait may miss a signal that comes as it begins
                pass
    show.say("Stopped.")
