"""How the terminal face speaks: words and bars on stderr, machine output on stdout."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from kinoloop.core.errors import KinoloopError

words = Console(stderr=True, highlight=False)
paper = Console(highlight=False, soft_wrap=True)


def emit(value: object) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def say(line: str) -> None:
    words.print(line)


def tell_error(error: KinoloopError, *, as_json: bool) -> None:
    """What happened, why, what to do; as JSON on stdout when machine output was asked for."""
    if as_json:
        emit({"error": error.as_dict()})
    words.print(f"[bold red]{escape(error.what)}[/]")
    for label, text in (("why", error.why), ("do", error.fix)):
        if text:
            words.print(f"  [dim]{label}:[/] {escape(text)}")


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table on stdout; None is shown as a dash."""
    shown = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for name in columns:
        numeric = all(isinstance(row[len(shown.columns)], int | float) for row in rows) if rows else False
        shown.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        shown.add_row(*(("-" if cell is None else escape(str(cell))) for cell in row))
    paper.print(shown)


class Bar:
    """A `media.watch.Watch` that draws a bar: named step, share done, time left."""

    def __init__(self, progress: Progress, task: TaskID, title: str) -> None:
        self._progress, self._task, self._title = progress, task, title

    def progress(self, done: float, total: float, note: str = "") -> None:
        label = f"{self._title}: {note}" if note else self._title
        self._progress.update(self._task, completed=done, total=total or None, description=escape(label))

    def check(self) -> None:
        """Ctrl-C already ends the terminal's work."""

    def __enter__(self) -> "Bar":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.remove_task(self._task)


@contextmanager
def bars(quiet: bool = False) -> Iterator[Progress]:
    """A region of progress bars on stderr."""
    columns = (TextColumn("{task.description}"), BarColumn(24), TextColumn("{task.percentage:>3.0f}%"))
    with Progress(
        *columns, TimeRemainingColumn(), console=words, transient=True, disable=quiet or not words.is_terminal
    ) as progress:
        yield progress


def bar(progress: Progress, title: str) -> Bar:
    return Bar(progress, progress.add_task(escape(title), total=None), title)
