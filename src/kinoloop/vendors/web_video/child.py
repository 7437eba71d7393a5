"""The child process: limits on itself, one order, one answer. Started by `download`, never by hand."""

import io
import os
import resource
import sys
import threading

from kinoloop.vendors.web_video.fetch import main
from kinoloop.vendors.web_video.wall import refuse_strangers

LARGEST_FILE = int(os.environ.get("KINOLOOP_LARGEST_FILE", "0"))


def run() -> int:
    """Read the order, then watch standard input: when the parent is gone, so are we and all we started."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if LARGEST_FILE:
        resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
    sys.addaudithook(refuse_strangers)
    order = io.StringIO(sys.stdin.readline())
    threading.Thread(target=_die_with_parent, daemon=True).start()
    return main(order, sys.stdout)


def _die_with_parent() -> None:
    sys.stdin.read()
    os.killpg(0, 9)


if __name__ == "__main__":
    code = run()
    sys.stdout.flush()
    os._exit(code)  # the thread that waits for the parent would otherwise hold the door
