"""Fills the port Transcriber with faster-whisper. Nothing is downloaded: the weights are a folder here."""

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from kinoloop.core.errors import CancelledError, MediaError, UnavailableError
from kinoloop.media.records import Transcript
from kinoloop.media.watch import Watch
from kinoloop.vendors.whisper.translate import SpokenSegment, transcript_from

WEIGHTS = "model.bin"
INSTALL = "Install it with: pip install 'kinoloop[transcribe]'."


class WhisperTranscriber:
    """Transcribes with the CTranslate2 weights in `folder`. `load` is where the recogniser comes from."""

    def __init__(
        self, folder: Path, *, language: str | None = None, load: Callable[[Path], Any] | None = None
    ) -> None:
        self.name = f"faster-whisper with {folder.name}"
        self._folder, self._language, self._load = folder, language, load or load_model
        self._model: Any = None

    def transcribe(self, path: Path, watch: Watch) -> Transcript:
        """Timed words. Raises UnavailableError (weights or package missing), MediaError, CancelledError."""
        model = self._ready()
        watch.check()
        try:
            segments, info = model.transcribe(
                str(path), language=self._language, word_timestamps=True, vad_filter=True
            )
            told = _telling(segments, float(info.duration), watch)
            return transcript_from(told, info.language, self.name)
        except CancelledError:
            raise
        except Exception as error:  # the recogniser and its decoder raise plain errors of many kinds
            raise MediaError(
                f"'{path.name}' could not be transcribed.", why=f"{type(error).__name__}: {error}"
            ) from error

    def check(self) -> None:
        """Raises UnavailableError when the weights or the package are missing; loads nothing."""
        if not self._folder.is_dir():
            raise UnavailableError(
                "Speech cannot be transcribed.",
                why=f"There is no folder of weights at '{self._folder}'.",
                fix="Put faster-whisper weights (model.bin and its JSON files) there.",
            )
        if not (self._folder / WEIGHTS).is_file():
            raise UnavailableError(
                "Speech cannot be transcribed.",
                why=f"'{self._folder}' holds no {WEIGHTS}.",
                fix="Copy the whole folder of converted weights.",
            )

    def _ready(self) -> Any:
        self.check()
        if self._model is None:
            self._model = self._load(self._folder)
        return self._model


def load_model(folder: Path) -> Any:
    """The recogniser from local files only. Raises UnavailableError."""
    try:
        package = import_module("faster_whisper")
    except ImportError as error:
        raise UnavailableError(
            "Speech cannot be transcribed.", why="faster-whisper is not installed.", fix=INSTALL
        ) from error
    try:
        return package.WhisperModel(str(folder), device="cpu", compute_type="int8", local_files_only=True)
    except Exception as error:  # broken or foreign weights raise RuntimeError, ValueError, OSError ...
        raise UnavailableError(
            "Speech cannot be transcribed.",
            why=f"The weights in '{folder}' do not load: {error}",
            fix="Use weights converted for faster-whisper.",
        ) from error


def _telling(segments: Iterable[SpokenSegment], duration: float, watch: Watch) -> Iterator[SpokenSegment]:
    for segment in segments:
        watch.check()
        watch.progress(min(float(segment.end), duration), duration, "listening")
        yield segment
