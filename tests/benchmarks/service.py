"""The real central service in a process of its own, on a private PostgreSQL with the settings of production.

Run as a module it is that process: it prints one line of JSON once it answers, and stops at SIGTERM.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from central import serving, starting
from central.api.application import Service
from central.context import Central, Settings
from central.database import procedures
from central.enrolment import make_enrolment_code
from central.postgres import PrivatePostgres
from tests.benchmarks.office import PROCEDURE, VERSION
from tests.support.central_service import reachable_directory

CODES = 5
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class OfficeService:
    """A service that answers on ``url``, as process ``pid``; ``codes`` enrol devices of its one agent."""

    url: str
    pid: int
    codes: list[str]
    data: Path

    def postgres_pid(self) -> int:
        """Return the process that PostgreSQL's others come from."""
        return int((self.data / "postgres" / "cluster" / "postmaster.pid").read_text().splitlines()[0])

    def conninfo(self) -> str:
        """Return how the database's owner connects to its PostgreSQL."""
        server = PrivatePostgres(self.data / "postgres")
        server.attach()
        return server.conninfo()


@contextlib.contextmanager
def office_service() -> Iterator[OfficeService]:
    """Start a service on an empty database and stop it at the end."""
    with contextlib.ExitStack() as ends:
        data = reachable_directory()
        ends.callback(shutil.rmtree, data)
        command = [sys.executable, "-m", "tests.benchmarks.service", str(data)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        ends.callback(process.wait)
        ends.callback(process.terminate)
        assert process.stdout is not None
        ends.callback(process.stdout.close)
        line = process.stdout.readline()
        if not line:
            raise RuntimeError("the service did not start")
        said = json.loads(line)
        yield OfficeService(said["url"], process.pid, said["codes"], data)


def _codes(central: Central) -> list[str]:
    with central.transaction(starting.FIRST_TENANT) as connection:
        row = connection.execute("select account_id from estafette.account where role = 'agent'").fetchone()
        assert row is not None
        return [make_enrolment_code(central, connection, None, str(row[0])).code for _ in range(CODES)]


def main() -> None:
    data = Path(sys.argv[1])
    with serving.stopping_in_order(), serving.bind("127.0.0.1", 0) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with starting.opened_database(data, None) as (database, _server):
            central = starting.make_central(data, database, Settings(url, "Europe/Paris"))
            starting.first_start(central, data, starting.Names())
            with central.transaction(starting.FIRST_TENANT) as connection:
                procedures.publish(connection, starting.FIRST_TENANT, PROCEDURE, VERSION, b"", {}, 1)
            ready = json.dumps({"url": url, "codes": _codes(central)})
            try:
                serving.Server(Service(central), lambda: print(ready, flush=True)).run_on(listening)
            finally:
                serving.ignore_signals()


if __name__ == "__main__":
    main()
