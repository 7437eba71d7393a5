"""Files at rest: one folder tree, paths made of ids, never a byte in the database.

The database keeps paths relative to the root, so the root can move. Nothing outside the root is ever touched.
"""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from kinoloop.core.errors import ForbiddenError, LimitError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,199}")
_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")
SPARE_BYTES = 512 * 1024 * 1024
"""What a disk keeps free, for the database and the system."""


@dataclass(frozen=True)
class Blobs:
    """The tree under `root`: videos, storyboards, uploads, analysis and cache."""

    root: Path

    def video(self, job_id: str, name: str) -> Path:
        """`videos/{job_id}/{name}`, its folder made."""
        return self._place("videos", job_id, name)

    def storyboard(self, job_id: str, name: str) -> Path:
        """`storyboards/{job_id}/{name}`."""
        return self._place("storyboards", job_id, name)

    def upload(self, client_id: str, upload_id: str, suffix: str) -> Path:
        """`uploads/{client_id}/{upload_id}{suffix}`, as `.mp4`; the sender's own file name goes nowhere."""
        suffix = suffix.lower()
        if not _SUFFIX.fullmatch(suffix):
            raise ForbiddenError(f"'{suffix}' is not a file ending.", fix="Send a file called like clip.mp4.")
        return self._place("uploads", client_id, upload_id + suffix)

    def analysis(self, asset_id: str, name: str) -> Path:
        """`analysis/{asset_id}/{name}`: what was learnt of a file."""
        return self._place("analysis", asset_id, name)

    def cache(self, name: str) -> Path:
        """The folder `cache/{name}`; all of it may be deleted at any time."""
        folder = self._inside(PurePosixPath("cache", _checked(name)))
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def relative(self, path: Path) -> str:
        """The text that the database keeps. Raises ForbiddenError for a path outside the root."""
        try:
            return path.resolve().relative_to(self.root.resolve()).as_posix()
        except ValueError as error:
            raise ForbiddenError(
                f"{path} is not kept by the program.", why=f"It is outside {self.root}."
            ) from error

    def remove_job(self, job_id: str) -> None:
        """Forget the folders `videos/{job_id}` and `storyboards/{job_id}` with all that is in them."""
        for kind in ("videos", "storyboards"):
            shutil.rmtree(self._inside(PurePosixPath(kind, _checked(job_id))), ignore_errors=True)

    def path(self, relative: str) -> Path:
        """Back from the database's text. Raises ForbiddenError when a link or name leads out of the root."""
        return self._inside(PurePosixPath(relative))

    def require_space(self, needed: int) -> None:
        """Raises LimitError when `needed` bytes would leave less than `SPARE_BYTES` on the disk."""
        self.root.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(self.root).free
        if free - needed < SPARE_BYTES:
            raise LimitError(
                f"The disk of {self.root} is too full.",
                why=f"Needed {_mib(needed)}, free {_mib(free)}, always kept free {_mib(SPARE_BYTES)}.",
                fix="Delete what is not needed, or move the home folder to a larger disk.",
            )

    def _place(self, *parts: str) -> Path:
        path = self._inside(PurePosixPath(*(_checked(part) for part in parts)))
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def _inside(self, relative: PurePosixPath) -> Path:
        root = self.root.resolve()
        path = (root / relative).resolve()
        if not path.is_relative_to(root) or path == root:
            raise ForbiddenError(
                f"'{relative}' leads out of the program's files.", fix="Use a path the program gave."
            )
        return path


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name) or ".." in name:
        raise ForbiddenError(
            f"'{name}' cannot name a file.",
            why="Letters, digits and _ . : - only.",
            fix="Use the thing's id.",
        )
    return name


def _mib(count: int) -> str:
    return f"{count / 1024 / 1024:,.0f} MiB"
