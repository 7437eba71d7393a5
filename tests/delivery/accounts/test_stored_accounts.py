"""The mirror, and what people allow: kept, logged, and never mixed up between tenants."""

from dataclasses import replace

import pytest

from kinoloop.core.errors import ConflictError, InputError, NotFoundError
from kinoloop.delivery.accounts import operations as accounts
from kinoloop.delivery.accounts import queries
from kinoloop.delivery.accounts.records import GuardSettings
from kinoloop.store.session import Database
from tests.delivery.made import HOUR, MINUTE, NOW, USD, Place


def test_a_mirror_is_kept_and_what_is_no_longer_shown_is_gone(database: Database) -> None:
    place = Place()
    with database.begin() as connection:
        first = accounts.save_mirror(connection, place.mirror(), tenant_id="t1", platform="meta")
        assert (first.authority, first.guards, first.platform_minimum) == ("draft", GuardSettings(), 100)
        assert first == queries.account(connection, "act_1") and first.currency == USD
        assert [one.entity_id for one in queries.entities(connection, "act_1", kind="adset")] == [
            "s1",
            "s2",
            "s3",
        ]
        del place.there["a4"]
        place.set("s1", daily_budget=10_500, raw={"id": "s1"})
        accounts.save_mirror(connection, place.mirror(NOW + HOUR), tenant_id="t1", platform="meta")
        assert queries.entity(connection, "s1").daily_budget == 10_500
        assert queries.entity(connection, "s1").raw == {"id": "s1"}
        assert queries.entity(connection, "a4").gone_at == NOW + HOUR
        assert [one.entity_id for one in queries.entities(connection, "act_1", parent_id="s2")] == ["a3"]
        with_gone = queries.entities(connection, "act_1", parent_id="s2", gone=True)
        assert [one.entity_id for one in with_gone] == ["a3", "a4"]
        accounts.save_mirror(connection, Place().mirror(NOW + 2 * HOUR), tenant_id="t1", platform="meta")
        assert queries.entity(connection, "a4").gone_at is None


def test_an_older_look_or_anothers_account_is_refused(database: Database) -> None:
    with database.begin() as connection:
        accounts.save_mirror(connection, Place().mirror(), tenant_id="t1", platform="meta")
        with pytest.raises(ConflictError, match="older than the one that is kept"):
            accounts.save_mirror(connection, Place().mirror(NOW - MINUTE), tenant_id="t1", platform="meta")
        for tenant, platform in (("t2", "meta"), ("t1", "other")):
            with pytest.raises(ConflictError, match="already kept for somebody else"):
                accounts.save_mirror(
                    connection, Place().mirror(NOW + HOUR), tenant_id=tenant, platform=platform
                )
        other = replace(Place().mirror(), account_id="act_2", entities=())
        accounts.save_mirror(connection, other, tenant_id="t2", platform="meta")
        assert [one.account_id for one in queries.accounts(connection)] == ["act_1", "act_2"]
        assert [one.account_id for one in queries.accounts(connection, tenant_id="t2")] == ["act_2"]


def test_an_entity_of_one_account_is_never_overwritten_by_another(database: Database) -> None:
    with database.begin() as connection:
        accounts.save_mirror(connection, Place().mirror(), tenant_id="t1", platform="meta")
        stolen = replace(Place().there["s1"], account_id="act_2", daily_budget=1)
        other = replace(Place().mirror(NOW + HOUR), account_id="act_2", entities=(stolen,))
        accounts.save_mirror(connection, other, tenant_id="t2", platform="meta")
        assert queries.entity(connection, "s1").daily_budget == 10_000


def test_everything_a_person_sets_is_logged(database: Database) -> None:
    tight = GuardSettings(daily_loss_bound=5_000, budget_rate=2)
    with database.begin() as connection:
        accounts.save_mirror(connection, Place().mirror(), tenant_id="t1", platform="meta")
        accounts.set_authority(connection, "act_1", "auto", who="ada", now=NOW)
        accounts.set_guards(connection, "act_1", tight, who="ada", now=NOW)
        accounts.kill(connection, "act_1", who="bob", reason="odd numbers", now=NOW + MINUTE)
        accounts.kill(connection, "act_1", who="eve", reason="again", now=NOW + HOUR)
        killed = queries.account(connection, "act_1")
        assert (killed.killed_at, killed.killed_by, killed.kill_reason) == (
            NOW + MINUTE,
            "bob",
            "odd numbers",
        )
        assert killed.guards == tight and killed.authority == "auto"
        accounts.revive(connection, "act_1", who="ada", now=NOW + 2 * HOUR)
        accounts.revive(connection, "act_1", who="ada", now=NOW + 2 * HOUR)
        assert queries.account(connection, "act_1").killed_at is None
        log = queries.settings_log(connection, "act_1")
    assert [(one.what, one.who) for one in log] == [
        ("revive", "ada"),
        ("kill", "bob"),
        ("guards", "ada"),
        ("authority", "ada"),
    ]
    assert (log[3].before, log[3].after, log[1].reason) == ("draft", "auto", "odd numbers")
    assert log[2].before["budget_rate"] == 4 and log[2].after["budget_rate"] == 2


def test_a_later_mirror_leaves_authority_and_limits(database: Database) -> None:
    with database.begin() as connection:
        accounts.save_mirror(connection, Place().mirror(), tenant_id="t1", platform="meta")
        accounts.set_authority(connection, "act_1", "off", who="ada", now=NOW)
        accounts.set_guards(connection, "act_1", GuardSettings(fuzz=0), who="ada", now=NOW)
        again = accounts.save_mirror(connection, Place().mirror(NOW + HOUR), tenant_id="t1", platform="meta")
    assert (again.authority, again.guards.fuzz) == ("off", 0)


def test_what_is_not_there_and_what_makes_no_sense(database: Database) -> None:
    with database.begin() as connection:
        with pytest.raises(NotFoundError, match="no ad account 'act_9'"):
            accounts.set_authority(connection, "act_9", "auto", who="ada", now=NOW)
        with pytest.raises(NotFoundError, match="in the mirror"):
            queries.entity(connection, "s9")
        with pytest.raises(InputError, match="'full' is no authority"):
            accounts.set_authority(connection, "act_1", "full", who="ada", now=NOW)  # type: ignore[arg-type]
        accounts.save_mirror(connection, Place().mirror(), tenant_id="t1", platform="meta")
        with pytest.raises(InputError, match="budget_rate cannot be 5"):
            accounts.set_guards(connection, "act_1", GuardSettings(budget_rate=5), who="ada", now=NOW)
        assert queries.settings_log(connection, "act_1") == ()
