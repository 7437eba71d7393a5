"""A worker of the chaos run, how it reaches the sandbox, and what goes wrong on the way."""

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

from bench import changes_checker as checker
from kinoloop.core.clock import SystemClock
from kinoloop.flows.apply_changes.executor import open_executor
from kinoloop.flows.apply_changes.place import Patience
from kinoloop.sandbox.faults import Fault
from kinoloop.sandbox.keys import SandboxKeys
from kinoloop.store.breaker import Breaker
from kinoloop.store.pace import Pace
from kinoloop.store.session import Database, connect
from kinoloop.vendors.http import Patience as HttpPatience
from kinoloop.vendors.http import Retries
from kinoloop.vendors.meta.adapter import MetaPlatform
from kinoloop.vendors.meta.wire import GraphHttp

HASTY = Patience(lease=12.0, look=2.0, fresh=3.0, write=7.0, settle=3.0, idle=0.2)
"""A dead worker is missed soon: every request below ends within `write`."""
HTTP = HttpPatience(connect=1.0, silence=3.0, whole=5.0)
PACE_PATIENCE = 2.0
THROTTLED = {"error": {"message": "slow down", "code": 613, "error_subcode": 5044001, "is_transient": True}}
REFUSED = {"error": {"message": checker.REFUSAL, "code": 100, "type": "OAuthException"}}
AWAY = {"error": {"message": "Service temporarily unavailable", "code": 2, "is_transient": True}}
FAULTS = (
    Fault(vendor="meta", method="POST", path="/batch/*", cut="before", rate=0.05),
    Fault(vendor="meta", method="POST", path="/batch/*", cut="after", rate=0.05),
    Fault(vendor="meta", method="POST", path="/batch/*", status=500, body=AWAY, rate=0.02),
    Fault(vendor="meta", method="POST", cut="before", rate=0.04),
    Fault(vendor="meta", method="POST", cut="after", rate=0.05),
    Fault(vendor="meta", method="POST", cut="midway", rate=0.03),
    Fault(vendor="meta", method="POST", status=500, body=AWAY, rate=0.03),
    Fault(vendor="meta", method="POST", status=400, body=THROTTLED, rate=0.04),
    Fault(
        vendor="meta",
        method="POST",
        path="/v26.0/?*",
        status=403,
        body=REFUSED,
        error=checker.REFUSAL,
        rate=0.02,
    ),
    Fault(vendor="meta", method="POST", latency=4.0, rate=0.01),
    Fault(vendor="meta", method="POST", latency=0.3, rate=0.05),
    Fault(vendor="meta", method="GET", cut="before", rate=0.01),
    Fault(vendor="meta", method="GET", cut="midway", rate=0.01),
    Fault(vendor="meta", method="GET", status=500, body=AWAY, rate=0.01),
    Fault(vendor="meta", method="GET", status=400, body=THROTTLED, rate=0.005),
)
"""Refusals, throttles, failures, delays beyond our patience, cuts before, after and inside the answer."""


def serve(url: str, sandbox: str, batch: int) -> None:
    """A worker process: applies changes until SIGTERM."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    database = connect(url, profile="test", pool=4)
    with platform(database, sandbox) as here:
        executor = open_executor(database, lambda account: here, batch=batch, patience=HASTY)
        executor.run(worker_name(os.getpid()), stop)
    database.close()


def worker_name(pid: int) -> str:
    return f"{socket.gethostname()}-{pid}"


@contextmanager
def platform(database: Database, sandbox: str) -> Iterator[MetaPlatform]:
    """Meta as the product reaches it, only less patient."""
    breaker = Breaker(database, "meta", threshold=10, recovery=1.0)
    pace = Pace(database, "meta", 500, 1.0, patience=PACE_PATIENCE)
    keys, clock = SandboxKeys(), SystemClock()
    retries = Retries(first=0.1, longest=2.0)
    with GraphHttp("Meta", random=Random(), patience=HTTP, retries=retries) as http:
        yield MetaPlatform(
            f"{sandbox}/meta", keys.meta, keys.meta_app_secret, http, breaker, pace, clock=clock
        )
