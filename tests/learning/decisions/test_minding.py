"""What would change a verdict, by how the ad stands; nothing is said of policies without such bars."""

from dataclasses import replace

import pytest

from kinoloop.learning.bandit.records import BanditSettings
from kinoloop.learning.decisions.records import AdLine, Decision
from kinoloop.learning.decisions.rules.minding import changes_mind
from tests.delivery.made import NOW, USD

TOLD = Decision(
    "d", "k", "default", "act_1", NOW, "ours 1", 1, BanditSettings(), "pipeline", USD, "", "", {}, (),
    1, 0, 0, 0, 0,
)  # fmt: skip
LINE = AdLine(
    "d", "a1", "act_1", NOW, "A1", "s1", "keep", "running", "running", 100, 100, 1.0, "Keep.",
    chance_loser=0.125, maturity=0.6,
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "chance to lose money reaches 90 % with 50 % of its results in (now 12 % chance, 60 % in)."),
        ({}, "It is scaled once its chance to return over 3 per 1 spent reaches 80 %."),
        ({"chance_loser": None, "maturity": None}, "of its results in. It is scaled"),
        ({"standing": "killed"}, "once its chance to lose money falls below 70 %."),
        ({"standing": "parked"}, "beats that of the others with over 25 % probability."),
        ({"standing": "off"}, "Somebody else paused it"),
    ],
)  # fmt: skip
def test_the_bars_are_named_with_where_the_ad_stands(changes: dict[str, object], words: str) -> None:
    assert words in str(changes_mind(replace(LINE, **changes), TOLD))  # type: ignore[arg-type]


def test_what_is_scaled_is_not_scaled_again_and_other_policies_have_no_bars() -> None:
    assert "scaled" not in str(changes_mind(replace(LINE, word="scale"), TOLD))
    assert changes_mind(LINE, replace(TOLD, policy="equal 1")) is None
