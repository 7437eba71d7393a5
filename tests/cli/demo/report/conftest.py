"""The rich report and the empty one."""

from pathlib import Path

import pytest

from kinoloop.cli.demo.records import DemoReport
from tests.cli.demo.report.sample import empty_report, sample_report


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the rich report's files."""
    return tmp_path_factory.mktemp("report")


@pytest.fixture(scope="session")
def report(drawn: Path) -> DemoReport:
    return sample_report(drawn)


@pytest.fixture
def empty() -> DemoReport:
    return empty_report()
