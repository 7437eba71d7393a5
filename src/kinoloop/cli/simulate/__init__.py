"""`kinoloop simulate`: policies beside each other in markets whose truth is known."""

from kinoloop.cli.simulate.command import add_to

__all__ = ["add_to"]
