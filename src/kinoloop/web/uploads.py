"""Uploads go straight to disk: read in pieces, capped while reading, judged by content before more is read.

Nothing is held in memory but one network piece; a refused or broken upload leaves no file behind.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from anyio.to_thread import run_sync
from python_multipart import MultipartParser
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import parse_options_header

from kinoloop.core.errors import InputError, LimitError
from kinoloop.web.sniff import HEAD, container_of

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MEGABYTE = 1_000_000
LONGEST_FIELD, MOST_FIELDS = 1000, 10


@dataclass(frozen=True)
class Received:
    """A file that arrived whole: where it lies, what its sender called it, the ending its content has."""

    path: Path
    name: str
    ending: str
    size_bytes: int
    fields: dict[str, str] = field(default_factory=dict)
    """The plain fields that came in the same form."""


@dataclass
class _Part:
    """The part of the form that is being read."""

    headers: dict[bytes, bytes] = field(default_factory=dict)
    header_name: bytes = b""
    header_value: bytes = b""

    @property
    def filename(self) -> str | None:
        return self._said(b"filename")

    @property
    def name(self) -> str:
        return self._said(b"name") or ""

    def _said(self, what: bytes) -> str | None:
        _, options = parse_options_header(self.headers.get(b"content-disposition", b""))
        found = options.get(what)
        return None if found is None else found.decode("utf-8", "replace")


class UploadReader:
    """Takes the first file of a multipart form, and its plain fields. `limit` is in bytes.

    `judge` gives the ending of what begins with these bytes (None: refused, in the words of `refusal`).
    """

    def __init__(
        self,
        content_type: str,
        target: Path,
        *,
        limit: int,
        judge: Callable[[bytes], str | None] = container_of,
        refusal: "Callable[[str | None], InputError] | None" = None,
    ) -> None:
        self._target, self._limit = target, limit
        self._container_of, self._refusal = judge, refusal or not_media
        self._fields = dict[str, bytes]()
        self._part, self._pieces = _Part(), list[bytes]()
        self._name: str | None = None
        self._taking, self._done = False, False
        self._size, self._head, self._ending = 0, b"", ""
        self._parser = MultipartParser(_boundary(content_type), self._callbacks())

    async def read(self, stream: AsyncIterator[bytes]) -> Received:
        """Raises LimitError over the cap, InputError for content that is no media file or a broken form."""
        with ExitStack() as stack:
            file = stack.enter_context(self._target.open("wb"))
            try:
                async for piece in stream:
                    await self._take(piece, file)
                return self._received()
            except BaseException:
                self._target.unlink(missing_ok=True)
                raise

    async def _take(self, piece: bytes, file: BinaryIO) -> None:
        try:
            self._parser.write(piece)
        except MultipartParseError as error:
            raise InputError("The upload is not a form with a file.", why=str(error)) from error
        data = b"".join(self._pieces)
        self._pieces.clear()
        if not data:
            return
        self._size += len(data)
        self._judge(data)
        await run_sync(file.write, data)

    def _judge(self, data: bytes) -> None:
        if self._size > self._limit:
            raise too_large(self._limit)
        if not self._ending and len(self._head) < HEAD:
            self._head += data[: HEAD - len(self._head)]
            if len(self._head) >= 12:
                self._ending = self._container_of(self._head) or ""
                if not self._ending:
                    raise self._refusal(self._name)

    def _received(self) -> Received:
        if self._name is None or not self._done:
            raise InputError(
                "The upload holds no whole file.",
                why="The form had no file part, or ended early.",
                fix="Send multipart/form-data with one part that has a filename.",
            )
        if not self._ending:
            raise self._refusal(self._name)
        fields = {name: value.decode("utf-8", "replace") for name, value in self._fields.items()}
        return Received(self._target, self._name, self._ending, self._size, fields)

    def _callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._data,
            "on_part_end": self._end,
        }

    def _begin(self) -> None:
        self._part = _Part()

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._part.header_name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._part.header_value += data[start:end]

    def _header_end(self) -> None:
        self._part.headers[self._part.header_name.lower()] = self._part.header_value
        self._part.header_name = self._part.header_value = b""

    def _headers_finished(self) -> None:
        name = self._part.filename
        self._taking = name is not None and self._name is None
        if self._taking:
            self._name = name

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._taking:
            self._pieces.append(data[start:end])
        elif self._part.filename is None:
            self._take_field(data[start:end])

    def _take_field(self, piece: bytes) -> None:
        name = self._part.name
        known = self._fields.get(name, b"")
        if len(known) + len(piece) > LONGEST_FIELD or (not known and len(self._fields) >= MOST_FIELDS):
            raise InputError(
                "The form has more text than an upload needs.", fix="Send the file and few words."
            )
        self._fields[name] = known + piece

    def _end(self) -> None:
        self._done = self._done or self._taking
        self._taking = False


def too_large(limit: int) -> LimitError:
    return LimitError(
        "The file is too large to upload.",
        why=f"Uploads may have up to {limit // MEGABYTE:,} MB.",
        fix="Put it into a media folder and ingest it by path, or raise KINOLOOP_UPLOAD_LIMIT_MB.",
    )


def not_media(name: str | None) -> InputError:
    return InputError(
        f"'{name or 'The file'}' is not a video or sound file.",
        why="Its first bytes begin no format that is taken, whatever its name says.",
        fix="Send mp4, mov, mkv, webm, avi, flv, mp3, m4a, wav or flac.",
    )


def _boundary(content_type: str) -> bytes:
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise InputError(
            "The upload is not a form with a file.", fix="Send multipart/form-data with one file part."
        )
    return boundary
