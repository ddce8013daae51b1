"""The service's front doors: ``serve``, ``migrate``, ``verify``, ``policy``, ``backup``, ``restore``."""

from __future__ import annotations

import argparse
import contextlib
import os
import socket
import stat
import sys
import zoneinfo
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import psycopg
from psycopg.conninfo import conninfo_to_dict

from cases import resources, tracking
from cases.clock import SystemClock
from cases.errors import EnvironmentFault, EstafetteError, InputError
from cases.treelog import Finding
from cases.verify import Verified, verify_chain
from central import backups, policies, publishing, restoring, roots, starting, words
from central.context import Central, Settings
from central.database import people, reading
from central.database.client import NO_TENANT
from central.exporting import export_case
from central.keys import public_hex
from central.logs import start_logging
from central.notify import Notifier
from central.starting import Names
from forms.errors import FormRefused
from sync.usage import SpokenParser

if TYPE_CHECKING:
    from central.api.application import Operator

DEFAULT_PORT = 8420
DONE = 0
FAILED = 1
MISUSED = 2
PORT_MAX = 65_535
ROOT = "root"
"""``serve root`` writes the daily roots instead of serving."""


def default_data_directory() -> Path:
    """Return where the service keeps its data unless told: the system's place as root, else the user's."""
    if os.geteuid() == 0:
        return Path("/var/lib/estafette")
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "estafette-central"


def run_serve(argv: list[str]) -> int:
    """Serve until stopped; 0 after a stop that was asked for."""
    if argv[:1] == [ROOT]:
        return _run_root(argv[1:])
    parser = _parser("serve", "The central service. Without --database it starts a private PostgreSQL by itself.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 takes a free one (%(default)s)")
    parser.add_argument("--public-url", help="where citizens and devices reach the service")
    parser.add_argument("--timezone", default="Europe/Paris", help="of the times shown (%(default)s)")
    proxies = "reverse proxy whose X-Forwarded-For is believed; may be repeated (none)"
    parser.add_argument("--trusted-proxy", action="append", default=[], metavar="ADDRESS", help=proxies)
    procedures = "folders of procedures to publish at the start"
    parser.add_argument(
        "--procedures", type=Path, nargs="+", action="extend", default=[], metavar="DIR", help=procedures
    )
    parser.add_argument(
        "--operator", metavar="HOST:PORT", help="also answer /metrics, /readyz and /healthz here (nowhere)"
    )
    token = "whoever asks there must show what is in this file; needed for an address that others reach"
    parser.add_argument("--operator-token-file", type=Path, metavar="FILE", help=token)
    rate = "what a device may ask for, on average (%(default)g; 0: no limit)"
    parser.add_argument(
        "--device-rate", type=float, default=Settings.device_requests_per_second, metavar="N", help=rate
    )
    levels = ["debug", "info", "warning", "error"]
    log_level = "how much is written to the log (%(default)s)"
    parser.add_argument("--log-level", default="info", choices=levels, help=log_level)
    for name, words_ in (("tenant", "organisation"), ("office", "first office"), ("supervisor", "first supervisor")):
        parser.add_argument(f"--{name}-name", default=getattr(Names, name), help=f"{words_}, first start only")
    parser.add_argument("--supervisor-login", default=Names.supervisor_login, help="first start only")
    parser.add_argument("--agent-name", default=Names.agent, help="first agent, first start only")
    options = parser.parse_args(argv)
    if (misuse := _misuse(options)) is not None:
        print("\n".join(words.error_lines(misuse)), file=sys.stderr)
        return MISUSED
    start_logging(options.log_level)
    return guarded(lambda: _serve(options))


def _say_ready(url: str) -> None:
    """Say that the service answers: to a person, and in the last line to the program that started it."""
    print(f"Le service est prêt : {url} (console : {url}/console/). Ctrl+C l'arrête proprement.")
    print(f"The service is ready: {url} (console: {url}/console/). Ctrl+C stops it cleanly.")
    print(f"ready {url}", flush=True)


def _run_root(argv: list[str]) -> int:
    """Write each tenant's root of today, signed; for a job that runs once a day."""
    about = "Write each organisation's root of today as a signed line, to be kept where this service cannot reach it."
    parser = _parser("serve root", about)
    parser.add_argument("--out", type=Path, metavar="FILE", help="append to this file instead of standard output")
    parser.add_argument("--timezone", default="Europe/Paris", help="in which it is today (%(default)s)")
    options = parser.parse_args(argv)
    if (misuse := _unknown_zone(options.timezone)) is not None:
        print("\n".join(words.error_lines(misuse)), file=sys.stderr)
        return MISUSED
    return guarded(lambda: _write_roots(options))


def _write_roots(options: argparse.Namespace) -> int:
    with opened(options, timezone=options.timezone) as central:
        data = b"".join(msgspec.json.encode(line) + b"\n" for line in roots.root_lines(central))
    if options.out is None:
        sys.stdout.write(data.decode())
        return DONE
    try:
        with options.out.open("ab") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise EnvironmentFault("root.unwritable", file=str(options.out), cause=type(error).__name__) from error
    return DONE


def _misuse(options: argparse.Namespace) -> InputError | None:
    """Return what is wrong with the options, before anything is made with them."""
    if not 0 <= options.port <= PORT_MAX:
        return InputError("options.port", port=options.port)
    if (wrong := _operator_misuse(options)) is not None:
        return wrong
    for directory in options.procedures:
        if not directory.is_dir():
            return InputError("options.procedures", directory=str(directory))
    return _unknown_zone(options.timezone)


def _unknown_zone(timezone: str) -> InputError | None:
    try:
        zoneinfo.ZoneInfo(timezone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):  # OSError: "Europe" alone is a folder of zones
        return InputError("options.timezone", timezone=timezone)
    return None


def _operator_misuse(options: argparse.Namespace) -> InputError | None:
    """Return what is wrong with the operator's address: figures are shown to nobody who has no business with them."""
    if options.operator is None:
        return None
    host, _, port = options.operator.rpartition(":")
    if not host or not (port.isascii() and port.isdigit() and int(port) <= PORT_MAX):
        return InputError("options.operator", operator=options.operator)
    if host.strip("[]") not in ("127.0.0.1", "::1", "localhost") and options.operator_token_file is None:
        return InputError("options.operator_token", operator=options.operator)
    return None


def _serve(options: argparse.Namespace) -> int:
    # Imported here, so that the other commands do not load the web framework.
    from central import serving
    from central.api.application import Service

    notifier = Notifier()
    with contextlib.ExitStack() as ends:
        ends.enter_context(serving.stopping_in_order())
        if options.database is None:
            ends.enter_context(starting.only_service(options.data))
        listening = ends.enter_context(serving.bind(options.host, options.port))
        operator, also = _operator(options, ends)
        host, port = listening.getsockname()[:2]
        local_url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        public_url = (options.public_url or local_url).rstrip("/")
        settings = Settings(public_url, options.timezone, tuple(options.trusted_proxy), options.device_rate)
        where, waits = (options.data, options.database), notifier.patient(said_waiting())
        place = starting.opened_database(*where, binaries=options.postgres, keeps=True, waits=waits)
        with place as (database, server):
            try:
                central = starting.make_central(options.data, database, settings)
                _first_start(central, options)
                _publish_all(central, [resources.directory("procedures"), *options.procedures], options.data)
                service = Service(central, operator=operator)
                running = serving.Server(service, lambda: _say_ready(local_url), notifier)
                if server is not None:
                    server.watch(running.fail)
                running.run_on(listening, *also)
            finally:
                serving.ignore_signals()
    return FAILED if running.failed or not running.started else DONE


def _operator(options: argparse.Namespace, ends: contextlib.ExitStack) -> tuple[Operator | None, list[socket.socket]]:
    """Open the operator's address, if there is to be one."""
    from central import serving
    from central.api.application import Operator

    if options.operator is None:
        return None, []
    host, _, port = options.operator.rpartition(":")
    token = ""
    if options.operator_token_file is not None:
        try:
            token = options.operator_token_file.read_text("ascii").strip()
        except (OSError, ValueError) as error:
            raise InputError("options.operator_token") from error
    listening = ends.enter_context(serving.bind(host.strip("[]"), int(port)))
    return Operator(listening.getsockname()[1], token), [listening]


def _first_start(central: Central, options: argparse.Namespace) -> None:
    names = Names(
        options.tenant_name,
        options.office_name,
        options.supervisor_name,
        options.supervisor_login,
        options.agent_name,
    )
    shown = starting.first_start(central, options.data, names)
    if shown is not None:
        print("\n".join(words.first_start_lines(shown, str(options.data))), flush=True)


def _publish_all(central: Central, directories: list[Path], data: Path) -> None:
    """Publish what is there; one procedure that is refused is named and does not keep the service from starting."""
    for folder in publishing.all_folders(directories):
        try:
            publishing.publish_folder(central, folder, data)
        except FormRefused as refused:
            print("\n".join([f"{folder.name}:", *words.refusal_lines(refused)]), file=sys.stderr, flush=True)
        except InputError as error:
            print("\n".join([f"{folder.name}:", *words.error_lines(error)]), file=sys.stderr, flush=True)


def run_verify(argv: list[str]) -> int:
    """Check a case's chain of events; 0 when complete and unaltered."""
    parser = _parser("verify", "Check that a case's chain of events is complete and unaltered.")
    parser.add_argument(
        "case", nargs="?", metavar="FILE_OR_CASE", help="an export file, or a case's identity or tracking code"
    )
    parser.add_argument("--root", type=Path, metavar="FILE", help="lines that 'serve root' wrote, against this service")
    parser.add_argument("--service-key", help="the service's public key in hexadecimal digits, for an export file")
    parser.add_argument("--export", type=Path, help="also write the export to this file")
    options = parser.parse_args(argv)
    if (options.case is None) == (options.root is None):
        parser.error("one of the arguments FILE_OR_CASE --root is required")
    return guarded(lambda: _verify(options) if options.root is None else _verify_roots(options))


def _verify_roots(options: argparse.Namespace) -> int:
    try:
        lines = options.root.read_bytes().split(b"\n")
    except OSError as error:
        raise EnvironmentFault("root.unreadable", file=str(options.root), cause=type(error).__name__) from error
    with opened(options) as central:
        found = roots.check_lines(central, lines)
    print("\n".join(words.root_lines(found)))
    return DONE if all(each.finding in (Finding.HOLDS, Finding.ENDED) for each in found) else FAILED


def _verify(options: argparse.Namespace) -> int:
    path = Path(options.case)
    if path.is_file():
        verified = verify_chain(path.read_bytes().split(b"\n"), service_key=options.service_key)
    else:
        verified = _verify_held(options)
    print("\n".join(words.verified_lines(verified)))
    return DONE if verified.complete else FAILED


def _verify_held(options: argparse.Namespace) -> Verified:
    with opened(options) as central:
        if not central.keys.made():
            raise InputError("data.none", directory=str(options.data))
        export = _export(central, options.case)
        key = public_hex(central.keys.service())
    if options.export is not None:
        options.export.write_bytes(export)
    return verify_chain(export.split(b"\n"), service_key=key)


def _export(central: Central, name: str) -> bytes:
    with central.transaction(NO_TENANT) as connection:
        tenants = people.tenants(connection)
    for tenant in tenants:
        with central.transaction(tenant) as connection:
            case = reading.case_by_tracking(connection, tenant, name) if _is_code(name) else name
            if case is not None and reading.case_view(connection, tenant, case) is not None:
                return export_case(central, connection, tenant, case)
    raise InputError("case.unknown")


def run_migrate(argv: list[str]) -> int:
    """Bring the database to this version, for a service that logs in as a role that cannot."""
    options = _parser("migrate", "Bring the database to this version, as its owner; the service may be running.")
    return guarded(lambda: _migrate(options.parse_args(argv)))


def _migrate(options: argparse.Namespace) -> int:
    where = options.data, options.database
    with starting.opened_conninfo(*where, binaries=options.postgres, waits=said_waiting()):
        print("La base est à jour. / The database is up to date.")
    return DONE


def run_policy(argv: list[str]) -> int:
    """Show the organisation's policy, or change it; the service may be running."""
    parser = _parser("policy", "Show or change how the organisation works.")
    parser.add_argument(
        "--settle-days",
        type=int,
        metavar="DAYS",
        help="working days in which agents settle contested answers by themselves, before the supervisor is asked",
    )
    options = parser.parse_args(argv)
    return guarded(lambda: _policy(options))


def _policy(options: argparse.Namespace) -> int:
    with opened(options) as central:
        with central.transaction(NO_TENANT) as connection:
            tenants = people.tenants(connection)
        for tenant in tenants:
            with central.transaction(tenant) as connection:
                if options.settle_days is not None:
                    policies.change_policy(connection, tenant, settle_delay_days=options.settle_days)
                days = policies.policy(connection, tenant).settle_delay_days
            print(f"settle-days: {days} (jours ouvrés avant le responsable / working days before the supervisor)")
    return DONE


def run_backup(argv: list[str]) -> int:
    """Write a backup of the whole service; it may be running."""
    parser = _parser("backup", "Write a backup of the whole service, running or not: database, keys, manifest.")
    parser.add_argument("target", type=Path, metavar="TARGET", help="a folder that does not exist yet; keep it secret")
    options = parser.parse_args(argv)
    return guarded(lambda: _backup(options))


def _backup(options: argparse.Namespace) -> int:
    where = options.data, options.database
    place = starting.opened_conninfo(*where, binaries=options.postgres, create=False, waits=said_waiting())
    with place as (conninfo, _server):
        keys = options.data / backups.KEYS
        if not keys.is_dir():
            raise InputError("data.none", directory=str(options.data))
        made = backups.back_up(conninfo, keys, options.target, SystemClock(), binaries=options.postgres)
    events = sum(chain.seq for chain in made.coverage)
    print(f"{options.target} : sauvegarde faite, {events} événements / backup written, {events} events")
    return DONE


def run_restore(argv: list[str]) -> int:
    """Put a backup into an empty data folder, with a private PostgreSQL of its own."""
    parser = SpokenParser(prog="main.py restore", description="Put a backup into an empty data folder.")
    parser.add_argument("source", type=Path, metavar="SOURCE", help="the folder that backup wrote")
    parser.add_argument("--data", type=Path, default=default_data_directory(), help="data folder (%(default)s)")
    parser.add_argument("--postgres", type=Path, metavar="DIR", help="PostgreSQL's bin folder")
    parser.add_argument("--force", action="store_true", help="replace what is in the folder; it is kept beside")
    options = parser.parse_args(argv)
    return guarded(lambda: _restore(options))


def _restore(options: argparse.Namespace) -> int:
    restoring.restore(options.source, options.data, SystemClock(), binaries=options.postgres, force=options.force)
    print(f"{options.data} : restauré ; lancez serve / restored; start serve")
    return DONE


def _is_code(name: str) -> bool:
    try:
        tracking.parse(name)
    except InputError:
        return False
    return True


def _parser(name: str, description: str) -> argparse.ArgumentParser:
    parser = SpokenParser(prog=f"main.py {name}", description=description)
    add_database(parser)
    return parser


def add_database(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=default_data_directory(), help="data folder (%(default)s)")
    existing = "an existing PostgreSQL, as its owner or as a service's role"
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--database", metavar="URL", type=_shown_url, help=f"{existing}; without its password")
    place.add_argument(
        "--database-file",
        dest="database",
        metavar="FILE",
        type=_url_in,
        help="a file that holds that URL, password too",
    )
    parser.add_argument("--postgres", type=Path, metavar="DIR", help="PostgreSQL's bin folder for the private server")


def _shown_url(url: str) -> str:
    """Return a URL given on the command line; everybody on this machine sees that line, so a password in it is told."""
    try:
        password = conninfo_to_dict(url).get("password")
    except psycopg.ProgrammingError as error:
        # Not in the driver's words, which would hold the URL.
        raise argparse.ArgumentTypeError("no URL of a PostgreSQL database") from error
    if password:
        print("\n".join(words.error_lines(InputError("options.database_password"))), file=sys.stderr, flush=True)
    return url


def _url_in(file: str) -> str:
    """Return the URL that a file holds; it must be closed to others than its owner and group."""
    path = Path(file)
    try:
        if path.stat().st_mode & stat.S_IRWXO:
            raise argparse.ArgumentTypeError(f"{file} is open to everybody: chmod o= it first")
        url = path.read_text("utf-8").strip()
        conninfo_to_dict(url)
    except (OSError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"{file} cannot be read") from error
    except psycopg.ProgrammingError as error:
        raise argparse.ArgumentTypeError(f"{file} holds no URL of a PostgreSQL database") from error
    if not url:
        raise argparse.ArgumentTypeError(f"{file} is empty")
    return url


@contextmanager
def opened(options: argparse.Namespace, *, timezone: str = "Europe/Paris") -> Iterator[Central]:
    """The parts of a service that has been started before; only ``serve`` makes one."""
    where = options.data, options.database
    place = starting.opened_database(*where, binaries=options.postgres, create=False, waits=said_waiting())
    with place as (database, _server):
        central = starting.make_central(options.data, database, Settings("", timezone))
        with central.transaction(NO_TENANT) as connection:
            if not people.tenants(connection):
                raise starting.nothing_there(options.data, options.database)
        yield central


def said_waiting() -> Callable[[str], None]:
    """Return what says once, in words, for whom a command or the service waits."""
    told: set[str] = set()

    def say(code: str) -> None:
        if code not in told:
            told.add(code)
            print("\n".join(words.waiting_lines(code)), file=sys.stderr, flush=True)

    return say


def guarded(work: Callable[[], int]) -> int:
    """Run a command; what we know to go wrong becomes words, anything else is a bug and shows as one."""
    try:
        return work()
    except FormRefused as refused:
        print("\n".join(words.refusal_lines(refused)), file=sys.stderr)
    except EstafetteError as error:
        print("\n".join(words.error_lines(error)), file=sys.stderr)
    return FAILED
