"""An open house for one command, and how a command follows a run to its end."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.markup import escape
from rich.progress import Progress, TaskID

from kinoloop.app.compose import App, open_app
from kinoloop.app.settings import Settings, read_settings
from kinoloop.cli import show
from kinoloop.core.errors import KinoloopError
from kinoloop.runs.config import Mode
from kinoloop.runs.records import Json, RunRow


@contextmanager
def opened(
    settings: Settings | None = None, *, mode: Mode = "client", hurried: bool = False
) -> Iterator[App]:
    """The app, closed at the end. In mode `embedded` this process also does the work."""
    app = open_app(settings or read_settings(), mode=mode, hurried=hurried)
    try:
        if mode != "client":
            app.runs.launch()
        yield app
    finally:
        app.close()


def follow(app: App, run_ids: Sequence[str], *, quiet: bool) -> list[tuple[str, Json | KinoloopError]]:
    """Wait for runs one after the other with a bar; gives each one's result or its error."""
    ended: list[tuple[str, Json | KinoloopError]] = []
    with show.bars(quiet=quiet) as area:
        for run_id in run_ids:
            task = area.add_task("waiting", total=100)
            try:
                ended.append((run_id, app.runs.wait(run_id, seen=_drawing(area, task))))
            except KinoloopError as error:
                ended.append((run_id, error))
            finally:
                area.remove_task(task)
    return ended


def _drawing(area: Progress, task: TaskID) -> Callable[[RunRow], None]:
    def draw(row: RunRow) -> None:
        step = f": {row.current_step}" if row.current_step else ""
        note = f", {row.note}" if row.note else ""
        area.update(task, completed=row.progress, description=escape(f"{row.title}{step}{note}"))

    return draw
