"""The rows of ads: their order, their places, and how often the range held."""

from dataclasses import replace

from kinoloop.cli.demo.records import DemoReport
from kinoloop.cli.demo.report.adlines import coverage, in_order, table_of


def test_those_that_run_come_first_by_budget_then_those_that_rest_by_spend(report: DemoReport) -> None:
    names = [one.ad_id for one in in_order(report.ads[::-1])]
    assert names[:3] == ["ad_01", "ad_02", "ad_03"]
    assert names[-4:] == ["ad_13", "ad_12", "ad_11", "ad_14"]


def test_places_follow_the_numbers(report: DemoReport) -> None:
    rows = {row.line.ad_id: row for row in table_of(report.ads).rows}
    first = rows["ad_01"]
    assert first.plot is not None and first.plot.low < first.truth_at < first.plot.high
    assert first.plot.tone == "good" and rows["ad_12"].plot is not None and rows["ad_12"].plot.tone == "bad"
    assert first.share == 100 and rows["ad_12"].share == 0 and not rows["ad_12"].runs
    assert rows["ad_14"].plot is None and 0 < rows["ad_14"].truth_at < 100
    fifth = rows["ad_05"]
    assert fifth.plot is not None and fifth.truth_at > fifth.plot.high


def test_how_often_the_range_held(report: DemoReport) -> None:
    table = table_of(report.ads)
    assert (table.judged, table.held) == (10, 9)
    one = table_of(report.ads[:1])
    assert coverage(one) == (
        "The 80 % range holds the truth for 1 of 1 ad that runs; about 0.8 were to be expected."
    )


def test_nothing_to_check(report: DemoReport) -> None:
    resting = tuple(replace(one, truth=None) for one in report.ads)
    assert "cannot be checked" in coverage(table_of(resting))
    assert table_of(()).rows == ()


def test_a_truth_of_nothing_lies_at_the_edge(report: DemoReport) -> None:
    (row,) = table_of((replace(report.ads[0], truth=0.0),)).rows
    assert row.truth_at == 0
