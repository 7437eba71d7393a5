"""What stands between a policy and an account's money: its trial, or a person's explicit yes. Pure."""

from kinoloop.learning.trials.records import Comparison

WORSE = "The log says that it would earn less than what was done."
UNKNOWN = "The log cannot tell what it would earn."


def caution(told: Comparison) -> str | None:
    """Why the trial alone puts nothing in force; None when it does: not shown to be worse."""
    if told.admitted:
        return None
    return WORSE if told.admitted is False else UNKNOWN


def in_words(told: Comparison) -> str:
    """The trial in a sentence or two: the estimate, its interval, and how much it rests on."""
    rows = f"Effective sample: {told.snips.sample:.0f} of {told.snips.rows} ad-days."
    return f"{told.reason} {rows}"
