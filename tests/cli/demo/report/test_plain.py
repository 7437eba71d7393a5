"""The report for a program."""

import json
from dataclasses import fields, replace

from kinoloop.cli.demo.records import DemoReport
from kinoloop.cli.demo.report.plain import document


def test_every_field_in_minor_units_and_plain_json(report: DemoReport) -> None:
    told = json.loads(json.dumps(document(report), allow_nan=False))
    assert {one.name for one in fields(DemoReport)} <= told.keys()
    assert told["sample"] is True and told["currency"] == {"code": "USD", "offset": 100}
    assert told["money"]["spend"] == 11_984_000 and told["ads"][0]["last_budget"] == 31_250
    ours = told["contenders"][0]
    assert ours["profit"] == 17_726_400 and ours["revenue_of_oracle"] == 0.962969
    assert len(ours["profits"]) == 60 and told["ahead_of_rivals"] is True
    assert told["made"]["films"][0]["film"].endswith("films/A.mp4")
    assert told["plan"]["lines"][2]["rests_on"] == []


def test_floats_are_rounded_so_that_they_are_stable(report: DemoReport) -> None:
    near = replace(report.ads[0], mid=3.4200000000000004)
    assert document(replace(report, ads=(near,)))["ads"][0]["mid"] == 3.42


def test_what_is_absent_is_null(empty: DemoReport) -> None:
    told = document(empty)
    assert told["plan"] is None and told["lineage"] is None and told["ahead_of_rivals"] is None
    assert told["contenders"] == [] == told["winners"]
