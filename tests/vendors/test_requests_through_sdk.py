"""The vendor's own SDK as a witness: it understands the sandbox, and our requests are those it would send."""

import time
from collections.abc import Iterator

import pytest
from pydantic import TypeAdapter
from replicate import Replicate
from replicate.types import Prediction
from replicate.types.models.prediction_create_params import PredictionCreateParams as ByModel
from replicate.types.prediction_create_params import PredictionCreateParamsWithoutVersion as ByVersion

from kinoloop.sandbox.faults import Fault
from kinoloop.sandbox.testing import Sandbox, running_sandbox
from kinoloop.store.session import Database
from kinoloop.vendors.replicate.models import SHAPES
from kinoloop.vendors.replicate.translate import request_for, state_of
from tests.vendors.makers import FLUX, VEO, order, replicate_maker

OURS = {"webhook": "https://us.example/callbacks/replicate/t0k3n"}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox() as running:
        yield running


@pytest.fixture
def sdk(sandbox: Sandbox) -> Iterator[Replicate]:
    url = sandbox.vendor_url("replicate") + "/v1"
    with Replicate(bearer_token=sandbox.keys.replicate, base_url=url, max_retries=0) as client:
        yield client


def finished(sdk: Replicate, prediction_id: str) -> Prediction:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        found = sdk.predictions.get(prediction_id=prediction_id)
        if found.completed_at is not None:
            return found
        time.sleep(0.01)
    raise AssertionError("not over")


@pytest.mark.parametrize("model", list(SHAPES))
def test_our_requests_fit_the_sdks_own_types(model: str) -> None:
    shape = SHAPES[model]
    seconds = shape.lengths[0] if shape.lengths else 0
    frame = "https://us.example/frame.jpg" if shape.frame else None
    asked = order(model, kind=shape.kind, seconds=seconds, callback_url=OURS["webhook"])
    body = request_for(asked, frame)
    owner, name = model.split("/")
    TypeAdapter(ByModel).validate_python({"model_owner": owner, "model_name": name, **body}, strict=True)
    assert set(body) <= set(ByModel.__annotations__) | set(ByVersion.__annotations__)


def test_we_send_what_the_sdk_sends(sandbox: Sandbox, sdk: Replicate, sqlite_database: Database) -> None:
    asked = order(VEO, seconds=4)
    body = request_for(asked, None)
    sdk.models.predictions.create(
        model_owner="google", model_name="veo-3.1-fast", cancel_after="1500s", **body
    )
    url, key = sandbox.vendor_url("replicate"), sandbox.keys.replicate
    with replicate_maker(sqlite_database, url, token=key) as maker:
        maker.submit(asked)
    theirs, ours = sandbox.requests(vendor="replicate", method="POST")
    assert (theirs.path, theirs.body) == (ours.path, ours.body)
    for name in ("cancel-after", "content-type"):
        assert theirs.headers[name] == ours.headers[name]


FAULTS = {
    "succeeded": [],
    "failed": [Fault(vendor="replicate", outcome="failed", error="E1001: out of memory")],
    "canceled": [Fault(vendor="replicate", outcome="stuck")],
    "aborted": [Fault(vendor="replicate", outcome="aborted")],
}


@pytest.mark.parametrize("end", list(FAULTS))
def test_the_sdk_and_we_read_the_same_ends(
    sandbox: Sandbox, sdk: Replicate, sqlite_database: Database, end: str
) -> None:
    sandbox.fault(*FAULTS[end])
    url, key = sandbox.vendor_url("replicate"), sandbox.keys.replicate
    with replicate_maker(sqlite_database, url, token=key) as maker:
        prediction_id = maker.submit(order(FLUX, kind="image", seconds=0))
        if end == "canceled":
            sandbox.world.advance(60)
            maker.cancel(prediction_id)
        theirs = finished(sdk, prediction_id).to_dict()
        ours = maker.look(prediction_id)
    assert theirs["status"] == end and ours.status == ("canceled" if end == "aborted" else end)
    assert state_of(theirs) == ours and list(ours.urls) == (theirs["output"] or [])
    assert ours.charged == {"succeeded": True, "canceled": True, "aborted": False}.get(end)


def test_the_sdk_reads_the_same_list(sandbox: Sandbox, sdk: Replicate, sqlite_database: Database) -> None:
    url, key = sandbox.vendor_url("replicate"), sandbox.keys.replicate
    with replicate_maker(sqlite_database, url, token=key) as maker:
        ids = [maker.submit(order(VEO, seconds=4, seed=seed)) for seed in range(3)]
        assert [maker.find(order(VEO, seconds=4, seed=seed)) for seed in range(3)] == ids
        assert maker.find(order(VEO, seconds=4, seed=9)) is None
    assert [one.id for one in sdk.predictions.list()] == ids[::-1]


def test_small_pages_are_followed_to_the_end(sqlite_database: Database) -> None:
    with running_sandbox(page_size=2) as sandbox:
        url, key = sandbox.vendor_url("replicate"), sandbox.keys.replicate
        with replicate_maker(sqlite_database, url, token=key) as maker:
            first = maker.submit(order(VEO, seconds=4, seed=100))
            for seed in range(5):
                maker.submit(order(VEO, seconds=4, seed=seed))
            assert maker.find(order(VEO, seconds=4, seed=100)) == first
