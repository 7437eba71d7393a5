"""What is said of a file: streams, warnings, and what it lacks, each once."""

from dataclasses import replace

from kinoloop.footage.intake.summary import NO_PICTURE, NO_SOUND, degradations, resolution, summarise
from tests.footage.fill import analysis, media, picture, sound


def test_a_whole_film_lacks_nothing() -> None:
    told = summarise(media(), analysis(frames=picture(10), heard=sound(10)))
    assert told["degraded"] == [] and told["tier"] == "full"
    assert told["video"]["width"] == 1920 and told["audio"]["channels"] == 2
    assert told["streams"] == {"video": 1, "audio": 1, "other": 0}


def test_missing_parts_are_said_once() -> None:
    silent = degradations(media(audio=False), analysis(reasons={"sound": "no sound stream"}))
    assert silent == [NO_SOUND]
    blind = media(video=False)
    assert degradations(blind, None, ["x", "x"]) == [NO_PICTURE, "x"]
    assert resolution(blind) is None and summarise(blind)["video"] is None


def test_a_broken_tail_and_no_speech_detector_are_told() -> None:
    told = degradations(media(), analysis(heard=sound(10, speech=None), reasons={"tail": "broken after 9 s"}))
    assert told == ["tail: broken after 9 s", "speech: speech detector not installed"]


def test_a_missing_rate_stays_unknown() -> None:
    info = media()
    assert info.video is not None
    told = summarise(replace(info, video=replace(info.video, average_rate=None)))
    assert told["video"]["rate"] is None and told["tier"] is None
