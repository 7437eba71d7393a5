"""Transcription in a process of its own: the recogniser decodes untrusted media too."""

from pathlib import Path

from kinoloop.media.guard import Limits, guarded
from kinoloop.media.records import Transcript
from kinoloop.media.watch import Watch
from kinoloop.vendors.whisper.adapter import WhisperTranscriber

ROOM_FOR_WEIGHTS = 8 << 30
"""Address space beside that of a decoder: weights are mapped whole."""


class SupervisedWhisper:
    """Transcribes with the weights in `folder`, each file in a supervised process."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self.name = f"faster-whisper with {folder.name}"
        room = None if limits.memory is None else limits.memory + ROOM_FOR_WEIGHTS
        self._folder, self._limits = folder, Limits(room, limits.cpu, limits.wall)

    def transcribe(self, path: Path, watch: Watch) -> Transcript:
        """Timed words. Raises UnavailableError, MediaError, LimitError, CancelledError."""
        WhisperTranscriber(self._folder).check()
        target = "kinoloop.vendors.whisper.supervised:transcribe"
        made: Transcript = guarded(target, path.resolve(), self._folder, limits=self._limits, watch=watch)
        return made


def transcribe(path: Path, folder: Path, *, watch: Watch) -> Transcript:
    """What runs in the supervised process."""
    return WhisperTranscriber(folder).transcribe(path, watch)
