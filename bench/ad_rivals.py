"""The ad that is measured, and how others make it: one ffmpeg filter graph, and MoviePy.

30 s, 1080x1920 at 30/s, six 1080p clips, five crossfades, word captions, a logo, a voice over ducked music.
"""

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageDraw
from tests.films import draw_film

from bench.films import cache_folder, real_folder
from bench.making import ass
from kinoloop.core.files import whole_file
from kinoloop.core.timecode import Span
from kinoloop.media.ad.records import AdPlan, AdShot, AdSound
from kinoloop.media.captions.records import Cue
from kinoloop.media.captions.rules import cues_from_words
from kinoloop.media.encoder import Encoder
from kinoloop.media.framing import Framer
from kinoloop.media.music import music_bed
from kinoloop.media.mux import write_pictures, write_sound
from kinoloop.media.probe import probe
from kinoloop.media.sample.sound import voice_samples
from kinoloop.media.spans import pictures_at
from kinoloop.media.speak import speak

VERSION = 2
SIZE, RATE = (1080, 1920), Fraction(30)
FADE = Fraction(1, 2)
SHOT = (30 + 5 * FADE) / 6
SAID = (
    "Still drinking warm iced coffee at ten in the morning? I did, every single day. Then a friend handed me "
    "this bottle. Two walls of steel, one lid, and nothing else. It stays cold from breakfast until the last "
    "meeting of the day. It does not leak in your bag, and it fits under every machine I have tried. Try one "
    "for thirty days. If you do not like it, send it back and we pay the post."
)
_CLIPS = (
    ("mpy_blend.mp4", "0.5"),
    ("mdn_frog.mp4", "1"),
    ("psd_testvideo.mp4", "13.5"),
    ("mpy_bbb_0_30.webm", "9"),
    ("mdn_crystal.mp4", "2"),
    ("intel_bottle.mp4", "12"),
)
_LENGTH = Fraction("6.2")


@dataclass(frozen=True)
class Parts:
    """The files all three makers are given."""

    clips: tuple[Path, ...]
    logo: Path
    music: Path
    voice: Path
    cues: tuple[Cue, ...]


def parts() -> Parts:
    """Made once and kept with the other measuring films."""
    folder = cache_folder() / f"ad-{VERSION}"
    speech = speak(SAID)
    voice = voice_samples(speech)[: 29 * 48_000]
    words = [word for word in speech.words if word.end < 29]
    clips = tuple(_clip(folder, number) for number in range(len(_CLIPS)))
    logo, music, said = folder / "logo.png", folder / "music.m4a", folder / "voice.m4a"
    if not said.exists():
        _draw_logo(logo)
        write_sound(music_bed("bright", Fraction(40)), music, Encoder())
        with whole_file(said) as part:
            write_sound(np.stack([voice, voice]), part, Encoder())
    return Parts(clips, logo, music, said, cues_from_words(words))


def plan(made: Parts, *, changed: int | None = None) -> AdPlan:
    """The ad; `changed` begins that shot (from 0) a little later in its clip."""
    shots = tuple(
        AdShot(
            clip,
            Span(start, start + SHOT),
            SHOT,
            transition=FADE if number else Fraction(0),
        )
        for number, clip in enumerate(made.clips)
        for start in [Fraction("0.3") if number == changed else Fraction(0)]
    )
    sound = AdSound(((Fraction(1, 4), made.voice),), made.music)
    return AdPlan(shots, *SIZE, RATE, made.cues, logo=made.logo, sound=sound)


def ffmpeg_command(binary: str, made: Parts, folder: Path, out: Path) -> list[str]:
    """What a careful person would write: one graph, crop before scale, loudnorm for the level."""
    captions, logo = folder / "captions.ass", folder / "logo-small.png"
    captions.write_text(ass(made.cues))
    with Image.open(made.logo) as picture:
        picture.resize((259, 65)).save(logo)
    fonts = Path(__file__).resolve().parents[1] / "src" / "kinoloop" / "media" / "fonts"
    graph = [
        f"[{n}:v]crop=608:1080,scale={SIZE[0]}:{SIZE[1]}:flags=bicubic,fps=30,setsar=1,format=yuv420p[v{n}]"
        for n in range(6)
    ]
    last = "v0"
    for number in range(1, 6):
        offset = float(number * (SHOT - FADE))
        graph.append(
            f"[{last}][v{number}]xfade=transition=fade:duration={float(FADE)}:offset={offset}[x{number}]"
        )
        last = f"x{number}"
    graph += [
        f"[{last}][6:v]overlay=745:269[logo]",
        f"[logo]ass={captions}:fontsdir={fonts},format=yuv420p[picture]",
        "[8:a]adelay=250:all=1,apad=whole_dur=30,asplit[said][key]",
        "[7:a]volume=-14dB,atrim=end=30[bed]",
        "[bed][key]sidechaincompress=threshold=0.03:ratio=8:attack=20:release=350[ducked]",
        "[said][ducked]amix=inputs=2:duration=first:normalize=0,afade=t=out:st=29:d=1,"
        "loudnorm=I=-14:TP=-1.5:LRA=11,aresample=48000[sound]",
    ]
    inputs = [part for clip in made.clips for part in ("-t", str(float(SHOT)), "-i", str(clip))]
    inputs += ["-i", str(logo), "-i", str(made.music), "-i", str(made.voice)]
    encode = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-c:a", "aac", "-b:a", "160k"]
    ends = ["-map", "[picture]", "-map", "[sound]", *encode, "-t", "30", "-movflags", "+faststart", str(out)]
    return [binary, "-y", "-v", "error", *inputs, "-filter_complex", ";".join(graph), *ends]


def moviepy_ad(made: Parts, out: Path) -> None:
    """The same by MoviePy's own means: plain captions per cue, no ducking, no loudness."""
    moviepy = importlib.import_module("moviepy")
    shots, start = [], 0.0
    for number, path in enumerate(made.clips):
        clip = moviepy.VideoFileClip(str(path), audio=False).subclipped(0, float(SHOT))
        clip = clip.cropped(width=608, height=1080, x_center=960, y_center=540).resized(SIZE)
        if number:
            clip = clip.with_effects([moviepy.vfx.CrossFadeIn(float(FADE))])
        shots.append(clip.with_start(start))
        start += float(SHOT - FADE)
    font = (
        Path(__file__).resolve().parents[1] / "src" / "kinoloop" / "media" / "fonts" / "Inter-ExtraBold.ttf"
    )
    for cue in made.cues:
        text = moviepy.TextClip(
            font=str(font),
            text=cue.text.upper(),
            font_size=88,
            color="white",
            stroke_color="black",
            stroke_width=9,
            margin=(20, 20),
        )
        length = float(cue.span.duration)
        shots.append(
            text.with_start(float(cue.span.start)).with_duration(length).with_position(("center", 1100))
        )
    logo = moviepy.ImageClip(str(made.logo)).resized(width=259).with_duration(30).with_position((745, 269))
    voice = moviepy.AudioFileClip(str(made.voice)).with_start(0.25)
    music = moviepy.AudioFileClip(str(made.music)).subclipped(0, 30).with_volume_scaled(0.2)
    film = moviepy.CompositeVideoClip([*shots, logo], size=SIZE).with_duration(30)
    film = film.with_audio(moviepy.CompositeAudioClip([voice, music]).with_duration(30))
    film.write_videofile(
        str(out),
        fps=30,
        codec="libx264",
        preset="veryfast",
        threads=2,
        logger=None,
        audio_codec="aac",
        ffmpeg_params=["-crf", "20", "-pix_fmt", "yuv420p"],
        temp_audiofile_path=str(out.parent),
    )


def _clip(folder: Path, number: int) -> Path:
    """A clip in 1080p at 30/s with fine grain as a camera gives; the native one too: all are alike."""
    out = folder / f"clip-{number}.mp4"
    if out.exists():
        return out
    name, start = _CLIPS[number]
    source = real_folder()
    encoder = Encoder(extra=(("g", "60"), ("bf", "3")))
    if source is None:
        draw_film(out, seconds=float(_LENGTH), size=(1920, 1080), rate=RATE, seed=number, sound="none")
        return out
    with whole_file(out) as part:
        frames = _grainy(source / name, Fraction(start), number)
        write_pictures(frames, part, encoder, width=1920, height=1080, rate=RATE)
    return out


def _grainy(source: Path, start: Fraction, seed: int) -> Iterator[av.VideoFrame]:
    info = probe(source)
    assert info.video is not None
    framer = Framer(info.video, None, 1920, 1080)
    grain = np.random.default_rng(seed).normal(0, 2, (1080 + 64, 1920 + 64)).astype(np.int16)
    times = [start + number / RATE for number in range(round(_LENGTH * RATE))]
    for number, picture in pictures_at(source, info, times):
        frame = framer.frame(picture, times[number], number, RATE)
        luma = np.frombuffer(memoryview(frame.planes[0]), np.uint8).reshape(1080, -1)[:, :1920]
        y, x = number * 37 % 64, number * 23 % 64
        luma[:] = np.clip(luma + grain[y : y + 1080, x : x + 1920], 16, 235)
        frame.pict_type = av.video.frame.PictureType.NONE
        yield frame


def _draw_logo(path: Path) -> None:
    picture = Image.new("RGBA", (800, 200), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((0, 0, 799, 199), 60, fill=(255, 94, 58, 255))
    pen.ellipse((40, 40, 160, 160), fill=(255, 255, 255, 255))
    pen.rectangle((220, 70, 740, 130), fill=(255, 255, 255, 220))
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path)
