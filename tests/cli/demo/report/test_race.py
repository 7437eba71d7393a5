"""What is claimed of the four ways: ahead, behind, level, and what is not known."""

from dataclasses import replace

from kinoloop.cli.demo.records import Contender, DemoReport, Who
from kinoloop.cli.demo.report.race import against_oracle, against_rivals, race, stopped, title
from kinoloop.core.currency import Currency

DOLLARS = Currency("USD")


def one(who: Who, spend: int, revenue: int, winners: int = 4, wrongly: int = 0) -> Contender:
    return Contender(who, who, spend, revenue, 0, winners, wrongly, (revenue - spend,))


def claim(*contenders: Contender) -> tuple[bool | None, str]:
    return against_rivals(race(contenders), DOLLARS)


def test_ahead_of_all() -> None:
    said = claim(one("ours", 100_00, 300_00), one("seed", 100_00, 180_00), one("equal", 100_00, 150_00))
    assert said == (
        True,
        "It made $120 more profit than the usual kill rule and $150 more profit than an equal split.",
    )


def test_behind_one_is_lost() -> None:
    won, said = claim(one("ours", 100_00, 200_00), one("seed", 100_00, 180_00), one("equal", 100_00, 250_00))
    assert won is False
    assert said == (
        "Kinoloop did not win this run: it made $20 more profit than the usual kill rule"
        " and $50 less profit than an equal split."
    )


def test_more_profit_on_less_revenue_is_told_as_such() -> None:
    won, said = claim(one("ours", 100_00, 300_00), one("seed", 250_00, 400_00))
    assert won is False
    assert said.endswith("it made $50 more profit than the usual kill rule (but $100 less revenue).")


def test_level() -> None:
    won, said = claim(one("ours", 100_00, 300_00), one("equal", 100_00, 300_00))
    assert won is True and said == "It made as much profit as an equal split."


def test_nobody_to_compare_with() -> None:
    assert claim(one("ours", 1, 2)) == (None, "") == claim(one("seed", 1, 2))
    assert against_oracle(race([one("seed", 1, 2)])) == "" == stopped(race([one("seed", 1, 2)]))
    assert "is not known" in against_oracle(race([one("ours", 1, 2)]))
    assert "is not known" in against_oracle(race([one("ours", 1, 2), one("oracle", 1, 0)]))


def test_part_of_the_oracle_alone() -> None:
    standings = race([one("ours", 100_00, 199_90), one("oracle", 100_00, 200_00)])
    assert against_oracle(standings) == (
        "That is over 99\u00a0% of what an oracle that knows every ad's truth would have made."
    )
    assert standings[0].profit_of_oracle == 0.999


def test_an_oracle_that_cannot_earn_is_no_measure_of_profit() -> None:
    standings = race([one("ours", 100_00, 80_00), one("oracle", 100_00, 90_00)])
    assert standings[0].profit_of_oracle is None and standings[0].of_oracle is not None


def test_winners_stopped() -> None:
    ours, rule = one("ours", 1, 2, 11, 0), one("seed", 1, 2, 11, 7)
    assert (
        stopped(race([ours, rule]))
        == "Of 11 ads truly worth keeping, it stopped none wrongly; the usual rule stopped 7."
    )
    assert stopped(race([replace(ours, stopped_winners=2)])) == (
        "Of 11 ads truly worth keeping, it stopped 2 wrongly."
    )
    assert stopped(race([ours, replace(rule, winners=9)])).endswith("the usual rule stopped 7 of 9.")
    assert stopped(race([replace(ours, winners=0), rule])).startswith("No ad of this market")


def test_without_ours_the_title_is_what_was_counted(report: DemoReport) -> None:
    assert title(replace(report, contenders=())) == (
        "In 60 days, the sample account spent $119,840 and counted $249,612 of revenue."
    )
