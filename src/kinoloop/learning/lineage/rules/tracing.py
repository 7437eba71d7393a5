"""One deal taken apart: over the ads by their credits, over an ad's seconds by how long each scene is seen.

Several conversions of one deal count alike. Nothing is lost: under each model the ads and the rest add up to
the deal's value.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from kinoloop.core.currency import Minor
from kinoloop.learning.attribution.records import MODELS, Model
from kinoloop.learning.lineage.records import AdPart, Amounts, CreditedClick, Film, Sale, ScenePart, Trace
from kinoloop.learning.lineage.rules.parts import parts

Seen = tuple[Film | None, str | None]
"""The film that was seen, or None and why it is not known."""
FilmAt = Callable[[str, datetime], Seen]
"""What an ad showed at an instant."""
NOT_LOOKED = "Nobody has looked for this deal's click yet."
NO_CLICK = "No click is sure enough to be credited."
NOT_SURE = "The credited clicks are not certain: this part may be theirs or nobody's."


@dataclass(frozen=True)
class _Credited:
    """An ad with one film, its clicks under any model, and its share under each."""

    ad_id: str
    seen: Seen
    clicks: tuple[CreditedClick, ...]
    shares: Mapping[Model, Fraction]


def trace(sale: Sale, film_at: FilmAt) -> Trace:
    """The deal under every model; an ad that showed two films in turn is there twice."""
    found = _credited(sale, film_at)
    rests = {name: 1 - sum((one.shares[name] for one in found), Fraction(0)) for name in MODELS}
    given = {name: parts(sale.value, [*(o.shares[name] for o in found), rests[name]]) for name in MODELS}
    ads = tuple(
        _ad(one, Amounts({name: given[name][place] for name in MODELS})) for place, one in enumerate(found)
    )
    return Trace(sale, ads, rests, Amounts({name: given[name][-1] for name in MODELS}))


def why_nobody(told: Trace, model: Model) -> str | None:
    """Why a part of the deal is nobody's; None when all of it is credited."""
    if not told.sale.conversions:
        return NOT_LOOKED
    rest = told.rest_shares[model]
    if not rest:
        return None
    return NOT_SURE if rest < 1 else NO_CLICK


def _credited(sale: Sale, film_at: FilmAt) -> list[_Credited]:
    clicks: dict[tuple[str, str | None], list[CreditedClick]] = {}
    seen: dict[tuple[str, str | None], Seen] = {}
    for one in sorted(sale.credits, key=lambda click: (click.at, click.click_id, click.model)):
        film, why = film_at(one.ad_id, one.at)
        key = (one.ad_id, film.film_sha256 if film else None)
        seen[key] = (film, why)
        clicks.setdefault(key, []).append(one)
    return [_Credited(key[0], seen[key], tuple(own), _shares(own, sale)) for key, own in clicks.items()]


def _shares(clicks: Sequence[CreditedClick], sale: Sale) -> dict[Model, Fraction]:
    """Exact: a credit is a whole multiple of 2^-40."""
    return {
        name: sum((Fraction(one.share) for one in clicks if one.model == name), Fraction(0))
        / max(sale.conversions, 1)
        for name in MODELS
    }


def _ad(one: _Credited, money: Amounts) -> AdPart:
    film, why = one.seen
    return AdPart(
        ad_id=one.ad_id,
        film=film,
        why=why,
        clicks=tuple(dict.fromkeys(click.click_id for click in one.clicks)),
        first_at=min(click.at for click in one.clicks),
        shares=one.shares,
        money=money,
        scenes=() if film is None else _scenes(film, money),
    )


def _scenes(film: Film, money: Amounts) -> tuple[ScenePart, ...]:
    lasts = [scene.lasts_ms for scene in film.scenes]
    given: dict[Model, tuple[Minor, ...]] = {name: parts(money.under(name), lasts) for name in MODELS}
    return tuple(
        ScenePart(scene, Amounts({name: given[name][place] for name in MODELS}))
        for place, scene in enumerate(film.scenes)
    )
