"""What a video will cost: before anything is known, before the draft, panel by panel before the render."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from kinoloop.core.money import Micros
from kinoloop.costs.records import Estimate, Shopping
from kinoloop.costs.rules import cost_of, estimate, panel_price, price_of, scene_count
from kinoloop.creative.briefs.records import Brief
from kinoloop.creative.storyboards.records import Panel, Storyboard
from kinoloop.creative.videos.records import Video
from kinoloop.creative.writing.ports import Llm
from kinoloop.flows.make_video.filming import versions_in
from kinoloop.flows.make_video.studio import Studio
from kinoloop.flows.make_video.versions import crossfade_into, generated_panels, lines_of

CHARACTERS_PER_SECOND = 14
"""How much is said: 2.3 words of six characters a second."""
TOKENS_IN, TOKENS_OUT = 6000, 4000
"""What plan, script and storyboard of one video use of a language model, all together."""


def estimate_of(studio: Studio, brief: Brief) -> Estimate:
    """Before anything is written: scenes by the founding documents' count, all of one length.

    With `both` it is the most it can be: that every scene has to be generated. Versions share their scenes
    but for another opening, and their lines but for the one that differs.
    """
    service, extra = studio.service_of(brief), _varied(brief)
    models = None if service is None else studio.models_for(brief, service)
    seconds = brief.duration + (brief.variants - 1 - extra) * brief.duration / scene_count(brief.duration)
    llm = None if studio.llm is None else _first_model(studio.llm)
    shopping = Shopping(
        duration=brief.duration,
        generated=0.0 if service is None else 1.0,
        provider=service,
        image_model=None if models is None else models.image,
        video_model=None if models is None else models.video,
        other_opening=bool(extra),
        upscale=brief.upscale,
        voice=None if brief.silent else (studio.voice.provider, studio.voice.model),
        characters=round(seconds * CHARACTERS_PER_SECOND),
        llm=llm,
        tokens_in=TOKENS_IN,
        tokens_out=TOKENS_OUT,
    )
    return estimate(shopping, studio.prices, _today(studio))


def draft_amount(studio: Studio, video: Video, scene: int | None = None) -> Micros:
    """What drafting may cost: pictures of the scenes to be generated, and what is written."""
    scenes = 1 if scene is not None else scene_count(video.brief.duration) + _varied(video.brief)
    return scenes * _image(studio, video.brief) + (0 if scene is not None else _writing(studio))


def render_amount(studio: Studio, video: Video) -> Micros:
    """What rendering costs at most: each generated scene and each line, there already or not."""
    versions = versions_in(video)
    scenes = sum(panel.price for panel in generated_panels(versions))
    return scenes + _voice(studio, video.brief, sum(len(text) for text, _ in lines_of(versions)))


def priced(studio: Studio, brief: Brief, board: Storyboard) -> Storyboard:
    """The storyboard with model and price at each panel that a service is to make."""
    opening = None if board.opening is None else _priced(studio, brief, board.opening)
    return replace(
        board, panels=tuple(_priced(studio, brief, panel) for panel in board.panels), opening=opening
    )


def _priced(studio: Studio, brief: Brief, panel: Panel) -> Panel:
    service = studio.service_of(brief)
    if panel.kind != "generated" or service is None:
        return replace(panel, model=None, price=0)
    model = studio.models_for(brief, service).video
    seconds = Decimal(panel.duration_ms + crossfade_into(panel)) / 1000
    return replace(
        panel, model=model, price=panel_price(studio.prices, service, model, seconds, _today(studio))
    )


def _image(studio: Studio, brief: Brief) -> Micros:
    """One storyboard picture; nothing where footage is one's own or the service makes no pictures."""
    service = studio.service_of(brief)
    model = None if service is None else studio.models_for(brief, service).image
    if service is None or model is None:
        return 0
    return cost_of(price_of(studio.prices, service, model, "image", _today(studio)), 1)


def _voice(studio: Studio, brief: Brief, characters: int) -> Micros:
    if brief.silent:
        return 0
    voice = studio.voice
    return cost_of(
        price_of(studio.prices, voice.provider, voice.model, "character", _today(studio)), characters
    )


def _writing(studio: Studio) -> Micros:
    """By the first language model's tokens; nothing with the plain writer."""
    if studio.llm is None:
        return 0
    vendor, model = _first_model(studio.llm)
    into = price_of(studio.prices, vendor, model, "input_token", _today(studio))
    out = price_of(studio.prices, vendor, model, "output_token", _today(studio))
    return cost_of(into, TOKENS_IN) + cost_of(out, TOKENS_OUT)


def _first_model(llm: Llm) -> tuple[str, str]:
    vendor, _, model = llm.name.partition(",")[0].partition(":")
    return vendor, model


def _varied(brief: Brief) -> int:
    """One scene more when a version has another opening."""
    return int("opening" in brief.vary[: brief.variants - 1])


def _today(studio: Studio) -> date:
    return studio.clock.now().date()
