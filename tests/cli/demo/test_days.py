"""Days of the sample account through the house's own flows, and that they are the same every time."""

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kinoloop.app.settings import read_settings
from kinoloop.cli.demo import collecting, launching
from kinoloop.cli.demo.clicking import Visitors
from kinoloop.cli.demo.days import Days
from kinoloop.cli.demo.rivals import contender
from kinoloop.cli.demo.sample import ACCOUNT, DAILY, TENANT, open_sample
from kinoloop.delivery.history.queries import rows as history
from kinoloop.learning.attribution import queries as attribution
from kinoloop.learning.decisions import queries as decisions

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
DAYS = 3


def lived(folder: Path, seed: int) -> dict[str, Any]:
    """A few days of the ads that ran before, and all that is told of them."""
    folder.mkdir()
    with open_sample(folder, read_settings(home=folder.parent), seed=seed, days=DAYS) as sample:
        visitors = Visitors(sample)
        launching.furnish(sample)
        days = Days(sample, visitors, DAYS)
        numbers = list(days.play())
        with sample.app.begin() as connection:
            rounds = decisions.decisions(connection, account_id=ACCOUNT)
            return {
                "days": numbers,
                "now": sample.clock.now(),
                "started": days.started,
                "rounds": [(one.view_sha256, one.round_sha256, one.total) for one in rounds],
                "ads": [asdict(one) for one in collecting.ads(connection, days, {})],
                "changes": asdict(collecting.made_changes(connection, days)),
                "money": asdict(collecting.money(connection, sample)),
                "ours": asdict(contender("ours", days.played())),
                "clicks": len(attribution.clicks(connection, TENANT, limit=100_000)),
                "audit": [
                    (one.entity_id, one.new_value, one.status)
                    for one in history(connection, account_id=ACCOUNT)
                ],
            }


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return lived(tmp_path_factory.mktemp("first") / "demo", 7)


def test_every_day_is_read_decided_and_applied(first: dict[str, Any]) -> None:
    assert first["days"] == [1, 2, 3]
    assert first["now"] - first["started"] >= timedelta(days=3)
    assert len(first["rounds"]) == DAYS == first["changes"]["decisions"]
    assert {total for *_, total in first["rounds"]} == {DAILY}
    assert first["changes"]["applied"] > 0 and first["changes"]["other"] == 0
    assert 0.05 < first["changes"]["most_moved"] <= 0.2005
    assert first["money"]["spend"] > 0 and first["money"]["leads"] > first["money"]["won"] > 0
    assert first["clicks"] > 1000
    assert first["ours"]["spend"] > 0 and len(first["ours"]["profits"]) == DAYS
    told = sum(one["spend"] for one in first["ads"])
    assert told == first["money"]["spend"], "the ads' spend is the account's"
    assert first["audit"] and all(state == "completed" for *_, state in first["audit"])


def test_the_same_seed_gives_the_same_days(first: dict[str, Any], tmp_path: Path) -> None:
    assert lived(tmp_path / "demo", 7) == first
