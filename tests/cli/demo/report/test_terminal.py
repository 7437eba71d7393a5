"""The report in a terminal: what a person reads there, in about sixty lines of a hundred columns."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from kinoloop.cli.demo.records import DemoReport
from kinoloop.cli.demo.report.terminal import tell

Told = Callable[[DemoReport], str]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Told:
    monkeypatch.setenv("COLUMNS", "100")

    def say(report: DemoReport) -> str:
        tell(report, Path("out/report.html"))
        return "\n".join(line.rstrip() for line in capsys.readouterr().out.splitlines())

    return say


def test_the_whole_story(report: DemoReport, told: Told, snapshot: SnapshotAssertion) -> None:
    text = told(report)
    assert len(text.splitlines()) <= 66 and all(len(line) <= 100 for line in text.splitlines())
    assert text == snapshot


def test_before_anything_came_of_it(empty: DemoReport, told: Told, snapshot: SnapshotAssertion) -> None:
    assert told(empty) == snapshot


def test_a_lost_run_is_said_plainly(report: DemoReport, told: Told) -> None:
    ours, *others = report.contenders
    text = told(replace(report, contenders=(replace(ours, revenue=1), *others)))
    assert "Kinoloop did not win this run: it made" in text


def test_what_does_not_fit_is_counted(report: DemoReport, told: Told) -> None:
    assert report.lineage is not None
    more = replace(
        report, winners=report.winners * 3, lineage=replace(report.lineage, spans=report.lineage.spans * 2)
    )
    text = " ".join(told(more).split())
    assert "3 more on the page." in text and "and 2 more" in text and "7 more ads on the page." in text


def test_an_ad_without_a_range(report: DemoReport, told: Told) -> None:
    assert "not known" in told(replace(report, ads=report.ads[-1:]))


def test_square_brackets_stay_text(report: DemoReport, told: Told) -> None:
    name = "[bold]Lamp[/]"
    assert name in told(replace(report, ads=(replace(report.ads[0], name=name),)))
