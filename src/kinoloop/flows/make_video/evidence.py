"""What the next plan and storyboard may rest on: the client's own winners, and what sets winners apart.

A flow reads them and hands them over as plain evidence; planning knows nothing of how winners are found.
"""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from kinoloop.creative.plans.records import Evidence
from kinoloop.creative.storyboards.looks import WinningLook
from kinoloop.learning.winners import queries
from kinoloop.learning.winners.records import Dna, Effect, Winner

MOST_WINNERS = 30
"""Of more than so many winners the latest are handed over."""


def evidence(connection: Connection, tenant_id: str, client_id: str) -> tuple[Evidence, ...]:
    """Which traits matter by the comparison with losers, then each winner of this client on the list now."""
    known = queries.report(connection, tenant_id)
    effects = known[0].found if known else ()
    ads = _winners(connection, tenant_id, client_id)
    return (*(_of_effect(one) for one in effects), *(_of_winner(won, dna) for won, dna in ads))


def looks(connection: Connection, tenant_id: str, client_id: str) -> tuple[WinningLook, ...]:
    """How this client's winners open, where their first picture has a vector."""
    return tuple(_looks(_winners(connection, tenant_id, client_id)))


def _winners(connection: Connection, tenant_id: str, client_id: str) -> Sequence[tuple[Winner, Dna]]:
    made = {one.ad_id: one for one in queries.dna(connection, tenant_id, client_id=client_id)}
    found = queries.winners(connection, tenant_id, ad_ids=list(made))
    return [(one, made[one.ad_id]) for one in found][:MOST_WINNERS]


def _looks(ads: Sequence[tuple[Winner, Dna]]) -> Iterator[WinningLook]:
    for won, dna in ads:
        content = dna.content
        if content.opening is not None and content.space is not None:
            yield WinningLook(won.ad_id, content.space, content.opening, _told(won))


def _of_winner(won: Winner, dna: Dna) -> Evidence:
    traits = tuple((name, level) for name, level in sorted(dna.traits.items()) if level is not None)
    weight = won.metadata.get("chance")
    return Evidence(
        kind="winner",
        text=_told(won),
        weight=float(weight) if weight is not None else None,
        source=won.ad_id,
        traits=traits,
        said=dna.said,
    )


def _told(won: Winner) -> str:
    return f"Ad {won.ad_id}: {won.reason}"


def _of_effect(one: Effect) -> Evidence:
    """Its weight is the shrunk log odds ratio: below zero the trait is one that losers have."""
    name = one.trait.replace("_", " ")
    won, others = one.won + one.lost, one.others_won + one.others_lost
    text = (
        f"Of {won} ads with {name} '{one.level}' {one.won} won, of {others} others {one.others_won} "
        f"(false discovery rate {one.q:.2g})."
    )
    return Evidence(kind="comparison", text=text, weight=one.effect, traits=((one.trait, one.level),))
