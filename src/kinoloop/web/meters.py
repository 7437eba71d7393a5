"""Metrics for Prometheus: request times as they happen, runs and breakers read from the store when scraped.

A figure that cannot be read is absent from the answer; it is never a constant.
"""

import time
from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kinoloop import __version__
from kinoloop.runs.queries import counts
from kinoloop.web.backstage import Backstage
from kinoloop.web.queries import breaker_states, queue_depths

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class StoreFigures(Collector):
    """What the store knows at the moment of the scrape."""

    def __init__(self, backstage: Backstage) -> None:
        self._backstage = backstage

    def collect(self) -> Iterator[Metric]:
        with self._backstage.database.read() as connection:
            runs, depths, breakers = counts(connection), queue_depths(connection), breaker_states(connection)
        yield _gauge("kinoloop_runs", "Runs by status", "status", runs)
        yield _gauge("kinoloop_queue_depth", "Runs that wait, by queue", "queue", depths)
        yield _gauge("kinoloop_breaker_open", "1 while a circuit breaker is open", "name", breakers)
        yield _gauge("kinoloop_build_info", "The running version", "version", {__version__: 1})

    def describe(self) -> Iterator[Metric]:
        return iter(())


def _gauge(name: str, text: str, label: str, values: Mapping[str, int]) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(name, text, labels=[label])
    for key, value in sorted(values.items()):
        gauge.add_metric([key], value)
    return gauge


class Meters:
    """One registry per site, so that two sites in one process do not mix their figures."""

    def __init__(self, backstage: Backstage) -> None:
        self.registry = CollectorRegistry()
        self.requests = Histogram(
            "kinoloop_http_request_seconds",
            "Time to answer a request",
            ["method", "route", "status"],
            registry=self.registry,
            buckets=BUCKETS,
        )
        self.registry.register(StoreFigures(backstage))


class RequestMeter:
    """ASGI middleware: counts and times each request under its route's pattern, never its full path."""

    def __init__(self, app: ASGIApp, *, meters: Meters) -> None:
        self._app, self._meters = app, meters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "none")
                labels = (scope["method"], route, str(message["status"]))
                self._meters.requests.labels(*labels).observe(time.perf_counter() - began)
            await send(message)

        await self._app(scope, receive, watched)
