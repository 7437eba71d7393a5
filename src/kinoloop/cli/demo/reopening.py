"""What the last demo left, opened again: its house without the world around it, on its own clock."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from kinoloop.app.compose import App, open_app
from kinoloop.app.settings import Settings, read_settings, sample_settings
from kinoloop.cli.demo.clock import SampleClock
from kinoloop.cli.demo.sample import FOLDER, MARK, SHOP, TENANT
from kinoloop.core.errors import NotFoundError


@contextmanager
def reopened(person: Settings | None = None, *, launch: bool = True) -> Iterator[App]:
    """Nothing is connected: there is no platform any more. Raises NotFoundError where no demo has ended.

    With `launch` this process also does the work that people start.
    """
    person = person or read_settings()
    folder = person.home.resolve() / FOLDER
    clock = SampleClock(_ended(folder))
    clock.let_go()
    settings = sample_settings(person, home=folder, sample=True, tenant=TENANT, landing_hosts=(SHOP,))
    app = open_app(settings, mode="embedded" if launch else "client", clock=clock, schedules=())
    try:
        if launch:
            app.runs.launch()
        yield app
    finally:
        app.close()


def _ended(folder: Path) -> datetime:
    mark = folder / MARK
    told = json.loads(mark.read_text()) if mark.is_file() else {}
    if "ended_at" not in told:
        raise NotFoundError("There is no sample to show.", fix="Run the demo to its end: kinoloop demo.")
    return datetime.fromisoformat(told["ended_at"])
