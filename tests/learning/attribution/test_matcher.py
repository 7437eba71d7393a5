"""The matcher: probabilities that add up, fields that may be missing, and numbers learned from labels."""

from collections.abc import Mapping
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinoloop.core.errors import InputError
from kinoloop.learning.attribution.matcher import (
    blocked,
    delay_density,
    last_touch,
    level_tables,
    outside,
    weigh,
    weigh_equal,
)
from kinoloop.learning.attribution.matcher_fit import fit
from kinoloop.learning.attribution.matcher_levels import (
    CODES,
    DEVICE_MEMBERS,
    PLACE_MEMBERS,
    Columns,
    device_codes,
    place_codes,
)
from kinoloop.learning.attribution.matcher_pairs import Pairs, gathered, pair_up, seen_of
from kinoloop.learning.attribution.matcher_parameters import DELAY_EDGES, PRIOR, read_parameters
from kinoloop.sandbox.people.living import live
from kinoloop.sandbox.people.records import USUAL, World
from tests.learning.attribution.worlds import columns_of

WINDOW = 14 * 24.0
NAMES = tuple(field.name for field in fields(Columns) if field.name != "at")
Visits = tuple[Columns, Columns]


def visits(*rows: Mapping[str, float], at: str = "at") -> Columns:
    """Columns from rows; what a row does not tell is missing."""
    codes = {name: np.array([int(row.get(name, -1)) for row in rows], dtype=np.int64) for name in NAMES}
    return Columns(at=np.array([row.get(at, 0.0) for row in rows], dtype=np.float64), **codes)


@pytest.fixture(scope="module")
def world() -> World:
    return live(replace(USUAL, people=12_000, clicks_per_day=220.0), 11)


@pytest.fixture(scope="module")
def seen(world: World) -> Visits:
    return columns_of(world.clicks), columns_of(world.conversions)


@pytest.fixture(scope="module")
def pairs(world: World, seen: Visits) -> Pairs:
    return pair_up(seen[0], seen[1].taken(np.flatnonzero(~world.kept)), window_hours=WINDOW)


def total(pairs: Pairs, each: np.ndarray) -> np.ndarray:
    return np.bincount(pairs.conversion, each, pairs.conversions)


def test_every_conversion_adds_up_to_one(pairs: Pairs) -> None:
    weights = weigh(pairs, PRIOR)
    whole = total(pairs, weights.each) + weights.outside_same + weights.outside_other + weights.none
    assert whole == pytest.approx(np.ones(pairs.conversions))


def test_no_candidate_comes_after_its_conversion(pairs: Pairs) -> None:
    assert (pairs.delay >= 0).all() and (pairs.delay <= WINDOW).all()


def test_last_touch_moves_and_never_makes(seen: Visits, pairs: Pairs) -> None:
    each = weigh(pairs, PRIOR).each
    moved = last_touch(pairs, each, seen[0])
    assert total(pairs, moved) == pytest.approx(total(pairs, each))
    assert (moved > 0).sum() < (each > 0).sum()


def test_earlier_clicks_of_a_visitor_give_to_the_last() -> None:
    one = {"os": 1, "screen": 1, "version": 1, "browser": 1, "city": 1, "timezone": 1, "language": 1}
    clicks = visits(
        {**one, "ip": 1, "visitor": 5, "at": 0.0},
        {**one, "ip": 2, "visitor": 5, "at": 3.0},
        {**one, "ip": 2, "visitor": 6, "at": 4.0},
    )
    told = visits({**one, "ip": 3, "near": 3, "wide": 3, "at": 5.0})
    found = pair_up(clicks, told, window_hours=WINDOW)
    each = weigh(found, PRIOR).each
    moved = last_touch(found, each, clicks)
    assert moved[0] == 0.0
    assert moved.sum() == pytest.approx(each.sum())


@pytest.mark.parametrize(
    "missing", ["ip", "city", "timezone", "language", "browser", "version", "screen", "os"]
)
def test_it_runs_with_any_field_missing(seen: Visits, missing: str) -> None:
    """On either side; what is missing costs precision, never an error."""
    clicks, told = seen[0], seen[1].taken(slice(0, 40))
    gone = {missing: np.full(len(told), -1), **({"near": np.full(len(told), -1)} if missing == "ip" else {})}
    half = np.where(np.arange(len(clicks)) % 2, getattr(clicks, missing), -1)
    for left, right in ((clicks, replace(told, **gone)), (replace(clicks, **{missing: half}), told)):
        found = pair_up(left, right, window_hours=WINDOW)
        weights = weigh(found, PRIOR)
        assert np.isfinite(weights.each).all()
        assert total(found, weights.each).max() <= 1.0


def test_a_visit_that_tells_nothing_has_no_candidates(seen: Visits) -> None:
    nothing = visits({"at": 600.0})
    found = pair_up(seen[0], nothing, window_hours=WINDOW)
    weights = weigh(found, PRIOR)
    assert len(found.click) == 0
    assert weights.none[0] == pytest.approx(1 - PRIOR.clicked)


def test_what_is_missing_weighs_nothing() -> None:
    """The code for nothing to compare is the set of all levels: likelihood one, strangers' share one."""
    bare, told = visits({"at": 0.0}, {"at": 1.0}), dict.fromkeys(NAMES, -1)
    for codes, members in (
        (place_codes(bare, told), PLACE_MEMBERS),
        (device_codes(bare, told), DEVICE_MEMBERS),
    ):
        assert members[codes % CODES].all()


@given(st.integers(0, 2**13 - 1), st.integers(0, 2**13 - 1), st.integers(0, 2**13 - 1))
@settings(max_examples=60, deadline=None)
def test_a_level_is_always_among_those_that_could_be(values: int, hidden: int, also: int) -> None:
    """Hiding fields makes the set of levels larger, never another one. One address is in one city, in one
    zone.
    """
    full = {name: values >> place & 1 for place, name in enumerate(NAMES)}
    less = {name: -1 if hidden >> place & 1 else full[name] for place, name in enumerate(NAMES)}
    twin = {name: also >> place & 1 for place, name in enumerate(NAMES)}
    if twin["ip"] == full["ip"]:
        twin["city"] = full["city"]
    if twin["city"] == full["city"]:
        twin["timezone"] = full["timezone"]
    for one in (full, less, twin):
        one["near"], one["wide"] = one["ip"], one["ip"]
    for codes, members in ((place_codes, PLACE_MEMBERS), (device_codes, DEVICE_MEMBERS)):
        known = members[codes(visits(twin), full)[0] % CODES]
        could = members[codes(visits(twin), less)[0] % CODES]
        same_kind = less["os"] != -1 or codes is place_codes
        assert could.sum() >= 1
        if same_kind:
            assert (could >= known).all()


def test_an_older_version_at_the_conversion_speaks_against_it() -> None:
    device = {"os": 1, "screen": 1, "browser": 1}
    told = visits({**device, "version": 2}).row(0)
    codes = device_codes(visits(*({**device, "version": v} for v in (1, 2, 3))), told) % CODES
    assert codes.tolist() == [2, 0, 3]


def test_blocking_and_what_it_misses() -> None:
    missed = outside(PRIOR)
    assert missed[0] == pytest.approx([1.0, 1.0])
    assert (np.diff(missed[[0, 2, 3]], axis=0) < 0).all()
    assert blocked(3).sum() > blocked(2).sum() > blocked(0).sum() == 0
    for table in (*level_tables(PRIOR, 0), *level_tables(PRIOR, 1)):
        assert table.sum(axis=(1, 2)) == pytest.approx([1.0, 1.0])


def test_a_carriers_network_is_crowded() -> None:
    """Many devices behind one network: the same address says less there, and is seldom kept."""
    crowd = [{"ip": n % 3, "near": 1, "wide": 1, "os": n % 4, "screen": n, "at": float(n)} for n in range(9)]
    here = {"ip": 0, "near": 1, "wide": 1, "os": 0, "screen": 0}
    assert seen_of(visits(*crowd), visits(here).row(0)) == 7
    assert seen_of(visits(*crowd[:5]), visits(here).row(0)) == 3
    assert seen_of(visits(*crowd), visits({"os": 0}).row(0)) == 1
    assert seen_of(visits(*crowd), visits({}).row(0)) == 0
    missed = outside(PRIOR)
    assert missed[7, 0] > missed[3, 0]


def test_on_a_computer_the_click_was_mostly_elsewhere() -> None:
    other = {"ip": 1, "near": 1, "wide": 1, "os": 1, "screen": 1, "at": 0.0}
    told = {"ip": 1, "near": 1, "wide": 1, "os": 2, "screen": 2, "at": 5.0}
    strangers = [{"ip": n, "near": n, "wide": n, "os": 1, "screen": n, "at": 1.0} for n in range(2, 40)]
    clicks = visits(other, *strangers)
    sure = {
        kind: weigh(pair_up(clicks, visits({**told, "phone": kind}), window_hours=WINDOW), PRIOR).each[0]
        for kind in (0, 1, -1)
    }
    assert sure[0] > sure[-1] > sure[1]


def test_the_delay_is_a_density() -> None:
    hours = np.linspace(0, DELAY_EDGES[-1], 200_001)[:-1]
    assert delay_density(hours, PRIOR.delay).sum() * (hours[1] - hours[0]) == pytest.approx(1.0, abs=1e-2)
    assert delay_density(np.array([DELAY_EDGES[-1] + 1]), PRIOR.delay)[0] == 0.0


def test_a_rare_fingerprint_says_more() -> None:
    delay = np.array([3.0])
    rare, none = weigh_equal(delay, 0.0005, 28.0, PRIOR)
    common, _ = weigh_equal(delay, 0.05, 28.0, PRIOR)
    two, _ = weigh_equal(np.array([3.0, 3.0]), 0.0005, 28.0, PRIOR)
    assert rare[0] > 3 * common[0]
    assert two[0] < rare[0]
    assert 0 < none < 1


def test_labels_teach_it(world: World, seen: Visits) -> None:
    """The tables move from the prior towards what the conversions with an id show."""
    labels = np.where(world.kept, world.truth, -1)
    fitted = fit(*seen, labels)
    assert (fitted.labelled, fitted.unlabelled) == (int(world.kept.sum()), int((~world.kept).sum()))
    tables = (fitted.delay, fitted.other_device, *fitted.other_place, *fitted.same_place, *fitted.same_device)
    for table in tables:
        assert sum(table) == pytest.approx(1.0)
        assert min(table) > 0
    assert fitted.stays[0] < fitted.stays[2] < fitted.stays[1]
    known = np.flatnonzero(world.kept)
    delays = seen[1].at[known] - seen[0].at[labels[known]]
    soon = np.mean(delays <= 1.2)
    assert abs(sum(fitted.delay[:2]) - soon) < abs(sum(PRIOR.delay[:2]) - soon) + 0.05
    assert fitted.clicked == pytest.approx(1 - 0.2 * len(labels) / fitted.unlabelled, abs=0.1)


def test_without_data_the_prior_serves(seen: Visits) -> None:
    nothing = seen[1].taken(slice(0, 0))
    fitted = fit(seen[0], nothing, np.zeros(0, dtype=np.int64))
    assert replace(fitted, fitted_at=None) == PRIOR
    assert gathered([]).conversions == 0


def test_only_labels_and_no_clicks() -> None:
    """A tenant whose every conversion kept its id, and one without any click."""
    clicks = visits({"ip": 1, "near": 1, "wide": 1, "at": 0.0}, {"ip": 2, "near": 2, "wide": 2, "at": 1.0})
    told = visits({"ip": 1, "near": 1, "wide": 1, "at": 2.0})
    assert fit(clicks, told, np.array([0])).labelled == 1
    fitted = fit(visits(), told, np.array([-1]))
    assert 0 < fitted.clicked < 1


def test_numbers_are_kept_as_they_are() -> None:
    assert read_parameters(PRIOR.as_json()) == PRIOR
    with pytest.raises(InputError, match="version"):
        read_parameters(PRIOR.as_json() | {"version": 99})


def test_it_is_precise_and_says_how_sure_it_is(world: World, seen: Visits) -> None:
    """On a world of other families than the model's: not a figure of the bench, only a floor under it."""
    labels = np.where(world.kept, world.truth, -1)
    unknown = np.flatnonzero(~world.kept)
    fitted = fit(*seen, labels)
    found = pair_up(seen[0], seen[1].taken(unknown), window_hours=WINDOW, prior=fitted)
    each = last_touch(found, weigh(found, fitted).each, seen[0])
    by_ad = np.zeros((len(unknown), world.settings.ads))
    np.add.at(by_ad, (found.conversion, world.ad[found.click]), each)
    truth = world.truth[unknown]
    right = by_ad.argmax(axis=1) == np.where(truth >= 0, world.ad[truth], -1)
    sure = by_ad.max(axis=1) >= 0.5
    assert right[sure].mean() > 0.75
    assert right[sure].sum() / (truth >= 0).sum() > 0.45
    assert abs(by_ad.max(axis=1)[sure].mean() - right[sure].mean()) < 0.2
