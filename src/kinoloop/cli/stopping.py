"""How a command that runs on hears that it shall stop."""

from collections.abc import Iterator
from contextlib import contextmanager
from signal import SIGINT, SIGTERM, signal
from threading import Event


@contextmanager
def until_told() -> Iterator[Event]:
    """An event that SIGTERM and SIGINT set; the handlers before are put back."""
    stopped = Event()
    before = {number: signal(number, lambda *_: stopped.set()) for number in (SIGTERM, SIGINT)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal(number, handler)
