"""The founding documents' fitness business in cents, and events of made-up deals."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from kinoloop.core.currency import Currency
from kinoloop.learning.revenue.records import StageEvent, StageTable, StageValue

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DOLLARS = Currency("USD")
FITNESS = StageTable(
    tenant_id="ptd_fitness",
    currency=DOLLARS,
    stages={
        "lead": StageValue(0, 0.10),
        "appointment_scheduled": StageValue(225_000, 0.60),
        "show_up": StageValue(900_000, 0.85),
        "closed_won": StageValue(1_500_000, 1.0),
        "closed_lost": StageValue(0, 1.0),
    },
    aliases={
        "appointmentscheduled": "appointment_scheduled",
        "closedwon": "closed_won",
        "closedlost": "closed_lost",
    },
    avg_deal_value=1_500_000,
    sales_cycle_days=6,
    win_rate=0.6,
    probability={"appointment_scheduled": 0.15, "show_up": 0.6, "closed_won": 1, "closed_lost": 0},
)
KNOWN = (*FITNESS.stages, *FITNESS.aliases)
UNKNOWN = ("qualifiedtobuy", "presentationscheduled", "")


def event(stage: str, hours: float = 0, value: int | None = None, **more: object) -> StageEvent:
    """Deal `d` enters a stage so many hours after noon."""
    told = {"tenant_id": FITNESS.tenant_id, "deal_id": "d", "deal_value": value} | more
    return StageEvent(stage=stage, at=NOON + timedelta(hours=hours), **told)  # type: ignore[arg-type]


def some_events(
    deals: tuple[str, ...] = ("d1", "d2", "d3"), most: int = 12
) -> st.SearchStrategy[list[StageEvent]]:
    """Events of few deals in few instants, so that ties, re-entries and contradictions are common."""
    instants = st.integers(0, 5).map(lambda hours: NOON + timedelta(hours=hours))
    one = st.builds(
        StageEvent,
        tenant_id=st.just(FITNESS.tenant_id),
        deal_id=st.sampled_from(deals),
        stage=st.sampled_from((*KNOWN, *UNKNOWN)),
        at=instants,
        deal_value=st.none() | st.integers(-5, 3_000_000),
        source=st.sampled_from(("", "webhook", "sync")),
        value_at=st.none() | instants,
    )
    return st.lists(one, min_size=1, max_size=most)
