"""Fills a house with ads that won, lost and cannot be judged, by the rooms' own rules and writers."""

from collections.abc import Sequence
from pathlib import Path

from kinoloop.core.currency import Currency
from kinoloop.creative.renders.queries import variants
from kinoloop.learning.winners import operations
from kinoloop.learning.winners.records import Content, Dna, Fatigue, Judged, Track, WinnerSettings
from kinoloop.learning.winners.rules.verdicts import judge
from kinoloop.store.blobs import Blobs
from tests.learning.lineage.chain import ACCOUNT, Chain
from tests.learning.winners.makers import unit
from tests.web.house import START, House
from tests.web.making import BRIEF, draft, finish

USD = Currency("USD")
WON, LOST, YOUNG = range(9), range(9, 21), range(23, 26)
"""By number; 21 and 22 are neither."""
NAMED = {
    0: "Quay at dawn, hook A",
    1: "Roasted at six",
    2: "By bicycle <b>",
    9: "Old sacks, long intro",
    10: "Talking head, no captions",
    23: "Fog, teaser",
}
HOLDS = Fatigue("HEALTHY", "Its CTR holds: nothing against it beyond chance at 1.4 views per person.", 0.2)
TIRES = Fatigue(
    "FATIGUING", "CTR is down 18 % from repeated views (frequency 2.9).", 31.0, loss=0.18, frequency=2.9
)
Films = Sequence[tuple[str, str]]
"""Videos with one of their variants each: what the first ads show."""


def fill_winners(house: House, films: Films = ()) -> None:
    """Nine winners, twelve losers, two in between, three with too little; the first show `films`."""
    tenant, settings = house.settings.tenant, WinnerSettings()
    tracks = [_track(number) for number in range(26)]
    with house.begin() as connection:
        chain = Chain(connection, Blobs(house.blobs.root), tenant, START)
        chain.account({name_of(n): NAMED.get(n, f"Harbour, cut {n}") for n in range(26)})
        judged = [
            Judged(tenant, ACCOUNT, USD, one, TIRES if place == 1 else HOLDS, None, START)
            for place, one in enumerate(judge(tracks, settings, USD))
        ]
        operations.save_dna(
            connection, tenant, [dna_of(n, films) for n in range(26) if n not in (3, 25)], now=START
        )
        operations.save_standings(connection, judged)
        operations.keep_list(connection, tenant, judged, settings, now=START)
        operations.learn_dna(connection, tenant, settings, now=START)


def films_of(house: House, folder: Path, count: int = 2) -> Films:
    """Finished videos with pictures, drawn small."""
    found = []
    for _ in range(count):
        video = house.videos.generate(BRIEF, owner="owner")
        draft(house.videos, video.video_id)
        finish(house.videos, video.video_id, folder)
        with house.database.read() as connection:
            made = variants(connection, video.video_id)
        found += [(video.video_id, one.variant_id) for one in made if one.shape == "9:16"]
    return found


def name_of(number: int) -> str:
    return f"ad-{number:02}"


def dna_of(number: int, films: Films) -> Dna:
    """Winners ask mostly; pacing tells nothing; captions are known of few; the third winner has no vector."""
    won = number in WON
    asks = number % 6 != 5 if won else number % 6 == 0
    traits = {
        "hook_type": "question" if asks else "claim",
        "pacing": "fast" if number % 2 else "slow",
        "caption_style": "bold" if number in (0, 9) else None,
        "cta": "none" if number % 3 else "order",
        "opening_shot": "face" if number % 4 == 0 else "lively",
    }
    untold = {"caption_style": "the brief is not kept"} if traits["caption_style"] is None else {}
    video_id, variant_id = films[number] if number < len(films) else (f"gone {number}", "gone")
    seen = Content("look-1", unit("sea" if number < 2 else str(number)), None)
    blind = Content(None, None, None, "half of it is cards")
    return Dna(
        name_of(number),
        ACCOUNT,
        "house",
        video_id,
        variant_id,
        traits,
        untold,
        (("hook", "Why is it <still> warm?"), ("cta", "Order before noon.")),
        blind if number == 2 else seen,
    )


def _track(number: int) -> Track:
    if number in YOUNG:
        return Track(name_of(number), 30.0, 480, 9, 2_400, 2_400, 0.0, 0)
    spend = 100_000 + 4_000 * number
    value = spend * 5 // 4
    if number in WON:
        value = 340_000 + 30_000 * number
    elif number in LOST:
        value = 12_000 + 2_500 * (number % 6) ** 2
    return Track(name_of(number), 900.0, 90_000 + 900 * number, 1_150, spend, spend, value / 9_000, value)
