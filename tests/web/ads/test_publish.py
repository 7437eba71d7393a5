"""Making an ad of a finished film in the browser: the form, what a yes covers, the yes, what stands after."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from kinoloop.approvals.queries import standing
from kinoloop.core.clock import ManualClock
from kinoloop.core.ids import new_id
from kinoloop.creative.renders.records import Variant
from kinoloop.delivery.publishing.wishes import ENHANCEMENTS
from kinoloop.runs.queries import run, runs
from kinoloop.store.session import Database
from kinoloop.vendors.meta.drafts import BESIDE, FILM_ENHANCEMENTS
from kinoloop.web.pages.login import one_time_link
from kinoloop.web.site import create_site
from tests.flows.publish_ads.conftest import BLACK, QUIET, rendered
from tests.web.ads.publishing import FORM, fields_of, judged, made_here
from tests.web.ads.reading import INLINE, text_of
from tests.web.advertising import MAIN, OWNER, SECOND, fill_ads
from tests.web.conftest import HERE
from tests.web.house import START, House, open_house

Post = Callable[..., str]


@pytest.fixture
def variant(house: House, film: Path, ids: dict[str, str]) -> Variant:
    return rendered(house.database, house.blobs, film)


@pytest.fixture
def here(variant: Variant) -> str:
    return f"/videos/v-1/ads/{variant.variant_id}"


@pytest.fixture
def post(browser_like: TestClient, here: str, proof: str) -> Post:
    """Send the form to one of its addresses as a browser does; gives the page."""

    def send(where: str, changed: dict[str, object] | None = None, status: int = 200) -> str:
        answer = browser_like.post(f"{here}/{where}?proof={proof}", data=FORM | (changed or {}))
        assert answer.status_code == status, text_of(answer.text)
        return answer.headers.get("location") or answer.text

    return send


def test_the_video_page_leads_to_the_form(browser_like: TestClient, here: str) -> None:
    assert f'href="{here}"' in browser_like.get("/videos/v-1").text
    page = browser_like.get(here).text
    assert not INLINE.search(page) and "None" not in text_of(page)
    assert "Budget a day, in USD" in page and "Harbour Roast" in page
    assert not re.search(r'name="allowed"[^>]* checked', page)
    assert re.search(r"name=\"name\" value=\"[^\"]+ master 9:16\"", page)
    assert "Budget a day, in JPY" in browser_like.get(f"{here}?account={SECOND}").text


def test_the_form_knows_every_enhancement_that_is_refused() -> None:
    assert set(ENHANCEMENTS) == {*FILM_ENHANCEMENTS, BESIDE}


def test_the_look_shows_all_that_a_yes_covers_and_writes_nothing(
    house: House, post: Post, variant: Variant
) -> None:
    page = post("look")
    said = text_of(page)
    for words in (
        "Fresh bread", "Every morning at six.", "https://shop.example/bread", "utm_content={{ad.id}}",
        "change nothing by itself", "Harbour Roast act_1071", "Bread, spring", "People on my page",
        "US, PT; 18 and older", "USD 20.50 a day", "up to USD 35.88", "Nothing.",
        "Every check of the film passed", "Meta charges whoever pays for it there", "Approve and make",
    ):  # fmt: skip
        assert words in said, words
    assert not INLINE.search(page) and "None" not in said
    assert f'src="/api/v2/jobs/v-1/data?variant={variant.variant_id}' in page
    with house.database.read() as connection:
        assert standing(connection, f"ad:{MAIN}:Morning film") is None
        assert runs(connection) == ()


def test_a_yes_approves_and_starts_the_run_or_neither(house: House, post: Post) -> None:
    seen = fields_of(post("look"))
    assert "changed since you looked" in post("approve", {"sha256": "0" * 64}, 409)
    assert "changed since you looked" in post(
        "approve", {"sha256": seen["sha256"], "body": "Every morning at seven."}, 409
    )
    with house.database.read() as connection:
        assert runs(connection) == ()
    address = post("approve", {"sha256": seen["sha256"]}, 303)
    with house.database.read() as connection:
        (started,) = runs(connection)
        given = standing(connection, f"ad:{MAIN}:Morning film")
    assert address == f"/runs/{started.run_id}" and started.payload["sha256"] == seen["sha256"]
    assert given is not None and (given.sha256, given.who) == (seen["sha256"], OWNER)
    assert started.payload["draft"]["ad_set"]["daily_budget"] == 2050


def test_the_same_yes_twice_is_one_run_and_a_failed_one_may_be_ordered_again(
    house: House, browser_like: TestClient, post: Post
) -> None:
    sha256 = fields_of(post("look"))["sha256"]
    first = post("approve", {"sha256": sha256}, 303)
    assert post("approve", {"sha256": sha256}, 303) == first
    shown = text_of(browser_like.get("/videos/v-1").text)
    assert "An ad is being made" in shown and "Publish Morning film" in shown
    house.runs.cancel(first.removeprefix("/runs/"))
    again = post("approve", {"sha256": sha256}, 303)
    assert again != first
    with house.database.read() as connection:
        assert run(connection, again.removeprefix("/runs/")).status == "queued"


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("title", "", "Please fill it in."),
        ("link", "shop.example", "is no address of a page"),
        ("page_id", "my page", "digits and nothing else"),
        ("countries", "Portugal", "Write two letters each"),
        ("age_min", "twelve", "Write it in digits."),
        ("age_max", "17", "It must be 18 to 65"),
        ("daily_budget", "", "Please fill it in."),
        ("daily_budget", "1.005", "finer than USD allows"),
        ("daily_budget", "lots", "Write it like"),
        ("daily_budget", "0.50", "The least is USD 1.00 a day."),
        ("daily_budget", "500", "over the account's largest daily budget"),
        ("campaign", "Always on", "is the name of something that was not made from here"),
        ("name", "Old sacks", "Choose another name."),
        ("into", "c1", "which was not made from here"),
        ("cta", "HURRY", "does not know 'HURRY'"),
        ("tags", "utm_source", "Write them like"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(post: Post, field: str, value: str, why: str) -> None:
    page = post("look", {field: value}, 422)
    found = re.search(rf'id="error-{field}">([^<]*)<', page)
    assert found and why in text_of(found[1]), text_of(page)
    assert "Every morning at six." in page and "Nothing is made yet." in page


def test_all_that_is_missing_is_said_at_once(post: Post) -> None:
    page = post("look", {"title": "", "body": " ", "countries": "", "campaign": ""}, 422)
    assert set(re.findall(r'id="error-(\w+)"', page)) == {"title", "body", "countries", "campaign"}


def test_leads_need_a_pixel(post: Post) -> None:
    assert 'id="error-pixel_id"' in post("look", {"goal": "leads"}, 422)
    assert "Leads, counted by my pixel" in text_of(post("look", {"goal": "leads", "pixel_id": "77"}))


def test_what_is_allowed_is_said_and_back_again_keeps_everything(post: Post) -> None:
    ticked = {"allowed": ["enhance_cta", "music_generation"], "special": ["HOUSING"]}
    said = text_of(post("look", ticked))
    assert "Change the button, Add music" in said and "Housing" in said
    page = post("edit", ticked)
    assert len(re.findall(r'name="allowed"[^>]* checked', page)) == 2
    assert 'value="20.50"' in page and "What the platform may change by itself: 2 things" in text_of(page)


def test_a_degraded_film_needs_a_tick(house: House, post: Post, variant: Variant) -> None:
    judged(house, variant, QUIET)
    page = post("look")
    assert "quieter than players expect" in text_of(page) and "I have seen the remarks" in page
    sha256 = fields_of(page)["sha256"]
    assert "This variant is degraded." in text_of(post("approve", {"sha256": sha256}, 403))
    post("approve", {"sha256": sha256, "accept_degraded": "yes"}, 303)


def test_a_blocked_film_becomes_no_ad(
    house: House, browser_like: TestClient, post: Post, variant: Variant, here: str
) -> None:
    judged(house, variant, BLACK)
    assert f'href="{here}"' not in browser_like.get("/videos/v-1").text
    assert "Scene 1 is black" in text_of(post("look", None, 403))


def test_a_film_that_was_touched_is_noticed_at_the_look(house: House, post: Post, variant: Variant) -> None:
    path = house.blobs.path(variant.path)
    path.write_bytes(path.read_bytes() + b"\0")
    assert "not the one that was checked" in text_of(post("look", None, 500))


def test_an_account_that_is_closed_is_not_offered(
    house: House, browser_like: TestClient, here: str, post: Post
) -> None:
    house.ads.kill(MAIN, who=OWNER, reason="Odd")
    assert "Budget a day, in JPY" in browser_like.get(here).text
    assert "Nothing is written to Harbour Roast" in text_of(post("look", None, 403))
    house.ads.set_authority(SECOND, "off", who=OWNER)
    said = text_of(browser_like.get(here).text)
    assert "No ad account can be written to" in said and "Kissa Tokyo is switched off" in said


def test_what_was_made_from_here_can_be_joined(
    house: House, browser_like: TestClient, here: str, post: Post
) -> None:
    made_here(house)
    page = browser_like.get(here).text
    assert "Bread: a new ad set in it" in page and "Bread › Bread, all" in text_of(page)
    assert 'name="page_id" value="4711"' in page
    said = text_of(post("look", {"into": "as-1", "daily_budget": "", "countries": ""}))
    assert "Bread, all" in said and "USD 24.00 a day" in said
    assert "Campaign and ad set are there already and not changed" in said
    new_set = text_of(post("look", {"into": "c-1", "campaign": ""}))
    assert "USD 20.50 a day" in new_set and "The campaign is there already" in new_set
    assert "is the name of another ad set already" in text_of(
        post("look", {"into": "c-1", "ad_set": "Bread, all"}, 422)
    )


def test_makers_see_their_own_films_and_do_not_say_yes(
    house: House, maker: tuple[TestClient, dict[str, str]], here: str
) -> None:
    browser, headers = maker
    assert browser.get(here).status_code == 403
    assert browser.post(f"{here}/look", headers=headers, data=FORM).status_code == 403
    assert browser.post(f"{here}/approve", headers=headers, data=FORM | {"sha256": "0"}).status_code == 403


def test_films_that_are_not_there(browser_like: TestClient, here: str) -> None:
    variant_id = here.rsplit("/", 1)[-1]
    for path in (f"/videos/other/ads/{variant_id}", "/videos/v-1/ads/xyz", f"/videos/v-1/ads/{new_id()}"):
        assert browser_like.get(path).status_code == 404


def test_both_dialects_from_look_to_run(
    database: Database,
    tmp_path: Path,
    clock: ManualClock,
    film: Path,
) -> None:
    house = open_house(database, tmp_path, clock=clock)
    fill_ads(house.ads, START)
    made = rendered(house.database, house.blobs, film)
    client = TestClient(create_site(house, clock=clock), base_url=HERE, headers={"accept": "text/html"},
                        follow_redirects=False)  # fmt: skip
    client.get(one_time_link(house, clock, HERE))
    proof = re.search(r'name="csrf" content="(\w+)"', client.get("/system").text)
    assert proof
    made_here(house)
    place = f"/videos/v-1/ads/{made.variant_id}"
    page = client.post(f"{place}/look?proof={proof[1]}", data=FORM | {"into": "c-1"})
    sent = FORM | {"into": "c-1", "sha256": fields_of(page.text)["sha256"]}
    assert client.post(f"{place}/approve?proof={proof[1]}", data=sent).status_code == 303
    assert "An ad is being made" in client.get("/videos/v-1").text
    house.runs.close()
