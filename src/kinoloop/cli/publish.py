"""`kinoloop publish VARIANT --draft AD.toml`: what a yes to this ad covers, your yes, the paused ad."""

import sys
from pathlib import Path
from shlex import quote
from typing import Annotated, Any

import typer

from kinoloop.app.compose import App
from kinoloop.app.videos import HOUSE
from kinoloop.cli import show
from kinoloop.cli.session import follow, opened
from kinoloop.core.errors import InputError, KinoloopError
from kinoloop.delivery.publishing.reading import read_wish, sample_wish
from kinoloop.delivery.publishing.wishes import AdWish
from kinoloop.flows.publish_ads.approving import plain_draft
from kinoloop.flows.publish_ads.places import Look


def add_to(app: typer.Typer) -> None:
    app.command()(publish)


def publish(
    variant: Annotated[str | None, typer.Argument(help="The film: a variant's id.")] = None,
    draft: Annotated[Path | None, typer.Option("--draft", help="What the ad is to be, as TOML.")] = None,
    yes: Annotated[
        str | None, typer.Option("--yes", metavar="SHA256", help="Your yes to exactly what was shown.")
    ] = None,
    accept_degraded: Annotated[
        bool, typer.Option("--accept-degraded", help="Take the film with the remarks on it.")
    ] = False,
    sample: Annotated[bool, typer.Option("--sample", help="Print a draft to start from, and stop.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Machine output on stdout, words on stderr.")
    ] = False,
) -> None:
    """Make a paused ad of a finished film: without --yes, shows what a yes would cover and writes nothing."""
    if sample:
        sys.stdout.write(sample_wish())
        return
    if variant is None or draft is None:
        missing = "Which film?" if variant is None else "Which draft?"
        raise InputError(
            missing, fix="kinoloop publish VARIANT --draft AD.toml, or kinoloop publish --sample > AD.toml"
        )
    wish = read_wish(draft)
    with opened(mode="client" if yes is None else "embedded", hurried=True) as app:
        if yes is None:
            _tell(app.publishing.look(variant, wish), variant, draft, as_json=as_json)
        else:
            _make(app, variant, wish, yes, accept_degraded, as_json=as_json)


def _make(app: App, variant: str, wish: AdWish, yes: str, accept_degraded: bool, *, as_json: bool) -> None:
    run_id = app.publishing.publish(variant, wish, who=HOUSE, sha256=yes, accept_degraded=accept_degraded)
    ((_, end),) = follow(app, [run_id], quiet=as_json)
    if isinstance(end, KinoloopError):
        show.say(f"Not made. What was begun goes on with: kinoloop runs {run_id} --retry")
        raise end
    if as_json:
        show.emit(end | {"job_id": run_id, "account_id": wish.account_id, "status": "PAUSED"})
        return
    show.paper.print(f"Ad {end['ad_id']} of {wish.account_id} is there, paused, and as it was approved.")
    show.paper.print(f"Its ad set is {end['ad_set_id']}, its campaign {end['campaign_id']}.")


def _tell(look: Look, variant: str, path: Path, *, as_json: bool) -> None:
    """The look: on paper line by line, or as JSON with everything that is sent."""
    seen = look.seen
    if as_json:
        show.emit(_json(look))
        return
    show.table(f"What a yes to '{seen.draft.name}' covers", ("", ""), list(_lines(look).items()))
    for one in seen.findings:
        show.paper.print(f"Remark on the film: {one}")
    accept = " --accept-degraded" if seen.findings else ""
    show.say("Nothing was made. To approve exactly this and make the paused ad:")
    order = f"kinoloop publish {variant} --draft {quote(str(path))} --yes {seen.sha256}{accept}"
    show.words.print(order, soft_wrap=True, markup=False)  # in one piece, to be copied


def _lines(look: Look) -> dict[str, str]:
    seen, draft = look.seen, look.seen.draft
    words, spot = draft.creative, draft.ad_set
    places = spot.targeting.get("geo_locations", {}).get("countries", ())
    return {
        "film": f"{draft.film} (sha256 {draft.film_sha256[:12]}..., as it was checked)",
        "text": words.body,
        "title": words.title,
        "button": words.cta,
        "link": words.link,
        "tags": "&".join(f"{name}={value}" for name, value in words.utm.items()) or "none",
        "page": words.page_id,
        "platform may": ", ".join(name for name, on in words.toggles.items() if on) or "change nothing",
        "account": f"{seen.account.name} ({seen.account.account_id}); it is charged",
        "campaign": f"{draft.campaign.name} ({draft.campaign.objective})",
        "ad set": f"{spot.name} ({', '.join(places)}, {spot.targeting.get('age_min')} to "
        f"{spot.targeting.get('age_max')})",
        "money now": "nothing: the ad is made off",
        "money once on": _money(look),
        "sha256": seen.sha256,
    }


def _money(look: Look) -> str:
    if look.daily_budget is None or look.most_a_day is None:
        return "not known"
    show_it = look.seen.account.currency.show
    return f"{show_it(look.daily_budget)} a day, at most {show_it(look.most_a_day)} on one day"


def _json(look: Look) -> dict[str, Any]:
    seen = look.seen
    return {
        "sha256": seen.sha256,
        "variant_id": seen.variant.variant_id,
        "film": str(seen.draft.film),
        "account": seen.account.name,
        "currency": seen.account.currency.code,
        "draft": plain_draft(seen.draft),
        "findings": list(seen.findings),
        "daily_budget": look.daily_budget,
        "most_a_day": look.most_a_day,
    }
