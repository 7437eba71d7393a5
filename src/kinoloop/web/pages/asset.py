"""One piece of footage: player over timeline, moments to decide on, shots with every measurement."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from kinoloop.core.timecode import Span, exact
from kinoloop.flows.order import ASPECTS, ClipOrder
from kinoloop.footage.analysis.queries import shots
from kinoloop.footage.analysis.records import Shot
from kinoloop.footage.clips.queries import clip_files
from kinoloop.footage.clips.records import ClipFile
from kinoloop.footage.intake.queries import asset, transcript
from kinoloop.footage.intake.records import Asset
from kinoloop.footage.moments.operations import nudge
from kinoloop.footage.moments.queries import moment, moments
from kinoloop.footage.moments.records import MODES, Moment
from kinoloop.media.captions.styles import STYLES
from kinoloop.media.records import Transcript
from kinoloop.runs.queries import counts
from kinoloop.runs.records import ACTIVE
from kinoloop.web.api.moments import changed
from kinoloop.web.api.shapes import MomentChange
from kinoloop.web.render import Frame, frame_of, respond
from kinoloop.web.stage import Stage, kept_file
from kinoloop.web.timeline import Block, Phrase, Sound, Tick, block, phrases, sound_of, ticks
from kinoloop.web.words import mark_words

router = APIRouter(include_in_schema=False)
CAPTIONS = (*STYLES, "none")
SHOWN_SHOTS = 200
DEFAULT_ORDER = ClipOrder()


@dataclass(frozen=True)
class Lanes:
    """The timeline's lanes. `sound.reasons` says why one of its lanes is empty."""

    duration: float
    ticks: tuple[Tick, ...]
    shots: tuple[Block, ...]
    speech: tuple[Block, ...]
    moments: tuple[Block, ...]
    words: tuple[Block, ...]
    sound: Sound


@dataclass(frozen=True)
class MomentCard:
    """One moment; `duration` of the file bounds its edges."""

    template: ClassVar[str] = "parts/moment.html"
    moment: Moment
    number: int
    aspects: tuple[str, ...] = tuple(ASPECTS)
    styles: tuple[str, ...] = CAPTIONS


@dataclass(frozen=True)
class AssetPage:
    template: ClassVar[str] = "asset.html"
    frame: Frame
    asset: Asset
    lanes: Lanes | None
    moments: tuple[MomentCard, ...]
    shots: tuple[Shot, ...]
    shots_cut: bool
    transcript: Transcript | None
    phrases: tuple[Phrase, ...]
    clips: tuple[ClipFile, ...]
    modes: tuple[str, ...] = MODES
    aspects: tuple[str, ...] = tuple(ASPECTS)
    styles: tuple[str, ...] = CAPTIONS
    order: ClipOrder = DEFAULT_ORDER


@dataclass(frozen=True)
class StartedNotice:
    """A run was started; where to watch it."""

    template: ClassVar[str] = "parts/started.html"
    what: str
    run_id: str


@router.get("/footage/{asset_id}")
def asset_page(asset_id: str, request: Request, stage: Stage) -> Response:
    with stage.database.read() as connection:
        found = asset(connection, asset_id)
        all_shots = shots(connection, asset_id, top=SHOWN_SHOTS + 1)
        chosen = moments(connection, asset_id)
        said = transcript(connection, asset_id)
        made = clip_files(connection, asset_id=asset_id, limit=24)
        running = sum(counts(connection)[kind] for kind in ACTIVE)
    lines = phrases(said.words) if said else ()
    cards = tuple(MomentCard(one, number) for number, one in enumerate(chosen, 1))
    shown = all_shots[:SHOWN_SHOTS]
    return respond(
        AssetPage(
            frame=frame_of(request, found.filename, "footage", running=running),
            asset=found,
            lanes=_lanes(found, sound_of(kept_file(stage, found.analysis_path)), shown, cards, lines),
            moments=cards,
            shots=shown,
            shots_cut=len(all_shots) > SHOWN_SHOTS,
            transcript=said,
            phrases=lines,
            clips=made,
        )
    )


@router.patch("/parts/moments/{moment_id}")
def change_moment(
    moment_id: str,
    stage: Stage,
    number: Annotated[int, Form()],
    status: Annotated[str | None, Form()] = None,
    start_by: Annotated[float, Form()] = 0.0,
    end_by: Annotated[float, Form()] = 0.0,
) -> Response:
    """A decision, or edges moved by so many seconds."""
    with stage.begin() as connection:
        now = moment(connection, moment_id)
        if status is not None:
            now = changed(connection, moment_id, MomentChange(status=status))
        if start_by or end_by:
            start, end = now.span.start + exact(start_by), now.span.end + exact(end_by)
            nudge(connection, moment_id, start, end)
        return respond(MomentCard(moment(connection, moment_id), number))


@router.post("/parts/moments/{moment_id}/export")
def export(
    moment_id: str,
    stage: Stage,
    aspect: Annotated[str, Form()] = "9:16",
    style: Annotated[str, Form()] = "bold",
) -> Response:
    run_id = stage.export_moment(moment_id, aspect=aspect, style=style)
    return respond(StartedNotice("The clip is being made.", run_id), 202)


@router.post("/parts/footage/{asset_id}/clips")
def make_clips(
    asset_id: str,
    stage: Stage,
    mode: Annotated[str, Form()],
    min_duration: Annotated[float, Form()],
    max_duration: Annotated[float, Form()],
    max_moments: Annotated[int, Form()],
    aspect: Annotated[str, Form()],
    style: Annotated[str, Form()],
) -> Response:
    order = ClipOrder(mode, min_duration, max_duration, max_moments, aspect, style)
    run_id = stage.make_clips(asset_id=asset_id, order=order)
    return Response(status_code=204, headers={"HX-Redirect": f"/runs/{run_id}"})


def _lanes(
    found: Asset,
    sound: Sound,
    shown: tuple[Shot, ...],
    cards: tuple[MomentCard, ...],
    lines: tuple[Phrase, ...],
) -> Lanes | None:
    """None while the length of the file is not known."""
    length = found.duration_seconds
    if not length:
        return None
    return Lanes(
        length,
        ticks(length),
        tuple(block(shot.span, length, f"Shot {n}, {shot.span}") for n, shot in enumerate(shown, 1)),
        tuple(block(span, length, f"Speech, {span}") for span in sound.speech or ()),
        tuple(
            block(
                card.moment.span,
                length,
                f"Moment {card.number}, {card.moment.span}",
                key=card.moment.moment_id,
                kind=card.moment.status,
            )
            for card in cards
        ),
        tuple(block(_span(line), length, f"{mark_words(line.start)} {line.text}") for line in lines),
        sound,
    )


def _span(line: Phrase) -> Span:
    return Span(exact(line.start), exact(line.end))
