"""The limits of an account as a form in human units: per cent, minutes, seconds, money in major units."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from kinoloop.core.currency import Currency
from kinoloop.core.errors import InputError
from kinoloop.delivery.accounts.records import GuardSettings
from kinoloop.web.forms import Posted
from kinoloop.web.pages.ads.units import (
    Read,
    Say,
    amount,
    milliseconds,
    money,
    money_or_none,
    percent,
    say,
    say_money,
    say_percent,
    say_seconds,
    whole,
)


@dataclass(frozen=True)
class LimitField:
    """One field: its label with the unit, what it means, and how it is said and read."""

    name: str
    label: str
    help: str
    say: Say
    read: Read
    money: bool = False


@dataclass(frozen=True)
class LimitGroup:
    title: str
    fields: tuple[LimitField, ...]


@dataclass(frozen=True)
class LimitsForm:
    """The form as it stands; `values` is what was typed, or what holds."""

    template: ClassVar[str] = "ads/parts/limits_form.html"
    account_id: str
    currency: str
    proof: str
    values: Mapping[str, str]
    decides: bool
    groups: tuple[LimitGroup, ...]
    errors: Mapping[str, str] = field(default_factory=dict)


GROUPS = (
    LimitGroup(
        "Money",
        (
            LimitField(
                "daily_loss_bound",
                "Daily loss bound",
                "The most that automation may put at risk a day over the budgets you approved. "
                "With 0 it can only lower and pause.",
                say_money,
                money,
                money=True,
            ),
            LimitField(
                "min_daily_budget",
                "Smallest daily budget",
                "Leave empty for the platform's own.",
                say_money,
                money_or_none,
                money=True,
            ),
            LimitField(
                "max_daily_budget",
                "Largest daily budget",
                "Leave empty for no such limit.",
                say_money,
                money_or_none,
                money=True,
            ),
        ),
    ),
    LimitGroup(
        "How far and how fast",
        (
            LimitField("velocity", "A budget moves at most, in per cent", "", say_percent, percent(0.1, 100)),
            LimitField("velocity_hours", "Within so many hours", "", say, amount(0.1, 24 * 30, " hours")),
            LimitField(
                "cooldown_minutes",
                "Rest after each change, in minutes",
                "Pausing never waits.",
                say,
                amount(0, 7 * 24 * 60, " minutes"),
            ),
            LimitField(
                "fuzz",
                "Vary budgets by up to, in per cent",
                "Inside every other limit, so that amounts do not look mechanical.",
                say_percent,
                percent(0, 49),
            ),
        ),
    ),
    LimitGroup(
        "How many",
        (
            LimitField("rate_per_campaign", "Changes an hour in one campaign", "", say, whole),
            LimitField("rate_per_account", "Changes an hour in the account", "", say, whole),
            LimitField(
                "budget_rate",
                "Changes an hour of one budget",
                "The platform itself takes 4.",
                say,
                whole,
            ),
            LimitField(
                "min_active_ads",
                "Ads that stay on in an ad set",
                "Automation never pauses the last ones.",
                say,
                whole,
            ),
        ),
    ),
    LimitGroup(
        "Wait before a change is sent",
        (
            LimitField("jitter_ms_min", "At least, in seconds", "", say_seconds, milliseconds),
            LimitField("jitter_ms_max", "At most, in seconds", "", say_seconds, milliseconds),
        ),
    ),
)
FIELDS = {one.name: one for group in GROUPS for one in group.fields}


def limits_said(guards: GuardSettings, currency: Currency) -> dict[str, str]:
    """Every limit as its field shows it."""
    return {name: one.say(getattr(guards, name), currency) for name, one in FIELDS.items()}


def limits_posted(form: Posted, currency: Currency) -> tuple[GuardSettings | None, dict[str, str]]:
    """The limits that were typed, or None with what is wrong by field."""
    values, errors = dict[str, Any](), dict[str, str]()
    for name, one in FIELDS.items():
        text = form.one(name)
        optional = one.read is money_or_none
        try:
            if not text and not optional:
                raise InputError("Please fill it in.")
            values[name] = one.read(text, currency)
        except InputError as error:
            errors[name] = str(error)
    return (None, errors) if errors else (GuardSettings(**values), {})


def errors_told(error: InputError) -> dict[str, str]:
    """What the account itself refuses, by the field it names first; under no name when it names none."""
    name = error.what.partition(" ")[0]
    label = FIELDS[name].label if name in FIELDS else ""
    text = error.fix.replace("jitter_ms_max", "the longest wait").replace(
        "min_daily_budget", "the smallest daily budget"
    )
    return {name: text} if label else {"": str(error)}


def differing(before: Any, after: Any, currency: Currency) -> tuple[tuple[str, str, str], ...]:
    """Which limits a log entry changed: label, before, after, as people say them."""
    found = list[tuple[str, str, str]]()
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return ()
    for name, one in FIELDS.items():
        old, new = before.get(name), after.get(name)
        if old != new:
            found.append((one.label, _shown(one, old, currency), _shown(one, new, currency)))
    return tuple(found)


def _shown(one: LimitField, value: Any, currency: Currency) -> str:
    if value is None:
        return "none"
    return currency.show(value) if one.money else one.say(value, currency)
