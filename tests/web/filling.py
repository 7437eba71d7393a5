"""A house with life in it: footage in every state, a real film, shots, moments, words, clips and runs."""

import colorsys
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from sqlalchemy import Connection, update

from kinoloop.core.errors import MediaError
from kinoloop.core.ids import hash_bytes, hash_file, new_id
from kinoloop.core.timecode import Span, exact
from kinoloop.footage.analysis.operations import replace_shots
from kinoloop.footage.analysis.records import Measured, Scores, Shot
from kinoloop.footage.clips.operations import record_clip
from kinoloop.footage.intake.operations import keep_transcript, mark_failed, register
from kinoloop.footage.intake.records import SeenFile
from kinoloop.footage.intake.tables import assets
from kinoloop.footage.moments.operations import decide, replace_proposed
from kinoloop.footage.moments.records import Found, Subscore
from kinoloop.footage.search.operations import index_asset
from kinoloop.media.records import Analysis, Artefact, SoundTrack, Transcript, Word
from kinoloop.media.tracks import save_analysis
from tests.films import draw_film
from tests.web.house import START, House, add_event, add_run, add_step

SECONDS = 24
SAID = (
    "we started in a garage with two cameras and no plan at all and then the first order came in overnight "
    "nobody believed it would work but look at the harbour now every morning it is full of boats again"
)


def fill(house: House, *, assets_made: int = 14) -> str:
    """Fill the house; gives the id of the asset that has everything."""
    folder = house.settings.media_roots[0]
    film = folder / "harbour-morning.mp4"
    draw_film(film, seconds=SECONDS, shots=6, size=(640, 360), rate=Fraction(12))
    with house.begin() as connection:
        for number in range(assets_made - 1):
            _plain_asset(connection, folder, number)
        main = _main_asset(connection, film, folder)
        _runs(connection, main)
    return main


def _plain_asset(connection: Connection, folder: Path, number: int) -> None:
    name = ("drone_over_cliffs", "interview-maria-take", "B-roll kitchen", "IMG_20")[number % 4]
    seen = SeenFile(
        folder / f"{name}{number}.mp4",
        "video",
        48_000_000 + number * 7_654_321,
        hash_bytes(str(number).encode()),
    )
    asset_id = register(
        connection, seen, source="folder", now=START - timedelta(hours=number), new_id=new_id
    ).asset_id
    assert asset_id
    if number == 3:
        return
    if number == 5:
        error = MediaError("The file ends early.", why="Its index is missing.", fix="Copy it again.")
        mark_failed(connection, asset_id, error)
        return
    _pictures(connection, folder, asset_id, hue=number / 13, seconds=17.0 + number * 41)
    shots = [_shot(asset_id, n, 3.0, 0.35 + 0.04 * n) for n in range(2 + number % 5)]
    replace_shots(connection, asset_id, shots, now=START)


def _main_asset(connection: Connection, film: Path, folder: Path) -> str:
    seen = SeenFile(film, "video", film.stat().st_size, hash_file(film))
    asset_id = register(connection, seen, source="folder", now=START, new_id=new_id).asset_id
    assert asset_id
    _pictures(connection, folder, asset_id, hue=0.55, seconds=SECONDS)
    _sound(connection, folder, asset_id)
    shots = [_shot(asset_id, n, 4.0, None if n == 4 else 0.5 + 0.07 * n, folder) for n in range(6)]
    replace_shots(connection, asset_id, shots, now=START)
    words = tuple(Word(w, exact(2 + 0.5 * n), exact(2.42 + 0.5 * n)) for n, w in enumerate(SAID.split()))
    keep_transcript(
        connection, asset_id, Transcript(words, "en", "harbour-morning.srt beside the file", False)
    )
    index_asset(connection, asset_id)
    run_id = add_run(connection, status="completed", progress=100, current_step=None, completed_at=START)
    found = replace_proposed(
        connection,
        asset_id,
        [_found(2, 8, 0.81), _found(10.4, 15, 0.64), _found(18, 23, None)],
        run_id=run_id,
    )
    decide(connection, found[0].moment_id, "accepted")
    for number, moment in enumerate(found[:2]):
        _clip(connection, film, folder, asset_id, run_id, moment.moment_id, moment.span, number)
    return asset_id


def _found(start: float, end: float, score: float | None) -> Found:
    return Found(
        span=Span(exact(start), exact(end)),
        mode="viral",
        score=score,
        confidence=0.58 if score else 0.0,
        subscores={
            "transcript": Subscore(0.74, "a turn in the story"),
            "sound": Subscore(None, "the sound has one level throughout"),
            "picture": Subscore(0.66, "more motion than usual"),
        },
        reason="“nobody believed it would work” is a turn that makes people stay; more motion than usual.",
        keywords=("believed", "harbour"),
        passthrough=score is None,
    )


def _shot(
    asset_id: str, number: int, seconds: float, composite: float | None, folder: Path | None = None
) -> Shot:
    vector = np.random.default_rng(number + len(asset_id)).normal(size=512).astype(np.float32)
    told = {"composite": "0.40 x 0.62 psychology + 0.35 x 0.50 hook + 0.25 x 0.70 novelty = 0.60"}
    if composite is None:
        told = {"composite": "no composite: no words and no sound to judge by"}
    picture = None
    if folder is not None:
        picture = str(_gradient(folder / f"shot-{asset_id}-{number}.jpg", number / 6, (160, 90)))
    return Shot(
        new_id(),
        asset_id,
        Span(exact(number * seconds), exact((number + 1) * seconds)),
        {
            "motion": Measured(4.2 + number),
            "sharpness": Measured(311.0),
            "loudness": Measured(-18.3),
            "speech_share": Measured(None, "speech detector not installed"),
            "faces": Measured(0.0),
        },
        Scores(0.5, {"composite": 0.6}, {"strength": 0.5}, {"composite": 0.7}, composite, told),
        "the first order came in" if number == 1 else None,
        "look-v1",
        vector / np.linalg.norm(vector),
        picture,
    )


def _pictures(connection: Connection, folder: Path, asset_id: str, *, hue: float, seconds: float) -> None:
    thumbnail = _gradient(folder / f"{asset_id}.jpg", hue, (320, 180))
    strip = Image.new("RGB", (160 * 20, 90))
    for number in range(20):
        strip.paste(
            Image.open(_gradient(folder / "one.jpg", hue + number / 60, (160, 90))), (160 * number, 0)
        )
    strip.save(folder / f"{asset_id}-strip.jpg")
    values = {
        "status": "ready",
        "duration_seconds": seconds,
        "resolution": "1920x1080",
        "format": "mp4",
        "thumbnail_path": str(thumbnail),
        "scrub_path": str(folder / f"{asset_id}-strip.jpg"),
        "info": {"warnings": [], "degraded": ["speech: speech detector not installed"]},
    }
    connection.execute(update(assets).where(assets.c.asset_id == asset_id).values(values))


def _sound(connection: Connection, folder: Path, asset_id: str) -> None:
    """Loudness that rises and falls, and speech that was found."""
    times = np.arange(SECONDS * 10) / 10
    levels = (-24 + 9 * np.sin(times / 2) + 3 * np.sin(times * 3)).astype(np.float32)
    speech = (Span(exact(2), exact(9)), Span(exact(10.2), exact(21)))
    sound = SoundTrack(times, levels, -18.3, -2.1, (), speech, None)
    heard = Analysis("full", Fraction(SECONDS), SECONDS * 12, None, sound, (), {"picture": "left out"})
    path = folder / f"{asset_id}.npz"
    save_analysis(heard, path)
    connection.execute(update(assets).where(assets.c.asset_id == asset_id).values(analysis_path=str(path)))


def _gradient(path: Path, hue: float, size: tuple[int, int]) -> Path:
    """A picture with a horizon, so that crops and scales can be seen."""
    width, height = size
    image = Image.new("RGB", size)
    draw = ImageDraw.Draw(image)
    for y in range(height):
        r, g, b = colorsys.hsv_to_rgb(hue % 1, 0.35 + 0.3 * y / height, 0.9 - 0.55 * y / height)
        draw.line([(0, y), (width, y)], fill=(int(r * 255), int(g * 255), int(b * 255)))
    x = int(width * (0.2 + 0.6 * (hue * 7 % 1)))
    draw.ellipse([x - height // 8, height // 4, x + height // 8, height // 2], fill=(250, 240, 220))
    draw.polygon([(0, height), (width // 3, height // 2), (width, height)], fill=(30, 34, 44))
    image.save(path, quality=85)
    return path


def _clip(
    connection: Connection,
    film: Path,
    folder: Path,
    asset_id: str,
    run_id: str,
    moment_id: str,
    span: Span,
    number: int,
) -> None:
    srt, vtt = folder / f"clip{number}.srt", folder / f"clip{number}.vtt"
    srt.write_text("1\n00:00:00,000 --> 00:00:02,000\nnobody believed it\n")
    vtt.write_text("WEBVTT\n\n00:00.000 --> 00:02.000\nnobody believed it\n")
    made = Artefact(
        film,
        hash_file(film),
        film.stat().st_size,
        1080,
        1920,
        span.duration,
        120,
        True,
        -14.1 if number else None,
        -1.0,
    )
    record_clip(
        connection,
        made,
        asset_id=asset_id,
        run_id=run_id,
        span=span,
        aspect="9:16",
        moment_id=moment_id,
        srt_path=srt,
        vtt_path=vtt,
        thumbnail_path=_gradient(folder / f"clip{number}.jpg", 0.6 + number / 4, (216, 384)),
        now=START,
        new_id=new_id,
    )


def _runs(connection: Connection, asset_id: str) -> None:
    live = add_run(
        connection,
        "live-run",
        payload={"asset_id": asset_id},
        current_step="cut 2 of 3",
        progress=62,
        note="frame 310 of 500",
    )
    names = ("download", "transcribe", "detect", "reframe", "cut 1 of 3", "cut 2 of 3")
    for number, name in enumerate(names):
        status = "started" if number == 5 else "completed"
        add_step(connection, live, name, status, started_at=START + timedelta(seconds=4 * number))
    add_event(connection, live, "Detected 3 moments in 2.41 s")
    add_run(connection, "waiting-run", status="queued", progress=0, current_step=None, started_at=None)
    failed = add_run(
        connection,
        "failed-run",
        status="failed",
        video_title="Analyse broken.mov",
        flow="ingest_footage",
        progress=12,
        current_step="analyse",
        completed_at=START,
        error_message='{"code": "bad_media", "what": "The file ends early.", "why": "Its index is missing.", '
        '"fix": "Copy it again from the camera."}',
    )
    add_step(connection, failed, "analyse", "failed", error_message='{"what": "The file ends early."}')
    add_event(connection, failed, "broken.mov: The file ends early.", severity="error")
    add_run(
        connection, status="cancelled", progress=30, completed_at=START, video_title="Clips of interview.mp4"
    )
    add_run(
        connection,
        status="partially_completed",
        progress=100,
        completed_at=START,
        note="1 clip could not be made",
        video_title="Clips of drone.mp4",
    )
