"""One contract for both makers, against the sandbox: states, faults, expiry, lost answers, one charge."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from kinoloop.core.clock import SystemClock
from kinoloop.core.errors import (
    InputError,
    IntegrityError,
    KinoloopError,
    LimitError,
    NotFoundError,
    PassingError,
    UnavailableError,
)
from kinoloop.creative.visuals.ports import VisualMaker
from kinoloop.creative.visuals.records import VisualOrder, VisualState
from kinoloop.media.probe import probe
from kinoloop.media.watch import SilentWatch
from kinoloop.sandbox.faults import Fault
from kinoloop.sandbox.testing import Sandbox, running_sandbox
from kinoloop.store.session import Database
from kinoloop.vendors.callbacks import CallbackRefusedError
from kinoloop.vendors.kie.callbacks import verify as verify_kie
from kinoloop.vendors.refusals import NotTakenError
from kinoloop.vendors.replicate.callbacks import verify as verify_replicate
from tests.vendors.makers import VEO, kie_maker, order, replicate_maker
from tests.vendors.server import Seen, serving

KEYS = {"replicate": "sandbox-replicate-key", "kie": "sandbox-kie-key"}
MAKERS: dict[str, Callable[..., AbstractContextManager[VisualMaker]]] = {
    "replicate": replicate_maker,
    "kie": kie_maker,
}


@dataclass
class Stand:
    """A maker before the sandbox, with an order that it can fill."""

    vendor: str
    sandbox: Sandbox
    database: Database
    order: VisualOrder

    @contextmanager
    def maker(self, **options: Any) -> Iterator[VisualMaker]:
        build = MAKERS[self.vendor]
        options = {"token": KEYS[self.vendor]} | options
        with build(self.database, self.sandbox.vendor_url(self.vendor), **options) as maker:
            yield maker

    def fault(self, **fault: Any) -> None:
        self.sandbox.fault(Fault(vendor=self.vendor, **fault))

    def creations(self) -> int:
        """How many tasks the vendor really made."""
        posts = self.sandbox.requests(vendor=self.vendor, method="POST")
        return sum(1 for entry in posts if entry.handled and not entry.path.endswith("/cancel"))


ORDERS = {
    "replicate": order(VEO, seconds=4),
    "kie job": order("kling-2.6/text-to-video"),
    "kie veo": order("veo3_fast", seconds=8),
}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox() as running:
        yield running


@pytest.fixture(params=list(ORDERS))
def stand(request: pytest.FixtureRequest, sandbox: Sandbox, sqlite_database: Database) -> Stand:
    return Stand(request.param.split()[0], sandbox, sqlite_database, ORDERS[request.param])


def until_over(maker: VisualMaker, external_id: str) -> tuple[VisualState, list[str]]:
    """The last state, and each status on the way."""
    seen: list[str] = []
    until = time.monotonic() + 10
    while time.monotonic() < until:
        state = maker.look(external_id)
        if not seen or seen[-1] != state.status:
            seen.append(state.status)
        if state.over:
            return state, seen
        time.sleep(0.005)
    raise AssertionError(f"not over: {seen}")


def test_an_order_becomes_a_film_that_is_charged_once(stand: Stand, tmp_path: Path) -> None:
    with stand.maker() as maker:
        external_id = maker.submit(stand.order)
        state, seen = until_over(maker, external_id)
        assert state.status == "succeeded" and state.charged and state.external_id == external_id
        assert seen == [one for one in ("waiting", "running", "succeeded") if one in seen]
        film = maker.fetch(state.urls[0], tmp_path / "scene.mp4", SilentWatch())
        maker.cancel(external_id)
    info = probe(film)
    assert info.video is not None and info.video.height > info.video.width
    assert abs(float(info.duration) - stand.order.seconds) < 0.3
    assert stand.creations() == 1 and stand.sandbox.billed(stand.vendor) > 0


def test_a_failed_generation_is_told_in_the_services_words(stand: Stand) -> None:
    stand.fault(outcome="failed", error="Prediction interrupted; please retry (code: PA)")
    with stand.maker() as maker:
        state, _ = until_over(maker, maker.submit(stand.order))
    assert (state.status, state.passing, state.urls) == ("failed", True, ())
    assert state.error is not None and "interrupted" in state.error
    assert state.charged is not True and stand.sandbox.billed(stand.vendor) == 0


def test_what_offends_the_service_is_not_worth_asking_again(stand: Stand) -> None:
    stand.fault(outcome="failed", error="The prompt was flagged as sensitive (E005)")
    with stand.maker() as maker:
        state, _ = until_over(maker, maker.submit(stand.order))
    assert state.status == "failed" and not state.passing


def test_expired_media_is_told_as_such(stand: Stand, tmp_path: Path) -> None:
    with stand.maker() as maker:
        state, _ = until_over(maker, maker.submit(stand.order))
        stand.sandbox.world.advance(15 * 86_400)
        with pytest.raises(NotFoundError, match="expired"):
            maker.fetch(state.urls[0], tmp_path / "scene.mp4", SilentWatch())
    assert not list(tmp_path.glob("*scene*"))


@pytest.mark.parametrize("spoil", ["truncated", "garbled"])
def test_a_spoiled_file_is_never_kept(stand: Stand, tmp_path: Path, spoil: str) -> None:
    with stand.maker() as maker:
        state, _ = until_over(maker, maker.submit(stand.order))
        stand.fault(spoil=spoil)
        with pytest.raises(IntegrityError):
            maker.fetch(state.urls[0], tmp_path / "scene.mp4", SilentWatch())
    assert not list(tmp_path.glob("*scene*"))


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, UnavailableError), (402, LimitError), (500, PassingError), (503, PassingError)],
)
def test_refusals_cost_nothing_and_are_sent_once(
    stand: Stand, status: int, kind: type[KinoloopError]
) -> None:
    stand.fault(method="POST", status=status)
    with stand.maker() as maker, pytest.raises(kind) as caught:
        maker.submit(stand.order)
    assert not isinstance(caught.value, NotTakenError)
    assert KEYS[stand.vendor] not in str(caught.value)
    assert stand.creations() == 0 and len(stand.sandbox.requests(vendor=stand.vendor)) == 1
    assert stand.sandbox.billed(stand.vendor) == 0


def test_an_empty_account_is_told_as_such(stand: Stand) -> None:
    with running_sandbox(credit={stand.vendor: 0}) as poor:
        other = Stand(stand.vendor, poor, stand.database, stand.order)
        with other.maker() as maker, pytest.raises(LimitError, match="credit"):
            maker.submit(stand.order)
        assert poor.billed() == 0


def test_a_wrong_key_is_told_without_showing_it(stand: Stand) -> None:
    with stand.maker(token="r8_wrong_key") as maker, pytest.raises(UnavailableError) as caught:
        maker.submit(stand.order)
    assert "r8_wrong_key" not in str(caught.value)


def test_too_many_requests_are_waited_out(stand: Stand) -> None:
    stand.fault(method="POST", status=429, times=1)
    rests: list[float] = []
    with stand.maker(rests=rests) as maker:
        maker.submit(stand.order)
    assert stand.creations() == 1 and len(rests) == 1 and rests[0] >= 5


def test_a_service_that_stays_busy_has_surely_not_taken_it(stand: Stand) -> None:
    stand.fault(method="POST", status=429)
    with stand.maker(rests=[]) as maker, pytest.raises(NotTakenError):
        maker.submit(stand.order)
    assert stand.creations() == 0


def test_reading_survives_passing_failures(stand: Stand) -> None:
    with stand.maker() as maker:
        external_id = maker.submit(stand.order)
        stand.fault(method="GET", status=503, times=2)
        assert maker.look(external_id).external_id == external_id
        stand.fault(method="GET", cut="midway", times=1)
        assert maker.look(external_id).external_id == external_id


def test_a_lost_answer_is_found_and_paid_once(stand: Stand) -> None:
    """The service accepted, then the line was cut: the task is found again and never asked for twice."""
    stand.fault(method="POST", cut="after", times=1)
    with stand.maker() as maker:
        with pytest.raises(PassingError) as caught:
            maker.submit(stand.order)
        assert not isinstance(caught.value, NotTakenError) and stand.creations() == 1
    with stand.maker(**told_by_callback(stand)) as maker:
        found = maker.find(stand.order)
        assert found is not None
        state, _ = until_over(maker, found)
    assert state.status == "succeeded" and stand.creations() == 1
    charges = stand.sandbox.world.ledger.charges(stand.vendor)
    assert len(charges) == 1 and found.endswith(charges[0].id)


def told_by_callback(stand: Stand) -> dict[str, Any]:
    """KIE has no list: what became of a lost call is known by the id that its callback brought."""
    if stand.vendor != "kie":
        return {}
    until = time.monotonic() + 5
    while not (charges := stand.sandbox.world.ledger.charges("kie")) and time.monotonic() < until:
        time.sleep(0.01)
    return {"known": lambda order: charges[0].id}


VERIFY = {"replicate": verify_replicate, "kie": verify_kie}


def heard(seen: Seen) -> tuple[dict[str, str], bytes]:
    seen.answer(200)
    return seen.headers, seen.body


def calls_of(stand: Stand, number: int, **fault: Any) -> tuple[str, list[tuple[dict[str, str], bytes]]]:
    """An order with a place to be called at: its id, and so many calls as they arrived."""
    if fault:
        stand.fault(**fault)
    calls: list[tuple[dict[str, str], bytes]] = []
    with serving(lambda seen: calls.append(heard(seen))) as receiver, stand.maker() as maker:
        asked = replace(stand.order, callback_url=f"{receiver.url}/callbacks/t0k3n")
        external_id = maker.submit(asked)
        until = time.monotonic() + 10
        while len(calls) < number and time.monotonic() < until:
            time.sleep(0.01)
    assert len(calls) == number
    return external_id, calls


def test_a_call_to_us_is_verified_and_its_copies_have_one_name(stand: Stand) -> None:
    external_id, calls = calls_of(stand, 2, duplicate=1)
    keys = [getattr(stand.sandbox.keys, f"{stand.vendor}_webhook")]
    told = {VERIFY[stand.vendor](headers, body, keys, SystemClock().now()) for headers, body in calls}
    assert {external_id} == {one.external_id for one in told}
    assert stand.vendor == "kie" or len(told) == 1
    for headers, body in calls:
        with pytest.raises(CallbackRefusedError):
            VERIFY[stand.vendor](headers, body, ["whsec_d3Jvbmcga2V5"], SystemClock().now())


@pytest.mark.parametrize("fault", [{"forge": True}, {"clock_skew": -3600.0}])
def test_forged_and_stale_calls_are_refused(stand: Stand, fault: dict[str, Any]) -> None:
    _, calls = calls_of(stand, 1, **fault)
    keys = [getattr(stand.sandbox.keys, f"{stand.vendor}_webhook")]
    with pytest.raises(CallbackRefusedError):
        VERIFY[stand.vendor](*calls[0], keys, SystemClock().now())


def test_a_lie_in_a_call_is_undone_by_reading_again(stand: Stand) -> None:
    external_id, calls = calls_of(stand, 1, lie=True)
    keys = [getattr(stand.sandbox.keys, f"{stand.vendor}_webhook")]
    with stand.maker() as maker:
        told = VERIFY[stand.vendor](*calls[0], keys, SystemClock().now()).external_id
        assert told.split(":")[-1] == external_id.split(":")[-1]
        assert maker.look(told).status == maker.look(external_id).status == "succeeded"


def test_a_call_that_never_arrived_is_known_or_left_alone(stand: Stand) -> None:
    stand.fault(method="POST", cut="before", times=1)
    with stand.maker() as maker:
        with pytest.raises(PassingError):
            maker.submit(stand.order)
        assert stand.creations() == 0
        if stand.vendor == "replicate":
            assert maker.find(stand.order) is None
        else:
            with pytest.raises(PassingError, match="cannot be told"):
                maker.find(stand.order)


def test_orders_of_an_unknown_model_never_leave_the_house(stand: Stand) -> None:
    with stand.maker() as maker, pytest.raises(InputError, match="not known"):
        maker.submit(order("somebody/some-model"))
    assert len(stand.sandbox.requests()) == 0


def test_ids_of_another_kind_are_refused(stand: Stand) -> None:
    with stand.maker() as maker:
        for odd in ("../../account", "job:", "x:y", "job:../a", ""):
            with pytest.raises(InputError):
                maker.look(odd)
    assert len(stand.sandbox.requests()) == 0


def test_a_steady_load_meets_no_refusal(sandbox: Sandbox, sqlite_database: Database) -> None:
    """More orders than KIE takes in ten seconds: the turns are spread, and none is refused."""
    stand = Stand("kie", sandbox, sqlite_database, ORDERS["kie job"])
    rests: list[float] = []
    with stand.maker(rests=rests) as maker:
        for number in range(20):
            maker.submit(order("kling-2.6/text-to-video", key=str(number)))
        sandbox.world.advance(11)
        maker.submit(order("kling-2.6/text-to-video", key="one more"))
    posts = sandbox.requests(vendor="kie", method="POST")
    assert [entry.status for entry in posts] == [200] * 21 and rests == [11.0]
