"""The ledger at rest, on both dialects: same laws, many tellers at once, tables that change afterwards."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kinoloop.core.errors import InputError, NotFoundError
from kinoloop.learning.revenue import operations, queries
from kinoloop.learning.revenue.records import StageEvent, StageTable, StageValue
from kinoloop.learning.revenue.rules import accepted, check, deal_ledger, ledger, suggest
from kinoloop.store.session import Database
from tests.learning.revenue.business import FITNESS, NOON, event, some_events

NUMBERS = count()


def tenant(database: Database, table: StageTable = FITNESS) -> StageTable:
    """A tenant of its own with this table."""
    own = replace(table, tenant_id=f"tenant_{next(NUMBERS)}")
    with database.begin() as connection:
        operations.save_table(connection, own, who="ann", now=NOON)
    return own


def of(table: StageTable, events: Sequence[StageEvent]) -> list[StageEvent]:
    return [replace(one, tenant_id=table.tenant_id) for one in events]


def tell(database: Database, events: Sequence[StageEvent], hours: float = 0) -> None:
    with database.begin() as connection:
        operations.record(connection, events, now=NOON + timedelta(hours=hours))


def agrees(database: Database, table: StageTable, events: Sequence[StageEvent]) -> None:
    """What rests is what the rules make of all events at once, and totals are the sums of the lines."""
    lines, flags = ledger(events, table)
    deal_ids = sorted({one.deal_id for one in events})
    made = {d: deal_ledger([one for one in events if one.deal_id == d], table).value for d in deal_ids}
    with database.read() as connection:
        kept = [line for d in deal_ids for line in queries.lines(connection, table.tenant_id, d)]
        assert tuple(kept) == lines
        assert set(queries.flags(connection, table.tenant_id)) == set(flags)
        assert {d: queries.deal(connection, table.tenant_id, d) for d in deal_ids} == made
        totals = queries.totals(connection, table.tenant_id)
    assert sum(one.level for one in totals.stages) == sum(line.increment for line in lines)
    assert totals.pipeline + totals.won == sum(line.increment for line in lines)
    assert (totals.deals, totals.flags) == (len(deal_ids), len(flags))
    assert totals.expected == sum(one.expected or 0 for one in made.values())
    assert totals.unknown == sum(one.expected is None for one in made.values())


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=some_events(), data=st.data())
def test_any_order_repetition_and_batches_rest_the_same(
    database: Database, events: list[StageEvent], data: st.DataObject
) -> None:
    table = tenant(database)
    own = of(table, events)
    again = data.draw(st.permutations(own + data.draw(st.lists(st.sampled_from(own), max_size=4))))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(again)), max_size=3)))
    for start, end in zip([0, *cuts], [*cuts, len(again)], strict=True):
        tell(database, again[start:end])
    agrees(database, table, own)


def test_a_deal_is_told_and_read(database: Database) -> None:
    table = tenant(database)
    told = of(table, [event("lead"), event("appointmentscheduled", 1), event("decisionmakerboughtin", 2)])
    with database.begin() as connection:
        [value] = operations.record(connection, told, now=NOON)
    assert (value.stage, value.level, value.expected) == ("appointment_scheduled", 225_000, 225_000)
    with database.read() as connection:
        assert queries.deal(connection, table.tenant_id, "d") == value
        assert [one.stage for one in queries.events(connection, table.tenant_id, ["d"])] == [
            "lead", "appointmentscheduled", "decisionmakerboughtin",
        ]  # fmt: skip
        [flag] = queries.flags(connection, table.tenant_id, deal_id="d")
        [missing] = queries.unmapped(connection, table.tenant_id)
        assert flag.stage == missing.stage == "decisionmakerboughtin"
        assert (missing.deals, missing.events, missing.last_at) == (1, 1, NOON + timedelta(hours=2))
        with pytest.raises(NotFoundError, match="Nothing is known of deal"):
            queries.deal(connection, table.tenant_id, "other")


def test_telling_again_answers_the_same_and_writes_nothing(database: Database) -> None:
    table = tenant(database)
    told = of(table, [event("show_up", deal_id="b"), event("lead", deal_id="a")])
    with database.begin() as connection:
        first = operations.record(connection, told, now=NOON)
    with database.begin() as connection:
        again = operations.record(connection, told, now=NOON + timedelta(days=1))
        assert operations.record(connection, [], now=NOON) == ()
    assert first == again
    assert [one.deal_id for one in first] == ["a", "b"]


def test_deals_of_several_tenants_at_once(database: Database) -> None:
    one, other = tenant(database), tenant(database)
    with database.begin() as connection:
        values = operations.record(
            connection, [*of(other, [event("lead")]), *of(one, [event("show_up")])], now=NOON
        )
    assert {value.tenant_id: value.level for value in values} == {one.tenant_id: 900_000, other.tenant_id: 0}


def test_mapping_a_stage_makes_what_was_refused_count(database: Database) -> None:
    table = tenant(database)
    told = of(table, [event("presentationscheduled"), event("closedwon", 1, 2_000_000)])
    tell(database, told)
    with database.begin() as connection:
        mapped = operations.map_stage(
            connection, table.tenant_id, "presentationscheduled", "show_up", who="ann", now=NOON
        )
    agrees(database, mapped, told)
    with database.read() as connection:
        assert queries.table_of(connection, table.tenant_id) == mapped
        lines = queries.lines(connection, table.tenant_id, "d")
        assert [(line.stage_to, line.increment) for line in lines] == [
            ("show_up", 900_000), ("closed_won", 1_100_000),
        ]  # fmt: skip
        assert queries.flags(connection, table.tenant_id) == ()
    with database.begin() as connection, pytest.raises(InputError, match="not one of its stages"):
        operations.map_stage(connection, table.tenant_id, "x", "nowhere", who="ann", now=NOON)


def test_a_tenant_without_a_table_gets_nobody_elses(database: Database) -> None:
    with database.begin() as connection:
        with pytest.raises(NotFoundError, match="has no table of stages"):
            queries.table_of(connection, "nobody")
        with pytest.raises(NotFoundError):
            operations.record(connection, [event("lead", tenant_id="nobody")], now=NOON)
        with pytest.raises(NotFoundError):
            operations.switch_off(connection, "nobody", who="ann", now=NOON)
        with pytest.raises(NotFoundError):
            operations.copy_template(connection, "nobody", "me", who="ann", now=NOON)


def test_a_table_out_of_use_refuses_until_it_is_saved_again(database: Database) -> None:
    table = tenant(database)
    with database.begin() as connection:
        operations.switch_off(connection, table.tenant_id, who="bob", now=NOON)
    with database.begin() as connection:
        with pytest.raises(NotFoundError):
            operations.record(connection, of(table, [event("lead")]), now=NOON)
        operations.save_table(connection, table, who="ann", now=NOON)
        assert operations.record(connection, of(table, [event("lead")]), now=NOON)[0].stage == "lead"


def test_the_documents_tenants_are_there_and_right(database: Database) -> None:
    with database.read() as connection:
        kept = {table.tenant_id: table for table in queries.tables(connection)}
    assert set(kept) == {"ptd_fitness", "template_ecommerce", "template_b2b_saas"}
    for table in kept.values():
        check(table)
        for name, chance in (table.probability or {}).items():
            worth = table.stages[name].value if name in table.stages else 0
            assert chance * (table.avg_deal_value or 0) == pytest.approx(worth)
    told = {name: (one.value, one.confidence) for name, one in kept["ptd_fitness"].stages.items()}
    assert told == {name: (one.value, one.confidence) for name, one in FITNESS.stages.items()}
    assert replace(kept["ptd_fitness"], stages=FITNESS.stages) == FITNESS
    assert kept["template_b2b_saas"].stages["MQL"] == StageValue(10_000, 0.05, "1 % of an average deal")


def test_a_template_is_copied(database: Database) -> None:
    with database.begin() as connection:
        made = operations.copy_template(connection, "template_b2b_saas", "acme", who="ann", now=NOON)
        assert queries.table_of(connection, "acme") == made
        assert made.stages == queries.table_of(connection, "template_b2b_saas").stages


def test_a_wrong_table_and_an_endless_amount_are_refused(database: Database) -> None:
    table = tenant(database)
    with database.begin() as connection:
        with pytest.raises(InputError, match="cannot be used"):
            operations.save_table(connection, replace(table, won="x"), who="ann", now=NOON)
        with pytest.raises(InputError, match="more than any deal"):
            operations.record(connection, of(table, [event("lead", 0, 10**16)]), now=NOON)


def test_pages_of_deals_go_back_in_time(database: Database) -> None:
    table = tenant(database)
    told = [event("lead", hours, deal_id=f"d{hours}{letter}") for hours in range(3) for letter in "ab"]
    tell(
        database,
        of(table, [*told, event("closedwon", 9, deal_id="won"), event("closedlost", 9, deal_id="lost")]),
    )
    with database.read() as connection:
        seen, last = list[str](), None
        while page := queries.deals(connection, table.tenant_id, stage="lead", limit=4, after=last):
            seen += [one.deal_id for one in page]
            last = seen[-1]
        assert seen == ["d2b", "d2a", "d1b", "d1a", "d0b", "d0a"]
        assert [one.deal_id for one in queries.deals(connection, table.tenant_id, limit=2)] == ["won", "lost"]
        assert len(queries.deals(connection, table.tenant_id, open_only=True)) == 6
        with pytest.raises(InputError, match="A page holds"):
            queries.deals(connection, table.tenant_id, limit=0)


def test_paths_are_what_suggestions_need(database: Database) -> None:
    table = tenant(database)
    told = [
        *(event("show_up", deal_id=f"w{n}") for n in range(6)),
        *(event("closedwon", 24, 1_000_000, deal_id=f"w{n}") for n in range(6)),
        event("show_up", deal_id="l"), event("closedlost", 24, deal_id="l"),
        event("show_up", deal_id="o"), event("appointmentscheduled", 5, deal_id="o"),
        event("mystery", deal_id="m"),
    ]  # fmt: skip
    tell(database, of(table, told))
    with database.read() as connection:
        paths = queries.paths(connection, table.tenant_id)
    assert {path.deal_id for path in paths} == {*(f"w{n}" for n in range(6)), "l", "o"}
    found = {one.stage: one for one in suggest(table, paths, now=NOON + timedelta(days=30))}["show_up"]
    assert (found.won, found.lost, found.still_open, found.young) == (6, 1, 1, 0)
    assert found.rate == pytest.approx((12 + 6) / 27)
    assert found.deal_value == (10 * 1_500_000 + 6 * 1_000_000) / 16
    with database.begin() as connection:
        operations.save_table(connection, accepted(table, [found]), who="ann", now=NOON, notes="from deals")
        line = queries.lines(connection, table.tenant_id, "w0")[0]
    assert line.level == found.value


def test_many_deals_in_one_batch(database: Database) -> None:
    table = tenant(database)
    told = of(table, [event("lead", n % 7, deal_id=f"deal {n}") for n in range(1203)])
    told += of(table, [event("appointmentscheduled", 8, deal_id=f"deal {n}") for n in range(0, 1203, 3)])
    tell(database, told)
    tell(database, told, 1)
    with database.begin() as connection:
        operations.map_stage(connection, table.tenant_id, "x", "lead", who="ann", now=NOON)
        totals = queries.totals(connection, table.tenant_id)
    assert (totals.deals, totals.pipeline) == (1203, 401 * 225_000)


def test_two_tell_of_one_deal_at_the_same_time(database: Database) -> None:
    """Every one of many threads tells another part, some of it twice: the end is the same."""
    table = tenant(database)
    stages = ["lead", "appointmentscheduled", "show_up", "closedwon", "mystery", "closedlost", "show_up"]
    told = of(
        table,
        [
            event(stage, hour, 1_000_000 + hour, deal_id=d)
            for hour, stage in enumerate(stages)
            for d in "zaBm"
        ],
    )
    parts = [told[n::5] + told[n : n + 3] for n in range(5)]
    start, failures = threading.Barrier(6), list[BaseException]()

    def work(part: Sequence[StageEvent]) -> None:
        start.wait(30)
        try:
            for size in (1, 4, len(part)):
                tell(database, part[:size])
        except BaseException as error:
            failures.append(error)

    def change() -> None:
        start.wait(30)
        try:
            with database.begin() as connection:
                operations.map_stage(connection, table.tenant_id, "mystery", "show_up", who="ann", now=NOON)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(part,)) for part in parts]
    threads.append(threading.Thread(target=change))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    with database.read() as connection:
        now = queries.table_of(connection, table.tenant_id)
    assert now.aliases["mystery"] == "show_up"
    agrees(database, now, told)
