"""One decode of a file tells everything: cuts, mixes, motion, sharpness, luma, looks, loudness, speech.

Tiers: `full` sees every picture; `speed` skips pictures that no other needs, and the loop filter; `triage`
sees key pictures only. What is missing is named in `reasons`; what a broken file still gives is kept.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from kinoloop.core.errors import MediaError
from kinoloop.core.text import plural
from kinoloop.core.timecode import Seconds, short_clock
from kinoloop.media.decode import Reading, Ticker, frames, packets, prepare
from kinoloop.media.loudness_meter import LoudnessMeter
from kinoloop.media.opening import open_media, picture_stream, sound_stream
from kinoloop.media.picture_meter import PictureMeter
from kinoloop.media.probe import LOST_TAIL, probe
from kinoloop.media.records import Analysis, Boundary, MediaInfo, PictureTrack, SoundTrack, Tier
from kinoloop.media.speech import Speech, SpeechMeter
from kinoloop.media.watch import SilentWatch, Watch

_TELL_EVERY = 32


def analyse(path: Path, tier: Tier = "full", *, watch: Watch | None = None, speech: bool = True) -> Analysis:
    """Decode `path` once and measure it. `speech=False` leaves out the voice detector.

    Raises NotFoundError or MediaError when nothing can be read or decoded, CancelledError through `watch`.
    """
    # The decoder is gone before the tracks are put together: its room is theirs.
    return _decode(probe(path), tier, watch or SilentWatch(), speech and tier != "triage").finish()


def _decode(info: MediaInfo, tier: Tier, watch: Watch, speech: bool) -> "_Pass":
    with open_media(info.path) as container:
        picture, sound = picture_stream(container), sound_stream(container)
        declared = Fraction(container.duration, av.time_base) if container.duration else None
        pass_ = _Pass(info, tier, speech, picture, sound, declared)
        streams: list[Stream] = [stream for stream in (picture, sound) if stream is not None]
        for number, packet in enumerate(packets(container, streams, pass_.reading)):
            watch.check()
            for frame in frames(packet, pass_.reading):
                pass_.take(frame)
            if number % _TELL_EVERY == 0:
                watch.progress(float(pass_.reached()), float(info.duration), "analysing")
        pass_.settle()
    return pass_


@dataclass
class _Pass:
    """The meters of one pass and what they have seen."""

    info: MediaInfo
    tier: Tier
    wants_speech: bool
    picture: VideoStream | None
    sound: AudioStream | None
    declared: Seconds | None
    reading: Reading = field(default_factory=Reading)
    reasons: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        start, video = self.info.start, self.info.video
        turns = 0 if video is None else video.rotation // 90
        self.pictures = PictureMeter(start, turns=turns, mixes=self.tier != "triage")
        self.loudness, self.voice = LoudnessMeter(start), SpeechMeter(start) if self.wants_speech else None
        if self.picture is not None:
            prepare(self.picture, self.tier, self.info.duration)
            base = self.picture.time_base or Fraction(1, av.time_base)
            rate = self.picture.average_rate or Fraction(25)
            self.ticker = Ticker(base, max(1, round(1 / rate / base)))

    def take(self, frame: VideoFrame | AudioFrame) -> None:
        if isinstance(frame, VideoFrame):
            self.pictures.add(frame, self.ticker.tick(frame), self.ticker.time_base)
        elif "sound" not in self.reasons:
            self._hear(frame)

    def reached(self) -> Seconds:
        """Seconds of the file read so far."""
        used = [stream for stream in (self.picture, self.sound) if stream is not None]
        return max(map(self._reached, used), default=Fraction(0))

    def settle(self) -> None:
        """Note what is known only while the file is open, and let go of it."""
        self.loudness.finish()
        self._note_damage()
        self.ended = self.reached()
        self.picture = self.sound = None

    def finish(self) -> Analysis:
        if not len(self.pictures) and not self.loudness.samples:
            raise MediaError(
                f"Nothing in '{self.info.path.name}' can be decoded.",
                why="Its streams are declared, but every packet is damaged.",
                fix="Export or copy the film again.",
            )
        pictures, heard, boundaries = self._picture(), self._sound(), self._boundaries()
        return Analysis(
            tier=self.tier,
            duration=self._duration(),
            frames=len(self.pictures),
            picture=pictures,
            sound=heard,
            boundaries=boundaries,
            reasons=self.reasons,
        )

    def _hear(self, frame: AudioFrame) -> None:
        try:
            if self.voice is not None:
                self.voice.add(frame)
            self.loudness.add(frame)
        except (av.FFmpegError, ValueError) as error:
            self.reasons["sound"] = f"the sound cannot be measured ({error})"

    def _picture(self) -> PictureTrack | None:
        if len(self.pictures):
            return self.pictures.track()
        self.reasons["picture"] = (
            "no picture stream" if self.info.video is None else "no picture can be decoded"
        )
        return None

    def _sound(self) -> SoundTrack | None:
        if "sound" in self.reasons:
            return None
        if not self.loudness.samples:
            self.reasons["sound"] = (
                "no sound stream" if self.info.audio is None else "no sound can be decoded"
            )
            return None
        track = self.loudness.track(self._speech())
        if track.integrated is None:
            self.reasons["integrated"] = "silent, or shorter than the 0.4 s that loudness needs"
        return track

    def _speech(self) -> Speech:
        if self.voice is not None:
            return self.voice.result()
        return Speech(None, "not searched in triage" if self.tier == "triage" else "not asked for")

    def _boundaries(self) -> tuple[Boundary, ...]:
        if self.tier == "triage":
            self.reasons["boundaries"] = "triage sees key pictures only: cuts are not searched"
            return ()
        return self.pictures.boundaries()

    def _duration(self) -> Seconds:
        return min(self.info.duration, self.ended) if "tail" in self.reasons else self.info.duration

    def _note_damage(self) -> None:
        bad = self.reading.damaged + self.pictures.damaged
        if bad:
            self.reasons["damage"] = f"{plural(bad, 'piece')} could not be decoded cleanly"
        if self.picture is not None and self.ticker.guessed:
            self.reasons["times"] = "pictures without a time were spaced by the average rate"
        lost = [text for stream in (self.picture, self.sound) if (text := self._lost(stream))]
        if lost or self.reading.stopped:
            self.reasons["tail"] = "; ".join(lost or [f"reading stopped: {self.reading.stopped}"])

    def _lost(self, stream: VideoStream | AudioStream | None) -> str | None:
        """In words, when a stream's packets break off half a second or more before its claimed end."""
        if stream is None or not (claimed := self._claimed(stream)):
            return None
        reached = self._reached(stream)
        if claimed - reached < LOST_TAIL:
            return None
        return f"the {_WORD[stream.type]} breaks off at {short_clock(reached)} of {short_clock(claimed)}"

    def _reached(self, stream: VideoStream | AudioStream) -> Seconds:
        reached = self.reading.reached(stream)
        return Fraction(0) if reached is None else reached - self.info.start

    def _claimed(self, stream: VideoStream | AudioStream) -> Seconds | None:
        if stream.duration and stream.time_base:
            return stream.duration * stream.time_base
        return self.declared if stream.type == "video" else None


_WORD = {"video": "picture", "audio": "sound"}
