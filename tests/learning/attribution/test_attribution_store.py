"""Attribution on a real database: written once, found by each layer, logged, forgotten in time."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Connection, event, func, select

from kinoloop.core.errors import InputError, NotFoundError
from kinoloop.learning.attribution import queries
from kinoloop.learning.attribution.matcher_parameters import PRIOR
from kinoloop.learning.attribution.operations import (
    attribute,
    fit_matcher,
    forget,
    save_settings,
    track,
)
from kinoloop.learning.attribution.records import (
    MODELS,
    Attribution,
    AttributionSettings,
    Click,
    Conversion,
    Device,
)
from kinoloop.learning.attribution.rules import b2b
from kinoloop.learning.attribution.tables import (
    attribution_performance_log,
    click_tracking,
    conversion_tracking,
)
from kinoloop.store.session import Database
from tests.learning.attribution.visits import IPHONE, NOW, TENANT, click, conversion

SETTINGS = AttributionSettings(TENANT)
HOME = "203.0.113.7"


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.begin() as opened:
        yield opened


def told(connection: Connection, *clicks: Click) -> None:
    for one in clicks:
        track(connection, one, now=NOW)


_ids = count(1)


def asked(
    connection: Connection, what: Conversion, *, settings: AttributionSettings = SETTINGS, later: float = 0.0
) -> Attribution:
    """Attributed `later` days after NOW."""
    now = NOW + timedelta(days=later)

    def new_id() -> str:
        return f"00000000-0000-7000-8000-{next(_ids):012d}"

    return attribute(connection, what, settings=settings, now=now, new_id=new_id)


def crowd(connection: Connection) -> None:
    """A hundred strangers' clicks over the window, on other networks and devices."""
    for number in range(100):
        device = replace(IPHONE, screen=f"{300 + number % 7}x800", city=f"City {number % 9}")
        told(
            connection,
            click(
                f"s{number}", hours=1 + 3 * number, ip=f"198.{number}.7.9", device=device, ad_id="ad-other"
            ),
        )


def test_a_click_is_kept_as_told_and_once(connection: Connection) -> None:
    seen = click("a", device=IPHONE, ip=HOME, visitor_id="v", fbclid="f", gclid="g", utm={"source": "meta"})
    seen = replace(seen, user_agent="UA", landing_page="https://gym.test/", referrer="https://l.test/")
    assert track(connection, seen, now=NOW) == seen
    assert track(connection, replace(seen, ad_id="another"), now=NOW) == seen
    assert queries.clicks(connection, TENANT) == (seen,)
    assert queries.clicks(connection, TENANT, ad_id="another") == ()
    assert queries.click(connection, TENANT, "a") == seen


def test_two_tenants_may_have_the_same_ids(connection: Connection) -> None:
    told(connection, click("a", fbclid="f", tenant_id="other", ad_id="ad-other"), click("a", fbclid="f"))
    assert asked(connection, conversion(fbclid="f")).ad_id == "ad-1"
    with pytest.raises(NotFoundError):
        queries.click(connection, "third", "a")


def test_an_id_finds_its_click_and_everything_is_written(connection: Connection) -> None:
    told(connection, click("a", fbclid="f"))
    found = asked(connection, conversion(fbclid="f", click_id="gone", deal_id="9"))
    assert (found.method, found.confidence, found.click_id, found.ad_id) == ("url_param", 1.0, "a", "ad-1")
    assert (found.campaign_id, found.window_hours, found.unattributed) == ("campaign-1", 168, 0.0)
    row = connection.execute(select(conversion_tracking)).one()
    assert (row.attributed_click_id, row.attribution_method, row.conversion_value) == (
        "a",
        "url_param",
        15_000,
    )
    assert row.currency == "USD"
    assert {
        one.model: one.share for one in queries.credits(connection, TENANT, deal_id="9")
    } == dict.fromkeys(MODELS, 1.0)
    assert queries.conversion(connection, TENANT, "deal-1").deal_id == "9"
    assert [one.conversion_id for one in queries.conversions(connection, TENANT, deal_id="9")] == ["deal-1"]


def test_told_twice_is_one_conversion(connection: Connection) -> None:
    told(connection, click("a", fbclid="f"))
    first = asked(connection, conversion(fbclid="f"))
    assert asked(connection, conversion(fbclid="f"), later=1) == first
    assert connection.execute(select(func.count()).select_from(conversion_tracking)).scalar() == 1
    assert len(queries.log(connection, TENANT)) == 1


def test_told_with_more_it_is_looked_for_anew(connection: Connection) -> None:
    told(connection, click("a", fbclid="f"))
    assert asked(connection, conversion()).method == "unattributed"
    assert asked(connection, conversion(fbclid="f")).method == "url_param"
    assert asked(connection, conversion(deal_id="9")).method == "url_param"
    attempts = queries.log(connection, TENANT, conversion_id="deal-1")
    assert [(one.attempt_number, one.success) for one in attempts] == [(3, True), (2, True), (1, False)]
    assert queries.conversion(connection, TENANT, "deal-1").fbclid == "f"


def test_processing_late_changes_nothing(connection: Connection) -> None:
    """The founding code measured expiry at the time of processing."""
    told(connection, click("a", hours=6 * 24, fbclid="f"), click("old", hours=8 * 24, fbclid="old"))
    assert asked(connection, conversion(fbclid="f"), later=200).click_id == "a"
    assert asked(connection, conversion("2", fbclid="old")).method == "unattributed"
    assert asked(connection, conversion("3", fbclid="old"), settings=b2b(TENANT)).click_id == "old"


def test_a_click_after_the_conversion_never_counts(connection: Connection) -> None:
    early = conversion(fbclid="f", at=NOW - timedelta(hours=30), device=IPHONE, ip=HOME)
    told(connection, click("a", hours=24, fbclid="f", device=IPHONE, ip=HOME))
    found = asked(connection, early)
    assert found.method == "unattributed"
    assert all(not layer.candidates for layer in found.layers)


def test_address_and_device_find_it_without_an_id(connection: Connection) -> None:
    crowd(connection)
    told(connection, click("a", hours=2, ip=HOME, device=IPHONE))
    safari = replace(IPHONE, browser="Safari")
    found = asked(connection, conversion(ip=HOME, device=safari))
    assert (found.method, found.click_id) == ("probabilistic", "a")
    assert 0.8 < found.confidence < 1.0
    assert found.window_hours == 14 * 24
    for model in MODELS:
        mine = queries.credits(connection, TENANT, model=model, conversion_id="deal-1")
        assert sum(one.share for one in mine) + found.unattributed == 1.0


def test_the_same_fingerprint_soon_after_is_named_so(connection: Connection) -> None:
    crowd(connection)
    told(connection, click("a", hours=0.2, ip=HOME, device=IPHONE))
    found = asked(connection, conversion(ip=HOME, device=IPHONE))
    assert (found.method, found.click_id) == ("fingerprint", "a")
    score = connection.execute(select(conversion_tracking.c.fingerprint_match_score)).scalar_one()
    assert 0.5 <= score < 1.0


def test_a_common_fingerprint_alone_is_not_enough(connection: Connection) -> None:
    """The founding code gave every such match 90 %."""
    told(connection, *(click(f"c{n}", hours=5 + n, device=IPHONE, ip=f"198.51.{n}.1") for n in range(40)))
    bare = conversion(fingerprint_hash=click("x", device=IPHONE).fingerprint_hash, consent=True)
    found = asked(connection, bare)
    assert found.method == "unattributed"
    row = queries.log(connection, TENANT)[0]
    assert (row.layer_1_result, row.layer_2_result) == ("not_attempted", "ambiguous")
    assert row.layer_3_result in {"ambiguous", "no_match"}
    assert (row.final_method, row.success) == ("unattributed", False)
    assert found.credits == () and found.unattributed == 1.0


def test_a_layer_that_failed_is_not_called_not_attempted(connection: Connection) -> None:
    asked(connection, conversion(fbclid="f", device=IPHONE, ip=HOME))
    row = queries.log(connection, TENANT)[0]
    assert (row.layer_1_result, row.layer_2_result, row.layer_3_result) == ("no_match",) * 3
    assert [layer.tried for layer in row.layers] == [True] * 3
    assert connection.execute(select(attribution_performance_log.c.processing_time_ms)).scalar_one() > 0


def test_without_consent_nothing_personal_is_kept_or_compared(connection: Connection) -> None:
    crowd(connection)
    seen = click("a", hours=2, ip=HOME, device=IPHONE, visitor_id="v", consent=False)
    assert track(connection, seen, now=NOW).device == Device()
    found = asked(connection, conversion(ip=HOME, device=IPHONE, consent=False))
    assert found.method == "unattributed"
    kept = queries.conversion(connection, TENANT, "deal-1")
    assert (kept.ip, kept.device, kept.fingerprint_hash) == (None, Device(), None)


def test_personal_data_go_after_the_window_and_the_click_stays(connection: Connection) -> None:
    seen = replace(click("a", hours=2, ip=HOME, device=IPHONE, visitor_id="v", fbclid="f"), user_agent="UA")
    told(connection, seen)
    asked(connection, conversion(ip=HOME, device=replace(IPHONE, browser="Safari")))
    assert forget(connection, now=NOW + timedelta(days=13)) == 0
    assert forget(connection, now=NOW + timedelta(days=14)) == 2
    assert forget(connection, now=NOW + timedelta(days=14)) == 0
    bare = queries.click(connection, TENANT, "a")
    assert (bare.ip, bare.user_agent, bare.device, bare.fingerprint_hash) == (None, None, Device(), None)
    assert (bare.ad_id, bare.fbclid, bare.visitor_id) == ("ad-1", "f", "v")
    row = connection.execute(select(click_tracking)).one()
    assert (row.ip_home, row.ip_wide, row.screen_width, row.fingerprint_components) == (None,) * 4
    assert queries.conversion(connection, TENANT, "deal-1").ip is None


def test_what_was_found_outlives_what_it_went_by(connection: Connection) -> None:
    crowd(connection)
    told(connection, click("a", hours=2, ip=HOME, device=IPHONE))
    assert asked(connection, conversion(ip=HOME, device=IPHONE)).click_id == "a"
    forget(connection, now=NOW + timedelta(days=40))
    again = asked(connection, conversion(deal_id="9"), later=40)
    assert (again.click_id, len(queries.log(connection, TENANT))) == ("a", 2)
    assert again.credits != ()


def test_a_long_window_keeps_addresses_thirty_days(connection: Connection) -> None:
    save_settings(connection, b2b(TENANT), who="anna", now=NOW)
    told(connection, click("a", hours=0, ip=HOME, device=IPHONE))
    assert forget(connection, now=NOW + timedelta(days=29)) == 0
    assert forget(connection, now=NOW + timedelta(days=30)) == 1


def test_all_known_clicks_of_the_person_are_touches(connection: Connection) -> None:
    told(
        connection,
        click("first", hours=14 * 24, visitor_id="v", ad_id="ad-1"),
        click("second", hours=7 * 24, visitor_id="v", ad_id="ad-2"),
        click("third", hours=0, visitor_id="v", ad_id="ad-3", fbclid="f"),
        click("stranger", hours=1, visitor_id="w", ad_id="ad-4"),
    )
    asked(connection, conversion(fbclid="f"))
    decay = queries.credits(connection, TENANT, model="time_decay")
    assert [(one.ad_id, round(one.share, 9)) for one in decay] == [
        ("ad-3", round(4 / 7, 9)),
        ("ad-2", round(2 / 7, 9)),
        ("ad-1", round(1 / 7, 9)),
    ]
    assert [one.ad_id for one in queries.credits(connection, TENANT, model="first")] == ["ad-1"]
    assert [one.ad_id for one in queries.credits(connection, TENANT, model="matched")] == ["ad-3"]


def test_a_visitor_id_is_an_identifier(connection: Connection) -> None:
    told(connection, click("a", hours=9, visitor_id="v"), click("b", hours=3, visitor_id="v", ad_id="ad-2"))
    found = asked(connection, conversion(visitor_id="v"))
    assert (found.method, found.click_id) == ("url_param", "b")


def test_models_side_by_side_add_up_to_all_conversions(connection: Connection) -> None:
    assert queries.unattributed_share(connection, TENANT) is None
    told(
        connection,
        click("a", hours=30, visitor_id="v", ad_id="ad-1"),
        click("b", hours=3, visitor_id="v", ad_id="ad-2"),
    )
    asked(connection, conversion("1", visitor_id="v", value=999))
    asked(connection, conversion("2", value=500))
    rows = queries.models_side_by_side(connection, TENANT)
    for model in MODELS:
        mine = [row for row in rows if row.model == model]
        assert sum(row.value for row in mine) == 1_499
        assert sum(row.conversions for row in mine) == pytest.approx(2.0)
        assert mine[-1].ad_id is None and mine[-1].conversions == pytest.approx(1.0)
    first = next(row for row in rows if row.model == "first")
    assert (first.ad_id, first.value, first.campaign_id) == ("ad-1", 999, "campaign-1")
    assert queries.unattributed_share(connection, TENANT) == 0.5
    assert queries.unattributed_share(connection, TENANT, since=NOW + timedelta(days=1)) is None


def test_settings_are_the_tenants_own(connection: Connection) -> None:
    assert queries.settings(connection, TENANT) == SETTINGS
    mine = replace(SETTINGS, threshold=0.9, hosts=("gym.test",), currency="JPY")
    assert save_settings(connection, mine, who="anna", now=NOW) == mine
    assert save_settings(connection, mine, who="bob", now=NOW) == mine
    assert queries.settings(connection, TENANT) == mine
    with pytest.raises(InputError):
        save_settings(connection, replace(mine, currency="coins"), who="anna", now=NOW)


def test_numbers_are_fitted_to_the_tenant_and_kept(connection: Connection) -> None:
    assert queries.parameters(connection, TENANT) == PRIOR
    crowd(connection)
    for number in range(12):
        device = replace(IPHONE, screen=f"{300 + number % 7}x800", city=f"City {number % 9}")
        at, name = NOW - timedelta(hours=3 * number), f"c{number}"
        seen = {"device": device, "ip": f"198.{number}.7.9", "at": at}
        asked(connection, conversion(name, **seen, **({"click_id": f"s{number}"} if number % 2 else {})))
    fitted = fit_matcher(connection, TENANT, who="anna", now=NOW)
    assert (fitted.labelled, fitted.unlabelled, fitted.fitted_at) == (6, 6, NOW)
    assert queries.parameters(connection, TENANT) == fitted
    assert fitted.same_place[0][0] > PRIOR.same_place[0][0]


def test_what_is_yet_to_come_is_refused(connection: Connection) -> None:
    with pytest.raises(InputError, match="future"):
        track(connection, click("a", hours=-1), now=NOW)
    with pytest.raises(InputError, match="future"):
        asked(connection, conversion(at=NOW + timedelta(hours=1)))


def test_every_question_goes_by_an_index(sqlite_database: Database) -> None:
    """However many clicks there are, one conversion looks at a bounded number of them."""
    asked_for: list[tuple[str, Any]] = []

    @event.listens_for(sqlite_database.engine, "before_cursor_execute")
    def note(_connection: Any, _cursor: Any, statement: str, told: Any, *_: Any) -> None:
        if statement.startswith("SELECT") and "FROM click_tracking" in statement:
            asked_for.append((statement, told))

    with sqlite_database.begin() as connection:
        told(connection, click("a", fbclid="f", visitor_id="v", ip=HOME, device=IPHONE))
        asked_for.clear()
        asked(connection, conversion(fbclid="f", click_id="a", visitor_id="v", ip=HOME, device=IPHONE))
        questions = list(asked_for)
        plans = [
            connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", with_).all() for text, with_ in questions
        ]
    assert len(plans) >= 9
    for (text, _), plan in zip(questions, plans, strict=True):
        assert "LIMIT" in text
        assert any("USING INDEX" in row[-1] for row in plan), plan
        assert not any(row[-1].startswith("SCAN") for row in plan), plan


def test_what_nobody_told_is_not_found(connection: Connection) -> None:
    with pytest.raises(NotFoundError):
        queries.conversion(connection, TENANT, "nothing")
