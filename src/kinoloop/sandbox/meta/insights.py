"""Insights: rows of numbers as strings, per object and slice of time, restated as conversions come in."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from kinoloop.core.currency import Currency, currency
from kinoloop.sandbox.meta.asking import Ask
from kinoloop.sandbox.meta.desk import Desk
from kinoloop.sandbox.meta.errors import refuse
from kinoloop.sandbox.meta.filters import conditions, passes
from kinoloop.sandbox.meta.measuring import HOURS, Sums, measure
from kinoloop.sandbox.meta.nodes import Kind, Node
from kinoloop.sandbox.meta.reading import field_of
from kinoloop.sandbox.meta.spans import HOURLY, LEVELS, Query, query_of

_DEFAULT = ("account_id", "campaign_id", "adset_id", "ad_id", "impressions", "spend")
_ABOVE = {
    "account": ("account",),
    "campaign": ("account", "campaign"),
    "adset": ("account", "campaign", "adset"),
    "ad": LEVELS,
}
_KIND: dict[str, Kind] = {"campaign": "campaign", "adset": "adset", "ad": "ad"}
_PURCHASE = ("purchase", "omni_purchase", "offsite_conversion.fb_pixel_purchase")
_LEAD = ("lead", "offsite_conversion.fb_pixel_lead")
_DEFAULT_WINDOWS = ("7d_click", "1d_view")
_NUMBERS = ("impressions", "spend", "clicks", "reach")
Row = dict[str, Any]


def rows_of(desk: Desk, node: Node, ask: Ask, *, sync: bool) -> list[Row]:
    """All rows of a request. A synchronous one is refused when it asks for too much."""
    zone = desk.zone(node.account_id)
    query = query_of(ask, node.kind, desk.now.astimezone(zone).date())
    if unknown := set(query.fields) - _known():
        word = sorted(unknown)[0]
        raise refuse(100, None, f"(#100) {word} is not valid for fields param.")
    asked = conditions(query.filtering)
    by_number = [item for item in asked if item["field"] in _NUMBERS]
    by_object = [item for item in asked if item["field"] not in _NUMBERS]
    objects = [child for child in _objects(desk, node, query.level) if _fits(desk, by_object, child)]
    slices = len(query.span.slices) * (HOURS if query.hourly else 1)
    if sync and slices * len(objects) > desk.habits.most_rows:
        raise refuse(100, 1487534)
    market = desk.market(node.account_id)
    groups = [_columns(desk, child) for child in objects]
    sums = measure(market, zone, query, groups)
    money = currency(str(desk.account(node.account_id).data["currency"]))
    kinds = _LEAD if market.setting.stages else _PURCHASE
    table = _Table(desk, query, sums, money, kinds)
    return [
        table.row(child, place, number)
        for number, child in enumerate(objects)
        for place in range(slices)
        if sums.impressions[place, number] and passes(by_number, partial(table.figure, place, number))
    ]


def _objects(desk: Desk, node: Node, level: str) -> list[Node]:
    """The object itself, or all of the level below it."""
    if LEVELS.index(level) <= LEVELS.index(node.kind):
        return [node]
    children = desk.nodes.of(node.account_id, _KIND[level])
    return [child for child in children if _below(child, node)]


def _below(child: Node, node: Node) -> bool:
    return node.kind == "account" or child.data.get(f"{node.kind}_id") == node.id


def _columns(desk: Desk, node: Node) -> list[int]:
    """The market's columns of an object's ads, deleted ones included."""
    market = desk.market(node.account_id)
    ads = [node] if node.kind == "ad" else list(desk.nodes.under(node, "ad"))
    return [market.place(ad.id) for ad in ads if market.has(ad.id)]


def _fits(desk: Desk, asked: Any, node: Node) -> bool:
    return passes(asked, partial(field_of, desk, node))


class _Table:
    """Writes rows out of sums."""

    def __init__(self, desk: Desk, query: Query, sums: Sums, money: Currency, kinds: tuple[str, ...]) -> None:
        self._desk, self._query, self._sums = desk, query, sums
        self._money, self._kinds = money, kinds

    def row(self, node: Node, place: int, number: int) -> Row:
        query = self._query
        first, last = query.span.slices[place // HOURS if query.hourly else place]
        told = self._names(node)
        for name in query.fields or _DEFAULT:
            measure = _MEASURES.get(name)
            value = measure(self, place, number) if measure else None
            if value is not None:
                told[name] = value
        told = {name: value for name, value in told.items() if name in (query.fields or _DEFAULT)}
        told |= {"date_start": first.isoformat(), "date_stop": last.isoformat()}
        if query.hourly:
            hour = place % HOURS
            told[HOURLY] = f"{hour:02d}:00:00 - {hour:02d}:59:59"
        return told

    def _names(self, node: Node) -> Row:
        told: Row = {}
        account = self._desk.account(node.account_id)
        for level in _ABOVE[node.kind]:
            above = node if level == node.kind else self._desk.nodes.find(str(node.data.get(f"{level}_id")))
            above = account if level == "account" else above
            if above is not None:
                told[f"{level}_id"] = above.id.removeprefix("act_")
                told[f"{level}_name"] = above.data["name"]
        told |= {"account_currency": self._money.code, "attribution_setting": "7d_click_1d_view"}
        campaign = self._desk.nodes.find(str(told.get("campaign_id", "")))
        if campaign is not None:
            told["objective"] = campaign.data["objective"]
        return told

    def count(self, name: str, place: int, number: int) -> int:
        return int(getattr(self._sums, name)[place, number])

    def figure(self, place: int, number: int, name: str) -> float:
        """A number to filter by."""
        count = self.count({"clicks": "all_clicks"}.get(name, name), place, number)
        return count / self._money.offset if name == "spend" else count

    def spend(self, place: int, number: int) -> str:
        return self.amount(self.count("spend", place, number))

    def amount(self, minor: int) -> str:
        """Major units as a decimal string."""
        digits = len(str(self._money.offset)) - 1
        return f"{self._money.major(minor):.{digits}f}"

    def ratio(self, over: str, under: str, place: int, number: int, factor: float = 1.0) -> str | None:
        below = self.count(under, place, number)
        if not below:
            return None
        above = self.count(over, place, number) / (self._money.offset if over == "spend" else 1)
        return f"{factor * above / below:.6f}"

    def actions(self, place: int, number: int) -> list[Row] | None:
        told = [
            self._plain("link_click", self.count("clicks", place, number)),
            self._plain("video_view", self.count("plays", place, number)),
            *(self._results(kind, self._sums.results, place, number, str) for kind in self._kinds),
        ]
        return [item for item in told if item] or None

    def values(self, place: int, number: int) -> list[Row] | None:
        if self._kinds is _LEAD:
            return None
        told = [self._results(kind, self._sums.values, place, number, self.amount) for kind in self._kinds]
        return [item for item in told if item] or None

    def roas(self, place: int, number: int) -> list[Row] | None:
        spend = self.count("spend", place, number)
        if self._kinds is _LEAD or not spend:
            return None
        told = self._results(
            "omni_purchase", self._sums.values, place, number, lambda value: f"{value / spend:.6f}"
        )
        return [told] if told else None

    def _plain(self, kind: str, count: int) -> Row | None:
        """An action that happens at once: the same in every click window."""
        if not count:
            return None
        windows = [word for word in self._query.windows if word.endswith("_click")]
        return {"action_type": kind, "value": str(count), **{word: str(count) for word in windows}}

    def _results(
        self,
        kind: str,
        by_window: Mapping[str, Any],
        place: int,
        number: int,
        say: Callable[[int], str],
    ) -> Row | None:
        default = sum(int(by_window[word][place, number]) for word in _DEFAULT_WINDOWS)
        told = {
            word: say(int(by_window[word][place, number]))
            for word in self._query.windows
            if word in by_window and by_window[word][place, number]
        }
        if not default and not told:
            return None
        return {"action_type": kind, "value": say(default), **told}


Measure = Callable[[_Table, int, int], Any]


def _counted(name: str) -> Measure:
    return lambda table, place, number: str(table.count(name, place, number))


def _rated(over: str, under: str, factor: float = 1.0) -> Measure:
    return lambda table, place, number: table.ratio(over, under, place, number, factor)


_MEASURES: dict[str, Measure] = {
    "impressions": _counted("impressions"),
    "clicks": _counted("all_clicks"),
    "inline_link_clicks": _counted("clicks"),
    "reach": _counted("reach"),
    "spend": _Table.spend,
    "frequency": _rated("impressions", "reach"),
    "ctr": _rated("all_clicks", "impressions", 100),
    "inline_link_click_ctr": _rated("clicks", "impressions", 100),
    "cpc": _rated("spend", "all_clicks"),
    "cpm": _rated("spend", "impressions", 1000),
    "cpp": _rated("spend", "reach", 1000),
    "cost_per_inline_link_click": _rated("spend", "clicks"),
    "actions": _Table.actions,
    "action_values": _Table.values,
    "purchase_roas": _Table.roas,
    "video_play_actions": lambda table, place, number: [
        {"action_type": "video_view", "value": str(table.count("plays", place, number))}
    ],
}


def _known() -> set[str]:
    named = {f"{level}_{what}" for level in LEVELS for what in ("id", "name")}
    more = {"account_currency", "attribution_setting", "objective", "date_start", "date_stop"}
    return {*_MEASURES, *named, *more}
