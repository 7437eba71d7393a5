"""The one door through which media is opened for reading.

Only local files, only real media containers (no playlists, no image sequences), only pictures of a sane size.
"""

import re
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from kinoloop.core.errors import MediaError, NotFoundError

MAX_SIDE = 8192
MAX_PIXELS = 64 << 20
FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg,mxf,gif,ivf,dv,h264,hevc,m4v,mpegvideo,"
    "wav,w64,mp3,flac,aac,ac3,eac3,aiff,caf,amr,ape,wv,au"
)
_URL = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+:")
_PLAYLIST = (b"#EXTM3U", b"ffconcat", b"<MPD", b"<?xml", b"<SmoothStreamingMedia")
_RECORD_AGAIN = "Export or copy the film again, then give the new file."


def open_media(path: Path) -> InputContainer:
    """Open a local media file; the caller closes it (it is a context manager).

    Raises NotFoundError for a missing file and MediaError for anything that is not readable media:
    empty, text, a playlist, truncated before its index, no picture or sound, absurdly large pictures.
    """
    refuse_early(path)
    options = {"protocol_whitelist": "file", "format_whitelist": FORMATS, "max_pixels": str(MAX_PIXELS)}
    try:
        container = av.open(str(path.absolute()), metadata_errors="replace", options=options)
    except MemoryError:
        raise
    except (av.FFmpegError, ValueError, UnicodeError) as error:
        raise _unreadable(path, error) from None
    try:
        _refuse_streams(path, container)
    except MediaError:
        container.close()
        raise
    return container


def refuse_early(path: Path) -> None:
    """What can be told without a decoder: no file, a web address, an empty file, text or a playlist."""
    if _URL.match(str(path)) and not path.exists():
        raise MediaError(
            f"'{path}' is an address, not a local file.",
            why="Media is read from local files alone.",
            fix="Download it first, then give the path.",
        )
    if not path.exists():
        raise NotFoundError(f"There is no file '{path}'.", fix="Check the path and its spelling.")
    if not path.is_file():
        raise MediaError(f"'{path}' is not a file.", fix="Give the path of one media file.")
    with path.open("rb") as file:
        head = file.read(512)
    if not head:
        raise MediaError(
            f"'{path.name}' is empty.", why="It holds zero bytes.", fix="Copy or record the film again."
        )
    _refuse_text(path, head)


def picture_stream(container: InputContainer) -> VideoStream | None:
    """The picture to use: never cover art; the one marked default, then the largest."""
    films = [stream for stream in container.streams.video if is_film(stream)]
    return max(films, key=_picture_rank, default=None)


def sound_stream(container: InputContainer) -> AudioStream | None:
    """The sound to use: the one marked default, then the one with most channels."""
    known = [stream for stream in container.streams.audio if stream.codec_context is not None]
    return max(known, key=_sound_rank, default=None)


def is_film(stream: VideoStream) -> bool:
    """False for cover art, thumbnails, and pictures of no known decoder or size."""
    still = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image
    context = stream.codec_context
    return context is not None and context.width * context.height > 0 and not stream.disposition & still


def _picture_rank(stream: VideoStream) -> tuple[bool, int, int]:
    context = stream.codec_context
    return bool(stream.disposition & Disposition.default), context.width * context.height, -stream.index


def _sound_rank(stream: AudioStream) -> tuple[bool, int, int]:
    return (
        bool(stream.disposition & Disposition.default),
        stream.codec_context.layout.nb_channels,
        -stream.index,
    )


def _refuse_text(path: Path, head: bytes) -> None:
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(_PLAYLIST):
        raise MediaError(
            f"'{path.name}' is a playlist, not a film.",
            why="Playlists point at other files or addresses and are never followed.",
            fix="Give the film itself.",
        )
    if all(byte in b"\t\n\r\f\x1b" or 32 <= byte < 127 for byte in head):
        raise MediaError(
            f"'{path.name}' is text, not media.", why="Its content is plain text.", fix=_RECORD_AGAIN
        )


def _refuse_streams(path: Path, container: InputContainer) -> None:
    if picture_stream(container) is None and sound_stream(container) is None:
        raise MediaError(
            f"'{path.name}' holds no picture or sound that can be decoded.",
            why=_no_use(container),
            fix=_RECORD_AGAIN,
        )
    for stream in filter(is_film, container.streams.video):
        context = stream.codec_context
        refuse_size(path, context.width, context.height)
        context.options = {**context.options, "max_pixels": str(MAX_PIXELS)}


def _no_use(container: InputContainer) -> str:
    if any(stream.codec_context is not None and not is_film(stream) for stream in container.streams.video):
        return f"Its pictures are stills, or their size is unreadable or beyond {MAX_SIDE} in a side."
    return f"The {container.format.long_name} file has {len(container.streams)} streams of other kinds."


def refuse_size(path: Path, width: int, height: int) -> None:
    """Raise MediaError for a picture beyond 8192 in a side or 64 Mpx."""
    if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        raise MediaError(
            f"The pictures of '{path.name}' are too large: {width} x {height}.",
            why=f"The limit is {MAX_SIDE} in a side; a header that lies could otherwise take all memory.",
            fix="Scale the film down to 4K or less.",
        )


def _unreadable(path: Path, error: Exception) -> MediaError:
    with path.open("rb") as file:
        head = file.read(12)
    if b"ftyp" in head:
        why = "Its index is missing or damaged, as when a recording or a copy was cut short."
    elif isinstance(error, av.ArgumentError):
        why = "It is a playlist, an image or another format that is not read."
    else:
        why = f"Its content is of no known media format, or is damaged ({_said(error)})."
    return MediaError(f"'{path.name}' cannot be read as media.", why=why, fix=_RECORD_AGAIN)


def _said(error: Exception) -> str:
    return str(getattr(error, "strerror", "") or error).lower()
