"""The same browsers as among winners."""

from tests.web.winners.conftest import hx, maker

__all__ = ["hx", "maker"]
