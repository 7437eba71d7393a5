"""The rest of the story as sentences and shares, for the page and the terminal alike. Pure."""

from dataclasses import dataclass

from kinoloop.cli.demo.records import Changes, DemoReport, FilmMade, Made, Money, NextPlan, PlanLine
from kinoloop.cli.demo.report import words
from kinoloop.core.currency import Currency
from kinoloop.core.text import plural
from kinoloop.web.words import length_words

REAL = (
    "The footage is watched, cut and reframed by the product.",
    "The plan, the storyboard and the films are the product's own; the films are real files.",
    "Every decision, every change in the queue and every refusal by a guard is made by the same code"
    " that runs a real account.",
    "Attribution, winners, lineage and the next plan are read from the product's own tables.",
)
SIMULATED = (
    "The people who see the ads, click and buy.",
    "The ad platform and the CRM: emulated servers that speak their wire formats.",
    "The calendar: the days of the account are played in minutes.",
    "All of the money.",
)


@dataclass(frozen=True)
class Found:
    """One way in which a won deal was found, or not: how many, and their share of all in per cent."""

    key: str
    name: str
    deals: int
    share: float


@dataclass(frozen=True)
class Command:
    """What to type, and what it shows."""

    line: str
    shows: str


def footage(made: Made) -> str:
    whose = "your footage" if made.own else "a sample shoot that the program drew"
    if not made.footage_files:
        return "No footage was taken in."
    files = plural(made.footage_files, "file")
    return f"From {files} of {whose}, {length_words(made.footage_seconds)} long."


def differs(film: FilmMade) -> str:
    """What sets a version apart from the first."""
    return words.sentence(film.differs_in) if film.differs_in else "The version the others differ from."


def found(money: Money) -> tuple[Found, ...]:
    """How won deals were found; empty without any."""
    counts = (
        ("click", "By click id", money.by_click_id),
        ("likeness", "By likeness", money.by_likeness),
        ("none", "Not credited to an ad", money.uncredited),
    )
    whole = sum(deals for _, _, deals in counts)
    if not whole:
        return ()
    return tuple(Found(key, name, deals, round(100 * deals / whole, 2)) for key, name, deals in counts)


def money_steps(money: Money, currency: Currency) -> tuple[tuple[str, str, str], ...]:
    """From spend to pipeline: a name, an amount, and what it means per step before it."""
    show = currency
    return (
        ("Spent", words.money(money.spend, show), ""),
        ("Impressions", words.count(money.impressions), _per_thousand(money, currency)),
        ("Clicks", words.count(money.clicks), _part(money.clicks, money.impressions, "of impressions", 2)),
        ("Leads", words.count(money.leads), _part(money.leads, money.clicks, "of clicks", 1)),
        ("Deals won", words.count(money.won), _part(money.won, money.leads, "of leads", 1)),
        ("Revenue", words.money(money.revenue, show), _per_spent(money.revenue, money.spend)),
        (
            "Credited to ads",
            words.money(money.credited, show),
            _part(money.credited, money.revenue, "of revenue", 0),
        ),
        ("Open pipeline", words.money(money.pipeline, show), "open deals, by the worth of their stages"),
    )


def guard(changes: Changes) -> str:
    """The largest move against the velocity guard's bound; said plainly if it went over."""
    bound, most = words.share(words.GUARD), words.share(changes.most_moved, 1)
    if not changes.applied:
        return f"No change was applied, so no budget moved. The guard's bound is {bound} in one change."
    if changes.most_moved > words.GUARD + 5e-4:
        return f"One change moved a budget by {most}. That is over the velocity guard's bound of {bound}."
    return f"The largest step moved a budget by {most}; the velocity guard's bound is {bound} in one change."


def changes(told: Changes) -> tuple[tuple[str, int], ...]:
    """What became of what was proposed."""
    return (
        ("Decisions", told.decisions),
        ("Changes proposed", told.proposed),
        ("Applied", told.applied),
        ("Refused by a guard", told.refused),
        ("Other ends", told.other),
    )


def rests(line: PlanLine) -> str:
    """What a line of the plan rests on."""
    return ", ".join(line.rests_on) if line.rests_on else "exploration"


def plan_split(plan: NextPlan) -> str:
    """How much of the next plan is known to work and how much is tried."""
    resting = sum(bool(line.rests_on) for line in plan.lines)
    tried = len(plan.lines) - resting
    if not plan.lines:
        return "It has no lines."
    if not resting:
        return (
            f"None of its {plural(len(plan.lines), 'line')} rests on a winner yet: all of it is exploration."
        )
    rest = f"{resting} of {plural(len(plan.lines), 'line')} rest{'s' if resting == 1 else ''} on winners"
    return f"{rest}; {tried or 'none'} {'is' if tried == 1 or not tried else 'are'} exploration."


def commands(report: DemoReport) -> tuple[Command, ...]:
    """How a stranger checks what is claimed."""
    own = " --footage FOLDER" if report.made.own else ""
    some = next((story.change_id for story in report.changes.stories if story.change_id), "ID")
    return (
        Command(
            f"kinoloop demo{own} --seed {report.seed}", "The same footage and seed give the same report."
        ),
        Command(
            f"kinoloop why {some} --sample",
            "What was known, what was decided for each ad; and decides it again, to the same bytes.",
        ),
        Command(
            "kinoloop simulate --compare",
            "This page is one market with one seed: this plays many, with confidence intervals.",
        ),
        Command("kinoloop serve --sample", "The dashboard on this account, film by film and deal by deal."),
    )


def days_between(report: DemoReport) -> str:
    return f"{report.first_day} to {report.last_day}"


def _part(part: int, whole: int, of: str, digits: int) -> str:
    told = words.ratio(part, whole)
    return "" if told is None else f"{words.share(told, digits)} {of}"


def _per_thousand(money: Money, currency: Currency) -> str:
    if not money.impressions:
        return ""
    return f"{words.money(round(1000 * money.spend / money.impressions), currency)} per 1,000"


def _per_spent(revenue: int, spend: int) -> str:
    told = words.ratio(revenue, spend)
    return "" if told is None else f"{told:.2f} per 1 spent so far"
