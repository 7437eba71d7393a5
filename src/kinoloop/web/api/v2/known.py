"""A video with what stands beside it, read once, and its answer kept until anything of it changes."""

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

from sqlalchemy import Connection

from kinoloop.core.errors import ConflictError, NotFoundError
from kinoloop.core.ids import hash_bytes
from kinoloop.costs.queries import spent_on
from kinoloop.creative.renders.queries import variants
from kinoloop.creative.videos.records import Video
from kinoloop.web.api.v2.speak import Known, job_answer
from kinoloop.web.backstage import Backstage
from kinoloop.web.queries import JobVersion

KEPT = 512


def known(stage: Backstage, connection: Connection, video: Video) -> Known:
    """Everything that is told of a video."""
    total, sha256 = None, None
    if video.storyboard is not None:
        try:
            total, sha256 = stage.videos.total(video), stage.videos.approval_hash(video)
        except (NotFoundError, ConflictError):  # a file of it is gone: there is nothing to approve
            total, sha256 = None, None
    made = variants(connection, video.video_id)
    return Known(video, made, spent_on(connection, video.video_id), total, sha256)


@dataclass(frozen=True)
class Kept:
    """An answer as it went out."""

    version: JobVersion
    body: bytes
    etag: str


@dataclass
class Answers:
    """Answers by video, newest use last. The version is read from the store each time: never stale."""

    _kept: OrderedDict[str, Kept] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def find(self, video_id: str, version: JobVersion) -> Kept | None:
        with self._lock:
            found = self._kept.get(video_id)
            if found is None or found.version != version:
                return None
            self._kept.move_to_end(video_id)
            return found

    def keep(self, version: JobVersion, told: Known) -> Kept:
        body = job_answer(told).model_dump_json(by_alias=True).encode()
        made = Kept(version, body, f'"{hash_bytes(body)[:32]}"')
        with self._lock:
            self._kept[told.video.video_id] = made
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made
