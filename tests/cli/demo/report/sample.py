"""A rich report of a made-up demo: its numbers come from a small formula, its pictures are drawn."""

from dataclasses import replace
from math import exp
from pathlib import Path

from PIL import Image, ImageDraw

from kinoloop.cli.demo.records import (
    AdLine,
    Changes,
    Contender,
    DemoReport,
    FilmMade,
    Lineage,
    Made,
    Money,
    NextPlan,
    PlanLine,
    Story,
    Who,
    WinnerLine,
)
from kinoloop.core.currency import Currency

DAYS = 60
SPEND = 11_984_000
COLOURS = ((180, 67, 11), (36, 86, 199), (14, 133, 123), (138, 90, 0))


def draw_picture(path: Path, wide: int, high: int, cells: int = 1) -> Path:
    """Coloured cells with a shape in each, so that a person sees that it is a picture."""
    image = Image.new("RGB", (wide, high), (18, 19, 24))
    pen = ImageDraw.Draw(image)
    step = wide // cells
    for number in range(cells):
        left, colour = number * step + 8, COLOURS[number % len(COLOURS)]
        pen.rounded_rectangle((left, 8, left + step - 16, high - 8), 14, colour)
        pen.ellipse((left + step // 4, high // 3, left + 3 * step // 4 - 16, 2 * high // 3), (244, 238, 226))
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)
    return path


def contender(who: Who, title: str, revenue: int, losers: int, stopped: int, late: float) -> Contender:
    """Profit starts below nothing, because money is spent before deals come in; then it rises."""
    profit = revenue - SPEND
    sums = [
        round(profit * (day / DAYS) ** late - 9_000 * day * exp(-day / 7)) if day < DAYS else profit
        for day in range(1, DAYS + 1)
    ]
    return Contender(who, title, SPEND, revenue, losers, 11, stopped, tuple(sums))


CONTENDERS = (
    contender("ours", "Kinoloop", 29_710_400, 563_200, 0, 1.35),
    contender("seed", "The usual kill rule", 23_866_100, 2_420_800, 7, 1.2),
    contender("equal", "Equal split", 20_973_500, 4_398_100, 0, 1.05),
    contender("oracle", "Oracle (knows the truth)", 30_852_900, 12_000, 0, 1.25),
)


def ad(number: int, name: str, budget: int, said: tuple[float, float, float], **more: object) -> AdLine:
    """One that runs and is kept, but for what is said otherwise."""
    low, mid, high = said
    plain = AdLine(
        ad_id=f"ad_{number:02d}",
        name=name,
        label="",
        spend=184_350 + 31_270 * number,
        first_budget=7_400,
        last_budget=budget,
        standing="running",
        verdict="keep",
        low=low,
        mid=mid,
        high=high,
        truth=round(mid * (0.9 + 0.03 * number), 4),
        fresh_truth=round(mid * 1.12, 4),
    )
    return replace(plain, **more)  # type: ignore[arg-type]


UNSURE = {"verdict": "not_enough_data"}
LOSER = {"standing": "killed", "verdict": "pause", "truth": None}
PARKED = {"standing": "parked", "verdict": "pause", "truth": None}
UNTOLD = {"low": None, "mid": None, "high": None, "truth": None, "fresh_truth": 0.77, "spend": 0}
ADS = (
    ad(1, "Lamp, question first", 31_250, (2.61, 3.42, 4.41), label="B", verdict="scale", spend=2_412_900),
    ad(2, "Lamp, the plain film", 24_180, (1.92, 2.55, 3.37), label="A", spend=1_804_450),
    ad(3, "Desk tour, handheld", 19_960, (1.71, 2.38, 3.26), spend=1_288_700),
    ad(4, "Before and after", 16_420, (1.52, 2.21, 3.19), spend=1_102_300),
    ad(5, "Founder speaks to camera", 13_310, (1.31, 1.94, 2.87), truth=2.95),
    ad(6, "Five reasons, fast cuts", 9_880, (1.12, 1.71, 2.60)),
    ad(7, "Customer story, Mira", 8_115, (0.98, 1.58, 2.55)),
    ad(8, "Price on the first frame", 5_240, (0.71, 1.22, 2.10), **UNSURE),
    ad(9, "Lamp, end card with a code", 4_400, (0.63, 1.16, 2.14), label="C", **UNSURE),
    ad(10, "Studio light, slow", 3_050, (0.55, 0.98, 1.74), truth=0.91, **UNSURE),
    ad(11, "Unboxing in one take", 6_120, (0.82, 1.24, 1.88), **PARKED),
    ad(12, "Meme: the dark desk", 3_940, (0.21, 0.38, 0.69), **LOSER),
    ad(13, "Voice only, captions", 2_890, (0.31, 0.52, 0.87), **LOSER),
    ad(14, "Paused by hand", 0, (1.0, 1.0, 1.0), standing="off", **UNSURE, **UNTOLD),
)

STORIES = (
    Story(3, "Lamp, question first", "left alone, although it had spent $222 and nothing had come back",
          "4 % of its results were in, and 50 % are needed before it may be judged", "chg_0007"),
    Story(19, "Meme: the dark desk", "Paused as a loser",
          "94 % chance that it loses money, with 71 % of its results in and USD 1,412.50 spent.", "chg_0112"),
    Story(41, "Unboxing in one take", "Paused, not bad",
          "The next 1 spent earns 1.90 elsewhere; this ad would beat that with 2 % probability.", ""),
)  # fmt: skip


def made_in(folder: Path) -> Made:
    """Three versions of one film with stills, a clip sheet and a storyboard."""
    films = tuple(
        FilmMade(
            f"var_{label}", label, differs, 14.6, "1080x1920", folder / "films" / f"{label}.mp4",
            draw_picture(folder / f"poster_{label}.png", 540, 960), f"ad_{number:02d}",
        )
        for label, differs, number in (
            ("A", "", 2),
            ("B", "another hook: it opens with a question", 1),
            ("C", "another call to action: an end card with a code", 9),
        )
    )  # fmt: skip
    return Made(
        own=False, footage_files=1, footage_seconds=48.0, moments=5,
        clips=tuple(folder / f"clip{number}.mp4" for number in range(4)),
        clip_sheet=draw_picture(folder / "sheet.png", 1400, 700, 4),
        storyboard=draw_picture(folder / "board.png", 1800, 620, 6), panels=6, films=films,
    )  # fmt: skip


TWO = ("Before and after", "Desk tour, handheld")
PLAN = NextPlan(
    "Lamp, second round", "Start from the dark desk that everyone knows",
    "Question hooks returned 1.4 times what other hooks did, over 3 winners and 4 losers.",
    (
        PlanLine("Hook", 2.5, "Ask whether the desk is dark at four.", ("Lamp, question first",)),
        PlanLine("Proof", 5.0, "The same desk, lamp off and on, in one take.", TWO),
        PlanLine("Offer", 4.0, "Say the price early.", ()),
        PlanLine("Call to action", 3.0, "Point at the link.", ("Lamp, the plain film",)),
    ),
    "vid_0002",
)  # fmt: skip


MONEY = Money(
    spend=SPEND,
    impressions=13_204_918,
    clicks=141_870,
    leads=4_203,
    won=486,
    revenue=24_961_200,
    credited=21_415_700,
    pipeline=6_318_400,
    by_click_id=301,
    by_likeness=118,
    uncredited=67,
)
WINNERS = (
    WinnerLine("ad_01", "Lamp, question first", "B", "98 % sure to return over 1.5, from 84 deals", 84.3),
    WinnerLine("ad_03", "Desk tour, handheld", "", "95 % sure to return over 1.5, from 51 deals", 51.0),
)
SPANS = ("shoot-01.mp4 0:03.2-0:05.9", "shoot-01.mp4 0:31.0-0:34.4")


def sample_report(folder: Path) -> DemoReport:
    """Everything is there; pictures are drawn into `folder`."""
    return DemoReport(
        seed=7,
        days=DAYS,
        first_day="2026-01-05",
        last_day="2026-03-05",
        account="Sample: Lumen lamps",
        currency=Currency("USD"),
        daily_budget=200_000,
        made=made_in(folder),
        money=MONEY,
        contenders=CONTENDERS,
        ads=ADS,
        changes=Changes(240, 1_874, 1_811, 46, 17, 0.2, STORIES),
        winners=WINNERS,
        lineage=Lineage("deal_4711", 58_200, "Lamp, question first", "B", SPANS),
        plan=PLAN,
    )


def empty_report() -> DemoReport:
    """The same account before anything came of it: every part that may be absent is."""
    return DemoReport(
        seed=1, days=1, first_day="2026-01-05", last_day="2026-01-05", account="Sample: Lumen lamps",
        currency=Currency("JPY", 1), daily_budget=20_000,
        made=Made(True, 0, 0.0, 0, (), None, None, 0, ()),
        money=Money(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), contenders=(), ads=(),
        changes=Changes(0, 0, 0, 0, 0, 0.0, ()), winners=(), lineage=None, plan=None,
    )  # fmt: skip
