"""How ads, changes and limits are said to people who buy ads. Pure; what is unknown stays None."""

from collections.abc import Mapping
from datetime import datetime

from kinoloop.core.currency import Currency, Minor
from kinoloop.delivery.accounts.records import AdEntity
from kinoloop.delivery.changes.records import Change
from kinoloop.delivery.guards.records import AUTO
from kinoloop.web.words import plain

Names = Mapping[str, str]
Value = int | str | None
NOUNS = {"campaign": "campaign", "adset": "ad set", "ad": "ad"}
STATES = {
    "proposed": "Waits for your yes",
    "approved": "Approved",
    "claimed": "In a worker's hands",
    "executing": "Being sent",
    "completed": "Made",
    "failed": "Failed",
    "blocked": "Stopped",
    "unknown": "Answer missing",
    "reverted": "Taken back",
    "rejected": "Rejected",
}
ATTEMPTS = {
    "executing": "Being sent",
    "completed": "Made and read back",
    "failed": "Not taken",
    "blocked": "Stopped by a limit",
    "unknown": "Answer missing",
    "overtaken": "Changed by somebody else",
    "validated": "Tried out, nothing changed",
    "reverted": "Made, taken back later",
}
RUNNING = {
    "ACTIVE": "Running",
    "PAUSED": "Paused",
    "CAMPAIGN_PAUSED": "Paused with its campaign",
    "ADSET_PAUSED": "Paused with its ad set",
    "IN_PROCESS": "Being taken up",
    "PENDING_REVIEW": "In review",
    "WITH_ISSUES": "Has a problem",
    "DISAPPROVED": "Refused by the platform",
    "PREAPPROVED": "Cleared in advance",
    "PENDING_BILLING_INFO": "Waits for billing details",
    "DELETED": "Deleted",
    "ARCHIVED": "Archived",
}
LEARNING = {"LEARNING": "Learning", "SUCCESS": "Learned", "FAIL": "Learning limited"}
CHECKS = {
    "kill_switch": "Kill switch",
    "authority": "What automation may do",
    "tree_drift": "Still as it was when proposed",
    "crm_deal": "a deal in your CRM",
    "creative_drift": "Ads show what was approved",
    "unchanged": "There is something to change",
    "account_limits": "Smallest and largest budget",
    "velocity": "How fast a budget may move",
    "loss_bound": "Daily loss bound",
    "never_empty": "An ad set keeps its last ads",
    "one_at_a_time": "One change at a time",
    "rate_campaign": "Changes an hour in the campaign",
    "rate_account": "Changes an hour in the account",
    "budget_rate": "Budget changes an hour, same budget",
    "cooldown": "Rest after the last change",
}
CHECKED = {"passed": "holds", "blocked": "stops it", "waits": "makes it wait"}
AUTHORITY = {
    "off": ("Off", "Nothing is written to this account. Changes cannot even be proposed."),
    "draft": ("Ask me first", "Each change waits for a person's yes. This is how every account begins."),
    "auto": ("Inside the limits", "Changes are made without asking, as long as every limit below holds."),
}
PROPOSERS = {
    "api": "a program",
    "manual": "a person",
    "drift": "the check of what ads show",
    "crm_deal": "a deal in your CRM",
    "creative_drift": "the check of what ads show",
    "decide_budget": "the budget decisions",
}
MONEY = frozenset({"budget", "bid"})


def quoted(name: str) -> str:
    return f"\u201c{name}\u201d"


def value_words(change_type: str, value: Value, currency: Currency) -> str:
    """A value of a change: `USD 50.00 a day`, `Paused`, `creative 123`; None is `nothing`."""
    if value is None:
        return "nothing"
    if change_type == "budget" and isinstance(value, int):
        return f"{currency.show(value)} a day"
    if change_type == "bid" and isinstance(value, int):
        return currency.show(value)
    return RUNNING.get(str(value), plain(str(value))) if change_type == "status" else f"creative {value}"


def percent_words(old: Value, new: Value) -> str | None:
    """`+20 %`, `-12.5 %`, with a space that does not break; None for words and from nothing."""
    if not isinstance(old, int) or not isinstance(new, int) or old == 0:
        return None
    return f"{100 * (new - old) / old:+.1f}".removesuffix(".0") + "\u00a0%"


def step_words(change_type: str, old: Value, new: Value, currency: Currency) -> str | None:
    """By how much an amount moves: `USD 10.00 more a day`."""
    if change_type not in MONEY or not isinstance(old, int) or not isinstance(new, int):
        return None
    often = " a day" if change_type == "budget" else ""
    return f"{currency.show(abs(new - old))} {'more' if new > old else 'less'}{often}"


def name_of(change: Change) -> str:
    """The name that the entity had when the change was proposed."""
    return str(change.tree.get("entity", {}).get("name") or change.entity_id)


def place_of(change: Change) -> str:
    """What it stands under, from the campaign down: `Spring sale › Runners`; empty for a campaign."""
    above = [str(one.get("name") or one.get("id")) for one in reversed(change.tree.get("parents", []))]
    return " \u203a ".join(above)


def title_of(change: Change, currency: Currency) -> str:
    """The wish as a sentence without its end."""
    what = f"{NOUNS[change.kind]} {quoted(name_of(change))}"
    wanted = value_words(change.change_type, change.requested, currency)
    match change.change_type:
        case "budget":
            wish = f"{_direction(change)} the budget of {what} to {wanted}"
        case "bid":
            wish = f"{_direction(change)} the bid of {what} to {wanted}"
        case "status":
            wish = f"Switch on {what}" if change.requested == "ACTIVE" else f"Pause {what}"
        case "creative":
            wish = f"Show {wanted} in {what}"
    wish = f"Take back: {wish[0].lower()}{wish[1:]}" if change.reverts else wish
    return f"Try out only: {wish[0].lower()}{wish[1:]}" if change.dry_run else wish


def who_words(who: str | None, names: Names) -> str | None:
    """A person by name; automation as such."""
    if who is None:
        return None
    if who == AUTO:
        return "automation, inside the limits"
    return names.get(who) or PROPOSERS.get(who) or ("the executor" if who == "executor" else plain(who))


def with_names(text: str, names: Names) -> str:
    """A stored sentence, its user ids as names. Short ids are left: they may be ordinary words."""
    for user_id, name in names.items():
        text = text.replace(user_id, name) if len(user_id) > 8 else text
    return text


def running_words(entity: AdEntity) -> str:
    """The status that really holds."""
    return RUNNING.get(entity.effective_status, plain(entity.effective_status.lower()))


def learning_words(learning: str | None) -> str | None:
    return None if learning is None else LEARNING.get(learning, plain(learning.lower()))


def budget_words(entity: AdEntity, above: AdEntity | None, currency: Currency) -> str | None:
    """Who owns the budget, and how much; None where the platform told no daily budget."""
    if entity.daily_budget is not None:
        shared = ", shared by its ad sets" if entity.kind == "campaign" else ""
        return f"{currency.show(entity.daily_budget)} a day{shared}"
    if entity.kind == "adset" and above is not None and above.daily_budget is not None:
        return "from the campaign's budget"
    return None


def bound_sentence(used: Minor, bound: Minor, currency: Currency) -> str:
    """What the daily loss bound means, with its numbers."""
    show = currency.show
    if bound == 0:
        told = f" {show(used)} a day stands over them now." if used else ""
        return (
            "Automation may put nothing at risk over the budgets you approved: it can lower and pause, "
            f"never raise.{told}"
        )
    return (
        f"Automation may put at most {show(bound)} a day at risk over the budgets you approved; "
        f"{show(used)} is used."
    )


def until_words(then: datetime, now: datetime) -> str:
    """When it is due: `in 12 s`, `in 4 min`, `at 14:05 UTC`, `on 2026-11-21 at 14:05 UTC`, `now`."""
    seconds = (then - now).total_seconds()
    if seconds <= 0:
        return "now"
    if seconds < 90:
        return f"in {max(1, round(seconds))} s"
    if seconds < 3600:
        return f"in {round(seconds / 60)} min"
    if then.date() == now.date():
        return f"at {then:%H:%M} UTC"
    return f"on {then:%Y-%m-%d} at {then:%H:%M} UTC"


def _direction(change: Change) -> str:
    if isinstance(change.current, int) and isinstance(change.requested, int):
        return "Raise" if change.requested > change.current else "Lower"
    return "Set"
