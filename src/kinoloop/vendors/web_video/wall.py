"""The wall around a download: in its process the interpreter refuses every connection but those of the guard.

An extractor that ignored its proxy would be stopped here. The hook cannot be taken out again, so only the
child process installs it.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Passage(threading.local):
    open = False


DOORS: set[int] = set()
"""Loopback ports of guard proxies in this process."""
_passage = _Passage()


@contextmanager
def passage() -> Iterator[None]:
    """While open, this thread may resolve and connect: what it reaches has been judged."""
    _passage.open = True
    try:
        yield
    finally:
        _passage.open = False


def refuse_strangers(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook. Raises PermissionError for lookups and connections that bypass the guard."""
    if _passage.open:
        return
    if event == "socket.connect" and not _is_door(arguments[1]):
        raise PermissionError(f"{arguments[1]} is not to be reached past the guard")
    if event == "socket.getaddrinfo" and arguments[0] not in ("127.0.0.1", b"127.0.0.1"):
        raise PermissionError(f"{arguments[0]!r} is not to be looked up past the guard")


def _is_door(address: object) -> bool:
    return isinstance(address, tuple) and address[0] == "127.0.0.1" and address[1] in DOORS
