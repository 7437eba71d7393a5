"""A new ad as a form: what is typed, what a fresh form proposes, and the wish that it means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import ClassVar, cast

from kinoloop.core.errors import InputError
from kinoloop.creative.renders.records import Variant
from kinoloop.creative.videos.records import Video
from kinoloop.delivery.accounts.records import AdAccount
from kinoloop.delivery.publishing.wishes import CTAS, ENHANCEMENTS, GOALS, SPECIAL, AdWish, Goal
from kinoloop.flows.publish_ads.places import Place
from kinoloop.web.forms import Posted
from kinoloop.web.pages.ads.units import number

Values = Mapping[str, str | tuple[str, ...]]
Options = tuple[tuple[str, str], ...]
SETS = ("allowed", "special")
FIELDS = frozenset(part.name for part in fields(AdWish))
_WORDS = ("body", "title", "link", "page_id", "name")
_CAMPAIGN = ("campaign",)
_AD_SET = ("ad_set", "countries", "daily_budget")
_TEXTS = FIELDS - {*SETS, "countries", "age_min", "age_max", "daily_budget", "goal"}


@dataclass(frozen=True)
class PublishForm:
    """The form as it stands. `open_accounts` may be written to, `closed` may not; `places` can be joined."""

    template: ClassVar[str] = "ads/parts/publish_form.html"
    action: str
    proof: str
    values: Values
    account: AdAccount | None
    open_accounts: tuple[AdAccount, ...]
    closed: tuple[AdAccount, ...]
    places: tuple[Place, ...]
    errors: Mapping[str, str] = field(default_factory=dict)
    goals: ClassVar[Options] = tuple(GOALS.items())
    ctas: ClassVar[Options] = tuple(CTAS.items())
    special: ClassVar[Options] = tuple(SPECIAL.items())
    enhancements: ClassVar[Options] = tuple(ENHANCEMENTS.items())

    def wrong(self, values: Values, errors: Mapping[str, str]) -> "PublishForm":
        """The same form with what was typed and what is wrong with it."""
        return replace(self, values=values, errors=errors)


def fresh_values(video: Video, variant: Variant, page_id: str) -> Values:
    """What a new form proposes; money, countries and words are nobody's to guess."""
    name = f"{video.name} {variant.label} {variant.shape}"
    plain = AdWish("", name, page_id, "", "", "")
    told: dict[str, str | tuple[str, ...]] = {one: str(getattr(plain, one)) for one in _TEXTS}
    return told | {
        "goal": plain.goal,
        "campaign": video.name,
        "ad_set": name,
        "countries": "",
        "age_min": str(plain.age_min),
        "age_max": str(plain.age_max),
        "daily_budget": "",
        "allowed": (),
        "special": (),
    }


def values_posted(form: Posted) -> Values:
    """What was typed, as the form shows it again."""
    return {name: form.many(name) if name in SETS else form.one(name) for name in FIELDS}


def wanting(form: Posted, places: Sequence[Place]) -> dict[str, str]:
    """What has to be filled in and is not, by field; what is joined needs no words of its own."""
    into = form.one("into")
    kind = next((one.kind for one in places if one.entity_id == into), None)
    needed = (*_WORDS, *(() if into else _CAMPAIGN), *(() if kind == "ad_set" else _AD_SET))
    return {name: "Please fill it in." for name in needed if not form.one(name)}


def wish_posted(form: Posted) -> AdWish:
    """The wish that a form means. Raises InputError naming the field."""
    return AdWish(
        **{name: form.one(name) for name in _TEXTS},
        goal=cast(Goal, form.one("goal")),
        countries=tuple(form.one("countries").replace(",", " ").split()),
        age_min=_whole(form, "age_min"),
        age_max=_whole(form, "age_max"),
        daily_budget=_amount(form),
        allowed=form.many("allowed"),
        special=form.many("special"),
    )


def _whole(form: Posted, name: str) -> int:
    text = form.one(name)
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        raise InputError(f"'{name}' is not an age.", fix="Write it in digits.")
    return int(text)


def _amount(form: Posted) -> Decimal | None:
    text = form.one("daily_budget")
    try:
        return number(text) if text else None
    except InputError as error:
        raise InputError("'daily_budget' is not an amount.", fix=error.fix) from error
