"""kill -9 of workers in the middle of changes, with every fault there is: nothing twice, nothing lost."""

import pytest
from bench import changes_chaos


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize("dialect", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_killed_workers_and_a_failing_platform_leave_every_change_done_once_or_told(dialect: str) -> None:
    told = changes_chaos.run(dialect, changes=14, workers=2, kills=2, seed=11)
    assert told.found.clean, told.found
    assert told.found.applied >= 8 and told.kills.total() == 2
    assert told.agrees and told.clean_exits
