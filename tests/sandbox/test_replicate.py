"""Replicate's emulator, spoken to by the official SDK and by plain HTTP: every state, page and file."""

import base64
import io
from collections.abc import Iterator
from itertools import pairwise

import av
import httpx2
import pytest
from PIL import Image
from replicate import NotFoundError, Replicate, UnprocessableEntityError
from replicate.types import Prediction

from kinoloop.sandbox.replicate.models import CARDS, card_named
from kinoloop.sandbox.testing import Sandbox, running_sandbox
from tests.sandbox.clients import FLUX, SHOE, SKYREELS, call, control, done, predict, prediction, until


def _panel() -> str:
    out = io.BytesIO()
    Image.new("RGB", (90, 160), (200, 40, 40)).save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


PANEL = _panel()


@pytest.fixture
def sdk(sandbox: Sandbox) -> Iterator[Replicate]:
    with Replicate(bearer_token=sandbox.keys.replicate, base_url=f"{sandbox.url}/replicate/v1") as client:
        yield client


def test_the_official_sdk_makes_a_picture(sandbox: Sandbox, sdk: Replicate) -> None:
    made = sdk.models.predictions.create(
        model_owner="black-forest-labs", model_name="flux-schnell", input=SHOE
    )
    assert made.status == "starting" and made.model == FLUX and made.input == SHOE
    over = until(lambda: (now := sdk.predictions.get(prediction_id=made.id)).completed_at and now)
    assert over.status == "succeeded" and over.metrics.predict_time > 0
    Prediction.model_validate(over.model_dump())
    picture = Image.open(io.BytesIO(httpx2.get(over.output[0]).content))
    assert (picture.format, picture.size) == ("WEBP", (480, 854))


def test_the_official_sdk_lists_cancels_and_reads_the_secret(sandbox: Sandbox, sdk: Replicate) -> None:
    version = card_named("kinoloop-lab/slow-pan")
    assert version is not None
    sandbox.world.speed = 1
    made = sdk.predictions.create(version=version.version, input={"prompt": "a pan"})
    assert sdk.predictions.cancel(prediction_id=made.id).status in ("canceled", "aborted")
    assert [one.id for one in sdk.predictions.list()] == [made.id]
    assert sdk.webhooks.default.secret.get().key == sandbox.keys.replicate_webhook
    assert sdk.account.get().username == "sandbox"
    assert sdk.models.get(model_owner="black-forest-labs", model_name="flux-pro").name == "flux-pro"


def test_the_official_sdk_understands_refusals(sdk: Replicate) -> None:
    with pytest.raises(UnprocessableEntityError, match="Additional property steps is not allowed"):
        sdk.models.predictions.create(
            model_owner="black-forest-labs", model_name="flux-schnell", input={**SHOE, "steps": 4}
        )
    with pytest.raises(NotFoundError):
        sdk.predictions.get(prediction_id="nothing")


def test_a_film_is_as_long_and_as_tall_as_asked_and_moves(sandbox: Sandbox) -> None:
    asked = {"prompt": "a shoe", "image_urls": [PANEL], "duration": 2, "aspect_ratio": "9:16"}
    over = done(sandbox, predict(sandbox, SKYREELS, input=asked)["id"])
    with av.open(io.BytesIO(httpx2.get(over["output"]).content), "r") as film:
        pictures = [frame.to_ndarray(format="gray") for frame in film.decode(video=0)]
    assert len(pictures) == 48 and pictures[0].shape == (854, 480)
    assert pictures[0].mean() > 40
    assert all((a != b).any() for a, b in pairwise(pictures))


def test_pictures_come_as_asked_and_equal_seeds_give_equal_ones(sandbox: Sandbox) -> None:
    asked = {**SHOE, "num_outputs": 2, "output_format": "png"}
    first, second = (done(sandbox, predict(sandbox, input=asked)["id"])["output"] for _ in range(2))
    one, two, again = (httpx2.get(url).content for url in (*first, second[0]))
    assert one == again != two


def test_states_follow_each_other_in_time(slow_sandbox: Sandbox) -> None:
    made = predict(slow_sandbox)
    assert made["status"] == "starting" and "started_at" not in made
    slow_sandbox.world.advance(3)
    running = prediction(slow_sandbox, made["id"])
    assert running["status"] == "processing" and running["output"] is None
    slow_sandbox.world.advance(6.5)
    assert prediction(slow_sandbox, made["id"])["status"] == "processing"
    assert prediction(slow_sandbox, made["id"])["output"]
    slow_sandbox.world.advance(4)
    over = prediction(slow_sandbox, made["id"])
    assert over["status"] == "succeeded" and over["metrics"]["predict_time"] == pytest.approx(8, abs=0.01)


@pytest.mark.parametrize(
    ("outcome", "status", "billed"),
    [("failed", "failed", 0), ("aborted", "aborted", 0), ("stuck", "canceled", 3000)],
)
def test_bad_ends_and_what_they_cost(slow_sandbox: Sandbox, outcome: str, status: str, billed: int) -> None:
    control(slow_sandbox, "/faults", {"faults": [{"outcome": outcome, "error": "CUDA out of memory"}]})
    made = predict(slow_sandbox, headers={"cancel_after": "1m"})
    assert made["deadline"]
    slow_sandbox.world.advance(61)
    over = prediction(slow_sandbox, made["id"])
    assert over["status"] == status and over["output"] is None
    assert over["error"] == ("CUDA out of memory" if status == "failed" else None)
    assert slow_sandbox.billed() == billed


def test_what_is_not_allowed_fails(sandbox: Sandbox) -> None:
    over = done(sandbox, predict(sandbox, input={"prompt": "NSFW scene"})["id"])
    assert over["status"] == "failed" and "E005" in over["error"]


def test_canceling_before_the_start_costs_nothing_after_it_all(slow_sandbox: Sandbox) -> None:
    early, late = predict(slow_sandbox), predict(slow_sandbox)
    answer = call(slow_sandbox, "POST", f"/replicate/v1/predictions/{early['id']}/cancel")
    assert answer.json()["status"] == "aborted"
    slow_sandbox.world.advance(3)
    answer = call(slow_sandbox, "POST", f"/replicate/v1/predictions/{late['id']}/cancel")
    assert answer.json()["status"] == "canceled"
    assert [charge.id for charge in slow_sandbox.world.ledger.charges()] == [late["id"]]


def test_a_deadline_before_the_start_aborts(slow_sandbox: Sandbox) -> None:
    card = card_named("kinoloop-lab/slow-pan")
    assert card is not None
    asked = {"version": card.version, "input": {"prompt": "x"}}
    made = call(slow_sandbox, "POST", "/replicate/v1/predictions", asked, cancel_after="10s").json()
    slow_sandbox.world.advance(9)
    assert prediction(slow_sandbox, made["id"])["status"] == "starting"
    slow_sandbox.world.advance(1)
    assert prediction(slow_sandbox, made["id"])["status"] == "aborted"
    slow_sandbox.world.advance(60)
    assert slow_sandbox.billed() == 0


def test_time_billed_models_bill_the_time_they_ran_also_when_failing(slow_sandbox: Sandbox) -> None:
    slow_sandbox.world.play("healthy")
    control(slow_sandbox, "/faults", {"faults": [{"outcome": "failed"}]})
    card = card_named("kinoloop-lab/slow-pan")
    assert card is not None
    asked = {"version": f"{card.full_name}:{card.version}", "input": {"prompt": "x"}}
    made = call(slow_sandbox, "POST", "/replicate/v1/predictions", asked)
    assert made.status_code == 201 and made.json()["version"] == card.version
    slow_sandbox.world.advance(60)
    assert slow_sandbox.billed() == 30 * 1400


def test_waiting_gives_the_output_early_and_inline(sandbox: Sandbox) -> None:
    asked = {**SHOE, "output_format": "jpg"}
    answer = call(
        sandbox, "POST", f"/replicate/v1/models/{FLUX}/predictions", {"input": asked}, prefer="wait=5"
    )
    told = answer.json()
    assert answer.status_code == 201 and answer.headers["preference-applied"] == "wait=5"
    assert told["status"] in ("processing", "succeeded")
    kind, _, data = told["output"][0].partition(",")
    assert kind == "data:image/jpeg;base64"
    assert Image.open(io.BytesIO(base64.b64decode(data))).size == (480, 854)


def test_waiting_ends_without_output_when_it_takes_too_long(slow_sandbox: Sandbox) -> None:
    made = predict(slow_sandbox, headers={"prefer": "wait=1"})
    assert made["status"] == "starting" and made["output"] is None


def test_everything_is_gone_after_an_hour(sandbox: Sandbox) -> None:
    over = done(sandbox, predict(sandbox)["id"])
    url = over["output"][0]
    assert httpx2.get(url, headers={"range": "bytes=0-99"}).status_code == 206
    control(sandbox, "/clock/advance", {"seconds": 3601})
    assert httpx2.get(url).status_code == 404
    later = prediction(sandbox, over["id"])
    assert later["data_removed"] and later["input"] == {} and later["output"] is None
    assert later["status"] == "succeeded"


def test_pages_lead_through_all_and_back() -> None:
    with running_sandbox(page_size=2) as sandbox:
        ids = [predict(sandbox)["id"] for _ in range(5)]
        seen: list[str] = []
        path: str | None = "/replicate/v1/predictions"
        while path:
            page = call(sandbox, "GET", path).json()
            seen += [one["id"] for one in page["results"]]
            path = page["next"] and page["next"].removeprefix(sandbox.url)
        assert seen == ids[::-1]
        assert page["previous"].startswith(sandbox.url)
        back = call(sandbox, "GET", page["previous"].removeprefix(sandbox.url)).json()
        assert [one["id"] for one in back["results"]] == ids[::-1][2:4]
        after = prediction(sandbox, ids[3])["created_at"]
        fresh = call(sandbox, "GET", f"/replicate/v1/predictions?created_after={after}").json()
        assert [one["id"] for one in fresh["results"]] == ids[:2:-1]
        for wrong in ("cursor=xx", "created_after=never"):
            assert call(sandbox, "GET", f"/replicate/v1/predictions?{wrong}").status_code == 400


def test_uploads_are_kept_for_a_day_and_can_be_a_first_picture(sandbox: Sandbox, sdk: Replicate) -> None:
    out = io.BytesIO()
    Image.new("RGB", (320, 180), (20, 180, 60)).save(out, "PNG")
    made = sdk.files.create(content=out.getvalue())
    told = sdk.files.get(file_id=made.id)
    assert told.size == len(out.getvalue())
    url = str(told.urls.get)
    assert httpx2.get(url).content == out.getvalue()
    asked = {"prompt": "green", "image": url, "duration": 4, "generate_audio": False}
    over = done(sandbox, predict(sandbox, "google/veo-3.1-fast", input=asked)["id"])
    with av.open(io.BytesIO(httpx2.get(over["output"]).content), "r") as film:
        frame = next(film.decode(video=0)).to_ndarray(format="rgb24")
    assert frame[5, 5, 1] > 120 > frame[5, 5, 0]
    sandbox.world.advance(86_401)
    assert httpx2.get(url).status_code == 404


def test_every_card_can_be_ordered_and_is_billed(sandbox: Sandbox) -> None:
    for card in CARDS:
        needed = {
            name: [PANEL] if field.kind == "strings" else PANEL if "image" in name else "x"
            for name, field in card.form.items()
            if field.required
        }
        body = {"version": card.full_name if card.official else card.version, "input": needed}
        made = call(sandbox, "POST", "/replicate/v1/predictions", body)
        assert made.status_code == 201, made.text
        over = done(sandbox, made.json()["id"])
        assert over["status"] == "succeeded", card
        assert sandbox.world.ledger.charges()[-1].model == card.full_name
