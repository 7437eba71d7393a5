"""The page: every number of the record, nothing from elsewhere, the same bytes again, honest when empty."""

import itertools
import re
from dataclasses import replace
from pathlib import Path

import pytest

from kinoloop.cli.demo.records import DemoReport, Made, Who
from kinoloop.cli.demo.report import words
from kinoloop.cli.demo.report.page import NAME, cash, draw, write_page
from kinoloop.core.currency import Currency
from tests.cli.demo.report.reading import Seen

DOLLARS = Currency("USD")


def seen(report: DemoReport, folder: Path, dashboard: str | None = None) -> Seen:
    return Seen(draw(report, folder, dashboard=dashboard))


def money(amount: int) -> str:
    return words.money(amount, DOLLARS)


def test_one_whole_file_of_a_bearable_size(report: DemoReport, tmp_path: Path) -> None:
    path = write_page(report, tmp_path / "new" / "folder", dashboard=None)
    assert path == tmp_path / "new" / "folder" / NAME
    assert [one.name for one in path.parent.iterdir()] == [NAME]
    assert path.stat().st_size < 1_500_000
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_the_same_report_gives_the_same_bytes(report: DemoReport, tmp_path: Path) -> None:
    first = write_page(report, tmp_path, dashboard=None).read_bytes()
    assert write_page(report, tmp_path, dashboard=None).read_bytes() == first


def test_nothing_is_loaded_from_elsewhere(report: DemoReport, tmp_path: Path) -> None:
    text = draw(report, tmp_path, dashboard=None)
    page = Seen(text)
    assert page.loaded and all(one.startswith("data:image/") for one in page.loaded)
    assert "<script" not in text and "@import" not in text
    assert not re.search(r"url\((?!data:)", text)
    assert not any("//" in link for link in page.links)


def test_every_picture_is_inside(report: DemoReport, tmp_path: Path) -> None:
    page = seen(report, tmp_path)
    assert len(page.pictures()) == 5
    assert all(picture.width > 300 for picture in page.pictures())
    for label in ("A still of version A", "A still of version C", "The storyboard, one picture a panel"):
        assert label in page.labels


def test_the_headline_and_the_four_ways(report: DemoReport, tmp_path: Path) -> None:
    text = seen(report, tmp_path).text
    assert "In 60 days, the loop turned $119,840 of sample spend into $297,104." in text
    assert "That is 96 % of what an oracle" in text
    assert "It is 77 % for the usual kill rule and 68 % for an equal split." in text
    for one in report.contenders:
        for amount in (one.spend, one.revenue, one.profit, one.on_losers):
            assert money(amount) in text
        assert f"{one.stopped_winners} of {one.winners}" in text and one.title in text
        for amount in one.profits:
            assert money(amount) in text


def test_every_number_of_the_ads(report: DemoReport, tmp_path: Path) -> None:
    page = seen(report, tmp_path)
    for one in report.ads:
        assert one.name in page.text
        for amount in (one.spend, one.first_budget, one.last_budget):
            assert money(amount) in page.text
        for value in (one.low, one.mid, one.high, one.truth, one.fresh_truth):
            assert value is None or f"{value:.2f}" in page.text
    assert "Lamp, question first: 3.42 back per 1, 80 % range 2.61 to 4.41; truth 3.18" in page.labels
    assert "Paused by hand: no range is stated; truth when fresh 0.77" in page.labels
    assert (
        "The 80 % range holds the truth for 9 of 10 ads that run; about 8 were to be expected." in page.text
    )


def test_every_number_of_what_was_made_and_earned(report: DemoReport, tmp_path: Path) -> None:
    text, made, told = seen(report, tmp_path).text, report.made, report.money
    for count in (made.moments, len(made.clips), made.panels, len(made.films)):
        assert f" {count} " in text
    assert "1 file of a sample shoot that the program drew, 0:48 long" in text
    assert all(f"{film.seconds:.1f} s, {film.size}" in text for film in made.films)
    for amount in (told.spend, told.revenue, told.credited, told.pipeline):
        assert money(amount) in text
    for count in (told.impressions, told.clicks, told.leads, told.won):
        assert f"{count:,}" in text
    for count in (told.by_click_id, told.by_likeness, told.uncredited):
        assert f" {count} " in text


def test_every_number_of_changes_winners_and_plan(report: DemoReport, tmp_path: Path) -> None:
    text, told = seen(report, tmp_path).text, report.changes
    for count in (told.decisions, told.proposed, told.applied, told.refused, told.other):
        assert f" {count:,} " in text
    assert "moved a budget by 20.0 %" in text
    for story in told.stories:
        assert (
            f"Day {story.day} {story.ad_name}" in text and f"kinoloop why {story.change_id}".strip() in text
        )
    for winner in report.winners:
        assert winner.reason in text and words.count(winner.won_deals) in text
    assert report.lineage is not None and report.plan is not None
    assert "$582 won deal_4711" in text and all(span in text for span in report.lineage.spans)
    for line in report.plan.lines:
        assert f"{line.purpose} {line.seconds:.1f} s {line.intent}" in text
    assert "Before and after, Desk tour, handheld" in text and text.count("Exploration") == 1
    assert "3 of 4 lines rest on winners; 1 is exploration." in text


def test_it_is_always_labelled_as_sample(report: DemoReport, empty: DemoReport, tmp_path: Path) -> None:
    for one in (report, empty):
        text = seen(one, tmp_path).text
        assert text.startswith("SAMPLE: ") and text.count("Simulated account; nothing was spent.") == 2


def test_nothing_there_is_said_and_no_number_is_made_up(empty: DemoReport, tmp_path: Path) -> None:
    page = seen(empty, tmp_path)
    for said in (
        "No film was finished",
        "No clip sheet can be shown.",
        "No other way of deciding was played",
        "No ad ran.",
        "No deal was won yet",
        "No change was applied",
        "No single decision stands out.",
        "No winner yet",
        "No won deal leads back to footage yet",
        "No next plan was written.",
        "No footage was taken in.",
    ):
        assert said in page.text
    assert "nan" not in page.text and "None" not in page.text and page.pictures() == []


def test_headings_come_in_order(report: DemoReport, empty: DemoReport, tmp_path: Path) -> None:
    for one in (report, empty):
        levels = seen(one, tmp_path).headings
        assert levels[0] == 1 and levels.count(1) == 1
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_a_lost_run_is_said_plainly(report: DemoReport, tmp_path: Path) -> None:
    behind = tuple(
        replace(one, revenue=one.revenue - 9_000_000) if one.who == "ours" else one
        for one in report.contenders
    )
    text = draw(replace(report, contenders=behind), tmp_path, dashboard=None)
    assert '<p class="remark">Kinoloop did not win this run: it made $31,557 less profit than' in text


@pytest.mark.parametrize("gone", [("oracle",), ("seed", "equal", "oracle"), ("ours",), ("equal",)])
def test_contenders_may_be_missing(report: DemoReport, tmp_path: Path, gone: tuple[Who, ...]) -> None:
    some = tuple(one for one in report.contenders if one.who not in gone)
    text = seen(replace(report, contenders=some), tmp_path).text
    assert ("not known" in text) or "oracle" not in gone
    assert ("counted $249,612 of revenue" in text) is ("ours" in gone)


def test_links_lead_into_the_dashboard(report: DemoReport, drawn: Path) -> None:
    links = seen(report, drawn, "http://127.0.0.1:8000/login?key=once").links
    assert links[0] == "http://127.0.0.1:8000/login?key=once"
    for path in (
        "/ads/ad_01",
        "/changes/chg_0007",
        "/winners/ad_03",
        "/lineage/deals/deal_4711",
        "/videos/vid_0002",
    ):
        assert f"http://127.0.0.1:8000{path}" in links
    assert "films/A.mp4" in links


@pytest.mark.parametrize("address", [None, "", "javascript:alert(1)", "file:///home"])
def test_no_dashboard_no_links(report: DemoReport, tmp_path: Path, address: str | None) -> None:
    assert set(seen(report, tmp_path / "elsewhere", address).links) == {"#money"}


def test_pictures_that_cannot_be_read_are_said(report: DemoReport, tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    first, second, third = report.made.films
    films = (
        replace(first, poster=broken),
        replace(second, poster=tmp_path / "gone.png"),
        replace(third, poster=None),
    )
    made: Made = replace(report.made, films=films, clip_sheet=broken, storyboard=None)
    page = seen(replace(report, made=made), tmp_path)
    assert page.pictures() == [] and page.text.count("No still of it can be shown.") == 3


def test_names_stay_text(report: DemoReport, tmp_path: Path) -> None:
    hostile = '"><script>alert(1)</script>'
    ads = (replace(report.ads[0], name=hostile), *report.ads[1:])
    text = draw(replace(report, ads=ads, account=hostile), tmp_path, dashboard=None)
    assert "<script" not in text and hostile in Seen(text).text


def test_lineage_without_spans_and_plan_without_lines(report: DemoReport, tmp_path: Path) -> None:
    assert report.lineage is not None and report.plan is not None
    bare = replace(
        report, lineage=replace(report.lineage, spans=(), label=""), plan=replace(report.plan, lines=())
    )
    text = seen(bare, tmp_path).text
    assert "uses no footage" in text and "It has no lines." in text


def test_a_loss_carries_a_true_minus() -> None:
    assert cash(-120_400, DOLLARS) == "\u2212$1,204"
