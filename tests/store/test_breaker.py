"""The shared breaker: one truth for all processes, on both dialects."""

import pickle
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.synchronize import Barrier

import pytest

from kinoloop.core.clock import ManualClock
from kinoloop.core.errors import InputError, PassingError, UnavailableError
from kinoloop.store.breaker import Breaker, BreakerOpen, breakers, database_now
from kinoloop.store.session import Database, connect
from tests.forked import CHILDREN

START = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


class Weather:
    """A service that a test turns off and on, and that counts its calls."""

    def __init__(self) -> None:
        self.calls = 0
        self.error: BaseException | None = None

    def __call__(self) -> str:
        self.calls += 1
        if self.error:
            raise self.error
        return "fine"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def breaker(database: Database, clock: ManualClock) -> Breaker:
    return Breaker(database, "weather", clock=clock)


def fail(breaker: Breaker, weather: Weather, times: int, error: BaseException | None = None) -> None:
    weather.error = error or PassingError("503")
    for _ in range(times):
        with pytest.raises(type(weather.error)):
            breaker.call(weather)
    weather.error = None


def test_three_faults_in_a_row_stop_the_calls(breaker: Breaker, database: Database) -> None:
    weather = Weather()
    fail(breaker, weather, 3)
    with pytest.raises(BreakerOpen, match="weather is not asked for now") as caught:
        breaker.call(weather)
    assert weather.calls == 3
    assert caught.value.retry_at == START + timedelta(seconds=60)
    assert "12:01:00 UTC" in caught.value.fix and "503" in caught.value.why
    assert isinstance(caught.value, UnavailableError)
    with pytest.raises(BreakerOpen):
        Breaker(database, "weather", clock=ManualClock(START)).call(weather)


def test_a_success_between_faults_starts_the_count_again(breaker: Breaker) -> None:
    weather = Weather()
    fail(breaker, weather, 2)
    assert breaker.call(weather) == "fine"
    fail(breaker, weather, 2)
    assert breaker.state().phase == "closed" and breaker.state().failures == 2


@pytest.mark.parametrize("error", [InputError("bad prompt"), ZeroDivisionError(), KeyboardInterrupt()])
def test_a_callers_own_mistake_does_not_count(breaker: Breaker, error: BaseException) -> None:
    weather = Weather()
    fail(breaker, weather, 5, error)
    assert breaker.state().failures == 0


def test_after_the_recovery_one_trial_closes_it(breaker: Breaker, clock: ManualClock) -> None:
    weather = Weather()
    fail(breaker, weather, 3)
    clock.advance(59.9)
    with pytest.raises(BreakerOpen):
        breaker.call(weather)
    clock.advance(0.1)
    assert breaker.state().phase == "half_open"
    assert breaker.call(weather) == "fine"
    state = breaker.state()
    assert (state.phase, state.failures, state.opened_count, state.retry_at) == ("closed", 0, 1, None)


def test_a_failed_trial_opens_it_for_another_while(breaker: Breaker, clock: ManualClock) -> None:
    weather = Weather()
    fail(breaker, weather, 3)
    clock.advance(60)
    fail(breaker, weather, 1)
    with pytest.raises(BreakerOpen):
        breaker.call(weather)
    assert breaker.state().retry_at == START + timedelta(seconds=120)
    assert breaker.state().opened_count == 2


def test_only_one_trial_runs_and_a_dead_one_gives_way(breaker: Breaker, clock: ManualClock) -> None:
    weather = Weather()
    fail(breaker, weather, 3)
    clock.advance(60)

    def meanwhile() -> str:
        with pytest.raises(BreakerOpen):
            breaker.call(weather)
        clock.advance(121)
        assert breaker.call(weather) == "fine"
        raise PassingError("the first trial, long given up")

    with pytest.raises(PassingError):
        breaker.call(meanwhile)
    assert breaker.state().phase == "closed"
    assert weather.calls == 4


def test_a_trial_that_ends_for_the_callers_reason_frees_its_place(
    breaker: Breaker, clock: ManualClock
) -> None:
    weather = Weather()
    fail(breaker, weather, 3)
    clock.advance(60)
    fail(breaker, weather, 1, InputError("bad prompt"))
    assert breaker.state().phase == "half_open"
    assert breaker.call(weather) == "fine"


def test_no_connection_is_held_while_the_call_runs(breaker: Breaker, database: Database) -> None:
    def work() -> int:
        held: int = database.engine.pool.checkedout()  # type: ignore[attr-defined]  # a QueuePool
        return held

    assert breaker.call(work) == 0


def test_a_healthy_service_needs_no_write(breaker: Breaker, database: Database) -> None:
    assert breaker.call(Weather()) == "fine"
    with database.read() as connection:
        assert breakers(connection) == ()


def test_pages_see_every_service_that_failed(database: Database, clock: ManualClock) -> None:
    fail(
        Breaker(database, "b", threshold=1, clock=clock), Weather(), 1, PassingError("token=hunter2 refused")
    )
    fail(Breaker(database, "a", clock=clock), Weather(), 1)
    with database.read() as connection:
        shown = breakers(connection, START)
        assert [(one.name, one.phase, one.failures) for one in shown] == [
            ("a", "closed", 1),
            ("b", "open", 1),
        ]
        assert "hunter2" not in str(shown[1].last_error)
        assert breakers(connection)[1].phase == "half_open"


def test_without_a_clock_the_databases_own_is_used(database: Database) -> None:
    with database.read() as connection:
        assert abs((database_now(connection) - datetime.now(UTC)).total_seconds()) < 5
    breaker, weather = Breaker(database, "weather", recovery=0.15), Weather()
    fail(breaker, weather, 3)
    with pytest.raises(BreakerOpen):
        breaker.call(weather)
    time.sleep(0.2)
    assert breaker.call(weather) == "fine"


def test_the_error_travels_between_processes() -> None:
    error = BreakerOpen("a", why="b", fix="c", retry_at=START)
    back = pickle.loads(pickle.dumps(error))
    assert (str(back), back.retry_at) == ("a b c", START)


@dataclass
class Endpoint:
    """A model endpoint on loopback: 503 until it is mended; it counts every call with its time and answer."""

    mended: bool = False
    calls: list[tuple[float, int]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def serve(self) -> ThreadingHTTPServer:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                with endpoint.lock:
                    code = 200 if endpoint.mended else 503
                    endpoint.calls.append((time.monotonic(), code))
                time.sleep(0.05)
                self.send_response(code)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Quiet."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server


@pytest.fixture
def endpoint() -> Iterator[tuple[Endpoint, str]]:
    state = Endpoint()
    server = state.serve()
    yield state, f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def ask_until_answered(url: str, endpoint: str, recovery: float, start: Barrier) -> None:
    """One process: asks through the breaker until the endpoint answers."""
    database = connect(url, profile="test", pool=1)
    breaker = Breaker(database, "model", recovery=recovery, trial_lease=10)

    def ask() -> None:
        try:
            urllib.request.urlopen(endpoint, timeout=5).close()
        except urllib.error.HTTPError as error:
            error.close()
            raise PassingError(str(error)) from error

    start.wait(60)
    while True:
        try:
            breaker.call(ask)
            break
        except BreakerOpen:
            time.sleep(0.05)
        except PassingError:
            pass
    database.close()


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_eight_processes_against_a_failing_endpoint(
    database: Database, database_url: str, endpoint: tuple[Endpoint, str]
) -> None:
    """Calls stay within threshold + in flight, then one per recovery; once mended, all are served soon."""
    state, url = endpoint
    recovery, processes, threshold = 1.0, 8, 3
    start = CHILDREN.Barrier(processes + 1)
    work = (database_url, url, recovery, start)
    callers = [CHILDREN.Process(target=ask_until_answered, args=work) for _ in range(processes)]
    for caller in callers:
        caller.start()
    try:
        start.wait(60)
        time.sleep(2.5 * recovery)
        with state.lock:
            failing, state.mended, mended_at = list(state.calls), True, time.monotonic()
        for caller in callers:
            caller.join(60)
        assert [caller.exitcode for caller in callers] == [0] * processes
    finally:
        for caller in callers:
            caller.kill()
            caller.join()
            caller.close()
    recoveries = (mended_at - failing[0][0]) / recovery
    assert threshold < len(failing) <= threshold + processes - 1 + recoveries, "one trial for each recovery"
    answered = [at for at, code in state.calls if code == 200]
    assert len(answered) == processes
    assert answered[0] - mended_at <= recovery + 5, "recovered after one recovery time, on a busy machine"
