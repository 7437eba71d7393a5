"""What is said of a file after it was read: the `info` of an asset, with its warnings and what it lacks."""

from collections.abc import Sequence
from typing import Any

from kinoloop.footage.intake.records import Info
from kinoloop.media.records import Analysis, AudioStream, MediaInfo, VideoStream

NO_SOUND = "No sound: nothing can be heard or transcribed, moments come from the picture alone."
NO_PICTURE = "No picture: there are no shots, and no clip can be cut from it."


def summarise(info: MediaInfo, analysis: Analysis | None = None, notes: Sequence[str] = ()) -> Info:
    """JSON for `assets.info`. `notes` are further sentences about what is missing (embedder, transcript)."""
    return {
        "container": info.container,
        "video": None if info.video is None else _video(info.video),
        "audio": None if info.audio is None else _audio(info.audio),
        "streams": {"video": info.video_streams, "audio": info.audio_streams, "other": info.other_streams},
        "tier": None if analysis is None else analysis.tier,
        "warnings": list(info.warnings),
        "degraded": degradations(info, analysis, notes),
    }


def degradations(info: MediaInfo, analysis: Analysis | None, notes: Sequence[str] = ()) -> list[str]:
    """Sentences, without repeats, on what later results of this file lack and why."""
    missing = {"picture": info.video is None, "sound": info.audio is None}
    said = [NO_PICTURE] * missing["picture"] + [NO_SOUND] * missing["sound"]
    if analysis is not None:
        said += [f"{part}: {why}" for part, why in sorted(analysis.reasons.items()) if not missing.get(part)]
        if analysis.sound is not None and analysis.sound.speech is None:
            said.append(f"speech: {analysis.sound.speech_reason or 'not detected'}")
    return list(dict.fromkeys([*said, *notes]))


def resolution(info: MediaInfo) -> str | None:
    """`1920x1080` as shown (rotation and sample aspect applied)."""
    return None if info.video is None else f"{info.video.display_width}x{info.video.display_height}"


def _video(video: VideoStream) -> dict[str, Any]:
    return {
        "codec": video.codec,
        "width": video.display_width,
        "height": video.display_height,
        "rate": None if video.average_rate is None else float(video.average_rate),
        "variable_rate": video.variable_rate,
        "rotation": video.rotation,
        "bit_depth": video.bit_depth,
    }


def _audio(audio: AudioStream) -> dict[str, Any]:
    return {"codec": audio.codec, "sample_rate": audio.sample_rate, "channels": audio.channels}
