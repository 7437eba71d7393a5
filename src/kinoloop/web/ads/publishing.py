"""What a yes to a new ad covers, said line by line: words, place, money, who is charged, what was found."""

from dataclasses import dataclass

from kinoloop.core.currency import Currency, Minor
from kinoloop.core.text import label
from kinoloop.creative.renders.records import Finding
from kinoloop.delivery.accounts.records import AdAccount, AdEntity
from kinoloop.delivery.publishing.records import AdDraft
from kinoloop.delivery.publishing.wishes import CTAS, ENHANCEMENTS, GOALS, OLDEST, SPECIAL
from kinoloop.flows.publish_ads.places import Look
from kinoloop.web.ads.words import running_words


@dataclass(frozen=True)
class Covered:
    """Everything that a person has to know before the yes. `allowed` are enhancements in words."""

    sha256: str
    account: AdAccount
    draft: AdDraft
    findings: tuple[Finding, ...]
    cta: str
    allowed: tuple[str, ...]
    tags: str
    goal: str
    special: tuple[str, ...]
    countries: str
    ages: str
    budget: str
    most: str
    charged: str
    joins: str


def covered_by(look: Look, into: str = "") -> Covered:
    """`into` is the id of what is joined, empty for nothing."""
    seen, money = look.seen, look.seen.account.currency
    draft, account = seen.draft, seen.account
    targeting = draft.ad_set.targeting
    return Covered(
        sha256=seen.sha256,
        account=account,
        draft=draft,
        findings=seen.variant.verdict.findings,
        cta=CTAS.get(draft.creative.cta, label(draft.creative.cta.lower())),
        allowed=tuple(ENHANCEMENTS.get(one, one) for one, on in draft.creative.toggles.items() if on),
        tags="&".join(f"{name}={value}" for name, value in draft.creative.utm.items()),
        goal=_goal(draft.campaign.objective),
        special=tuple(SPECIAL.get(one, one) for one in draft.campaign.special_ad_categories),
        countries=", ".join(targeting.get("geo_locations", {}).get("countries", ())),
        ages=_ages(targeting.get("age_min"), targeting.get("age_max")),
        budget=_money(look.daily_budget, money),
        most=_money(look.most_a_day, money),
        charged=f"The ad account {account.name} ({account.account_id}): {label(account.platform)} charges "
        "whoever pays for it there.",
        joins=_joins(look.there) if into else "",
    )


def _joins(there: AdEntity | None) -> str:
    if there is None:
        return "It is there already and is not changed."
    what = "The campaign is" if there.kind == "campaign" else "Campaign and ad set are"
    return f"{what} there already and not changed ({running_words(there).lower()} when last seen)."


def _goal(objective: str) -> str:
    known = {f"OUTCOME_{goal.upper()}": words for goal, words in GOALS.items()}
    return known.get(objective, label(objective.removeprefix("OUTCOME_").lower()))


def _ages(youngest: int | None, oldest: int | None) -> str:
    if youngest is None or oldest is None:
        return "all ages"
    return f"{youngest} and older" if oldest >= OLDEST else f"{youngest} to {oldest}"


def _money(amount: Minor | None, currency: Currency) -> str:
    return "not known" if amount is None else currency.show(amount)
