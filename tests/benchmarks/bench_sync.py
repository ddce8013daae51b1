"""First sync, a push of new records, small changes and nothing to do: bytes, round trips and CPU of the client."""

from __future__ import annotations

import dataclasses
import itertools
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from cases.clock import SystemClock
from cases.errors import NetworkFault
from cases.ids import SystemRandomness
from cases.keys.device_secret import MemoryDeviceSecrets
from cases.ports import Ports
from cases.workspace import Workspace
from sync import wire
from sync.agent import Agent
from sync.auth import TOKEN_PATH, Credentials
from sync.backoff import BatchSize
from sync.client import CentralClient
from sync.columns import PageEvent
from sync.exchanges import Exchanges
from sync.messages import API, Exchange, ExchangeReply, TokenReply
from sync.rounds import Tally
from sync.signing import SIGNATURE_HEADER, TOKEN_TYPE, mark_of, sign_answer
from sync.transport import ANSWER_TIMEOUT_S, RequestsTransport, Response
from tests.benchmarks import bare
from tests.benchmarks.counting import CountingProxy, Traffic
from tests.benchmarks.measure import Figure, arguments, figure, metered, middle, report
from tests.benchmarks.office import PROCEDURE, VERSION, Office, OfficeSnapshot, packed_snapshot
from tests.benchmarks.peers.measuring import CUT_AT, SLOW_KBIT_PER_S, SLOW_ROUND_TRIP_S, measure_peer
from tests.benchmarks.peers.site import PEERS, install
from tests.benchmarks.records import AUTHORS, TEXTS, Records
from tests.benchmarks.service import OfficeService, office_service
from tests.support.workspaces import CHEAP_KDF, PASSPHRASE, make_ports

NEW_RECORDS = 10_000
CHANGED = 200
NOTHING_ROUNDS = 5
FLOOR_RUNS = 3
ZSTD = {"content-encoding": wire.ENCODING}
Row = dict[str, str]


# --- the first sync: a snapshot as central packs it, through the real client, into a real workspace ---


class PreparedSnapshot:
    """A transport that answers from a snapshot made beforehand, signed as the service signs.

    Attributes:
        bytes, own_bytes: what was sent, and how much of it when ``ready`` first said that the own caseload is here.
    """

    def __init__(self, key: Ed25519PrivateKey, office: Office, snapshot: OfficeSnapshot) -> None:
        self._key = key
        self._office = office
        self._snapshot = snapshot
        self.bytes = self.own_bytes = 0
        self.ready: Callable[[], bool] = lambda: False

    def request(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str], *, timeout_s: float = ANSWER_TIMEOUT_S
    ) -> Response:
        """Give a token, an offer, the manifest or a chunk."""
        if not self.own_bytes and self.ready():
            self.own_bytes = self.bytes
        encoded = ZSTD
        if path == TOKEN_PATH:
            answer = wire.encode(TokenReply("token", TOKEN_TYPE, 900))
        elif path.startswith(f"{API}/snapshot?"):
            answer = wire.encode(self._snapshot.manifest)
        elif path.startswith(f"{API}/snapshot/"):
            answer, encoded = self._snapshot.chunks[path.rpartition("/")[2]], {}
        else:
            cursors = wire.decode(body, Exchange, encoding=headers.get("Content-Encoding", "")).cursors
            offered = [] if sum(cursors.values()) else [self._office.identity.stream]
            answer = wire.encode(ExchangeReply(self._office.now_ms, self._office.identity.epoch, snapshot=offered))
        mark = mark_of({name.lower(): value for name, value in headers.items()})
        self.bytes += len(answer)
        return Response(200, {**encoded, SIGNATURE_HEADER.lower(): sign_answer(self._key, mark, 200, answer)}, answer)

    def close(self) -> None:
        """Nothing is open."""


class FirstSync(NamedTuple):
    """What a first sync cost: CPU seconds of the client, bytes down, and those of them until the own caseload stood."""

    cpu_s: float
    bytes: int
    own_bytes: int


def measure_pull(cases: int) -> list[Figure]:
    """A first sync of that many cases, each with its citizen; and the bare library with the same records."""
    office, rows = Office(), list(_rows(cases))
    snapshot = packed_snapshot(office, _events(office, rows))
    blob = wire.compress(b"\n".join(map(msgspec.json.encode, rows)))
    by_column = wire.compress(msgspec.json.encode([[row[name] for row in rows] for name in rows[0]]))
    texts = [(number, text) for number, text in enumerate(itertools.chain.from_iterable(map(_texts, rows)), start=1)]
    count = len(rows)
    del rows
    with tempfile.TemporaryDirectory() as directory:
        runs = [_first_sync(Path(directory) / f"workspace-{run}", office, snapshot) for run in range(FLOOR_RUNS)]
        parts = [_floor_s(Path(directory) / f"floor-{run}.db", blob, texts) for run in range(FLOOR_RUNS)]
    floor_s = middle([sum(part) for part in parts])
    index_s = middle([part[1] for part in parts])
    ours_s = middle([run.cpu_s for run in runs])
    size, own_size = runs[0].bytes, runs[0].own_bytes
    bytes_note = (
        f"{size / 1e6:.2f} MB, {len(snapshot.chunks)} chunks; floor: the records by row, zstd-9; by column "
        f"{len(by_column) / count:.0f}"
    )
    cpu_note = (
        f"CPU {ours_s:.2f} against {floor_s:.2f} s (of it {index_s:.2f} s for the full-text index), medians of "
        f"{FLOOR_RUNS}; chunks prepared beforehand, so no network in either"
    )
    share_note = f"{own_size / 1e3:.0f} KB of the transfer, for one agent of {AUTHORS}"
    return [
        figure(
            "pull50k.bytes_per_case", size / count, unit="bytes", floor=len(blob) / count, target=230, note=bytes_note
        ),
        figure("pull50k.cpu_ratio", ours_s / floor_s, unit="ratio", floor=1, target=2, note=cpu_note),
        figure("pull50k.usable_share", own_size / size, unit="share", target=0.1, note=share_note),
    ]


def _rows(cases: int) -> Iterator[Row]:
    """Yield whole records: a case and its citizen in one, as the systems compared hold them."""
    ids = Office(seed=2)
    for _id, citizen, answers in Records().many(cases):
        ids.now_ms += 60_000
        yield {"id": ids.new_id(), **citizen, **answers}


def _events(office: Office, rows: list[Row]) -> Iterator[PageEvent]:
    for row in rows:
        answers = {name: value for name, value in row.items() if name.startswith("/")}
        fields = {name: value for name, value in row.items() if name not in answers and name != "id"}
        author = office.author_of(answers)
        citizen = office.citizen(author, fields)
        yield citizen
        yield office.case(author, citizen.record_id, answers)


def _texts(row: Row) -> tuple[str, str]:
    """What is to be found: the citizen by name, place and numbers, the case by its citizen's name."""
    name = f"{row['family_name']} {row['given_names']}"
    citizen = f"{name} {row['commune']} {row['postcode']} {row['birth_date']} {row['phone']}"
    return citizen, f"{name} {PROCEDURE}"


def _first_sync(directory: Path, office: Office, snapshot: OfficeSnapshot) -> FirstSync:
    """Make the client's whole first pull."""
    ports = make_ports()
    workspace = Workspace.create(directory, PASSPHRASE, ports=ports)
    try:
        key = Ed25519PrivateKey.generate()
        identity = replace(office.identity, service_key=key.public_key().public_bytes_raw().hex())
        workspace.enrolled(identity)
        workspace.store_procedure(PROCEDURE, VERSION, b"")
        credentials = Credentials(workspace, identity, ports.clock, ports.randomness)
        transport = PreparedSnapshot(key, office, snapshot)
        transport.ready = lambda: bool(workspace.case_count()) and workspace.own_caseload_ready()
        exchanges = Exchanges(workspace, CentralClient(transport, credentials), identity, BatchSize(), Tally())
        with metered() as meter:
            exchanges.run()
        if (workspace.case_count(), workspace.citizen_count()) != (office.head // 2, office.head // 2):
            raise RuntimeError(f"{workspace.case_count()} of {office.head // 2} cases came")
        return FirstSync(meter.cpu_s, transport.bytes, transport.own_bytes)
    finally:
        workspace.close()


def _floor_s(path: Path, blob: bytes, texts: list[tuple[int, str]]) -> tuple[float, float]:
    """Return the CPU seconds of unpacking and inserting the records, and of building the bare index."""
    opened = bare.connection(path)
    with metered() as records:
        lines = wire.decompress(blob, limit=1 << 31).split(b"\n")
        decoder = msgspec.json.Decoder(Row)
        rows = [tuple(decoder.decode(line).values()) for line in lines]
        bare.insert_records(opened, list(decoder.decode(lines[0]))[1:], rows)
    with metered() as index:
        bare.index_texts(opened, texts)
    opened.close()
    return records.cpu_s, index.cpu_s


# --- against the real service, every byte through a counting proxy ---


class Poste:
    """One enrolled device with a workspace of its own."""

    def __init__(
        self,
        directory: Path,
        proxy: CountingProxy,
        code: str,
        name: str,
        ends: ExitStack,
        *,
        first_round: bool = True,
    ) -> None:
        ports = Ports(MemoryDeviceSecrets(), SystemClock(), SystemRandomness(), CHEAP_KDF)
        self.workspace = Workspace.create(directory, PASSPHRASE, ports=ports)
        ends.callback(self.workspace.close)
        self.agent = Agent(self.workspace, RequestsTransport, ports=ports)
        ends.callback(self.agent.stop)
        self._proxy = proxy
        self.agent.enrol(proxy.url, code, name)
        # Held already: what is measured are cases, not the form that they are filled with.
        self.workspace.store_procedure(PROCEDURE, VERSION, b"")
        if first_round:
            self.agent.sync_once()

    def sync(self) -> Traffic:
        """Make one round; return what it cost."""
        with self._proxy.counted() as traffic:
            self.agent.sync_once()
        return traffic


def measure_exchange(service: OfficeService, *, records: int = NEW_RECORDS, changed: int = CHANGED) -> list[Figure]:
    """Push new records, change some, pull the changes elsewhere, then do nothing."""
    with ExitStack() as ends:
        directory = Path(ends.enter_context(tempfile.TemporaryDirectory()))
        proxy = ends.enter_context(CountingProxy(service.url))
        first = Poste(directory / "first", proxy, service.codes[0], "Poste 1", ends)
        rows = list(_rows(records))
        cases = [_new_case(first.workspace, row) for row in rows]
        new = first.sync()
        second = Poste(directory / "second", proxy, service.codes[1], "Poste 2", ends)
        changes = [_change(first.workspace, case, number) for number, case in enumerate(cases[:changed])]
        up, down = first.sync(), second.sync()
        _change(first.workspace, cases[0], changed)
        one = first.sync()
        second.sync()
        idle = [second.sync() for _ in range(NOTHING_ROUNDS)]
        slow_s = _slow_s(proxy, first, cases[1])
        second.sync()
        waste = _cut_waste(proxy, directory, service.codes[3:], ends)
        if first.workspace.status().pending or second.workspace.case_count() != records:
            raise RuntimeError("the service and the devices do not agree")
    pushed = len(wire.compress(b"\n".join(map(msgspec.json.encode, rows))))
    delta = len(wire.compress(b"\n".join(map(msgspec.json.encode, changes))))
    return [
        *_push_figures(new, pushed, records),
        *_delta_figures(up, down, delta),
        *_idle_figures(idle, one, records),
        figure("one.slow_seconds", slow_s, unit="s", floor=_slow_floor_s(), target=1.0, note="64 kbit/s, 600 ms, warm"),
        figure("cut90.waste", waste, unit="share", floor=0, target=0.01, note=f"a first sync of {records:,} cases"),
    ]


def _slow_s(proxy: CountingProxy, poste: Poste, case: str) -> float:
    """Return the wall seconds of handing over one changed case on a slow link, the connection warm."""
    poste.sync()
    _change(poste.workspace, case, CHANGED + 1)
    proxy.shape(kbit_per_s=SLOW_KBIT_PER_S, round_trip_s=SLOW_ROUND_TRIP_S)
    with metered() as meter:
        poste.sync()
    proxy.shape()
    return meter.wall_s


def _slow_floor_s() -> float:
    """Return what one bare request takes there: a round trip, and 200 bytes at the link's speed."""
    return SLOW_ROUND_TRIP_S + 200 * 8 / (SLOW_KBIT_PER_S * 1000)


def _cut_waste(proxy: CountingProxy, directory: Path, codes: Sequence[str], ends: ExitStack) -> float:
    """Return the share of a first sync that is sent again after its line was cut at 90 %."""
    whole = Poste(directory / "whole", proxy, codes[0], "Poste 3", ends, first_round=False).sync()
    cut = Poste(directory / "cut", proxy, codes[1], "Poste 4", ends, first_round=False)
    proxy.cut_after(int(whole.down * CUT_AT), upwards=False)
    with proxy.counted() as traffic:
        try:
            cut.agent.sync_once()
        except NetworkFault:
            proxy.heal()
        else:
            raise RuntimeError("the cut came too late to be one")
        cut.agent.sync_once()
    size = whole.up + whole.down
    return max(0.0, (traffic.up + traffic.down - size) / size)


def with_peers(figures: list[Figure], cases: int) -> list[Figure]:
    """Measure the peers with the same records and put the best of them beside each figure of ours."""
    rows = [{name.rpartition("/")[2]: value for name, value in row.items()} for row in _rows(cases + NEW_RECORDS)]
    texts = Records(CHANGED)
    changes = [
        {"id": rows[number]["id"], TEXTS[number % 15]: texts.text(), TEXTS[(number + 7) % 15]: texts.text()}
        for number in range(CHANGED + 2)
    ]
    found = {peer.name: measure_peer(peer, rows[:cases], rows[cases:], changes) for peer in PEERS}
    for name, values in found.items():
        print(f"{name}: " + ", ".join(f"{id} {value:.4g}" for id, value in values.items()), flush=True)
    best = {id: min(values[id] for values in found.values()) for id in found[PEERS[0].name]}
    return [dataclasses.replace(line, peer=best.get(line.id)) for line in figures]


def _push_figures(new: Traffic, pushed: int, records: int) -> list[Figure]:
    size = (new.up + new.down) / 1e6
    events = 2 * records
    up = f"{new.up / 1e6:.2f} up, {new.down / 1e6:.2f} down; {events:,} events; floor: the records by row, zstd-9"
    trips = f"{events:,} events in batches that grow from 500 to 4,000; real service"
    return [
        figure("push10k.megabytes", size, unit="MB", floor=pushed / 1e6, target=2.8, note=up),
        figure("push10k.round_trips", new.round_trips, unit="", floor=1, target=12, note=trips),
    ]


def _delta_figures(up: Traffic, down: Traffic, delta: int) -> list[Figure]:
    pushing = f"and {up.down:,} bytes back, {up.round_trips} round trips; real service"
    pulling = f"and {down.up:,} bytes up, {down.round_trips} round trips; real service"
    return [
        figure("delta200.bytes_up", up.up, unit="bytes", floor=delta, target=14_000, note=pushing),
        figure("delta200.bytes_down", down.down, unit="bytes", floor=delta, target=14_000, note=pulling),
    ]


def _idle_figures(idle: list[Traffic], one: Traffic, records: int) -> list[Figure]:
    size = middle([traffic.up + traffic.down for traffic in idle])
    up = middle([traffic.up for traffic in idle])
    bare_request = len(b"POST /api/v1/pull HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\n\r\n{}")
    bare_answer = len(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    note = f"{up:.0f} up, median of {len(idle)}; {records:,} cases held (the request does not grow with them)"
    trips = middle([traffic.round_trips for traffic in idle])
    return [
        figure("noop.bytes", size, unit="bytes", floor=bare_request + bare_answer, target=700, note=note),
        figure("noop.round_trips", trips, unit="", floor=1, target=1, note="real service, warm connection"),
        figure(
            "one.round_trips",
            one.round_trips,
            unit="",
            floor=1,
            target=1,
            note="one changed case: handed over and news fetched in one exchange",
        ),
    ]


def _new_case(workspace: Workspace, row: Row) -> str:
    answers = {name: value for name, value in row.items() if name.startswith("/")}
    fields = {name: value for name, value in row.items() if name not in answers and name != "id"}
    citizen = workspace.create_citizen(fields).record
    return workspace.open_case(PROCEDURE, VERSION, citizen, answers).record


def _change(workspace: Workspace, case: str, number: int) -> Row:
    """Change two fields of a case; return the change as a bare program would send it."""
    texts = Records(number)
    names = (TEXTS[number % len(TEXTS)], TEXTS[(number + 7) % len(TEXTS)])
    answers = {f"/dossier/{name}": texts.text() for name in names}
    workspace.answer(case, answers, base=workspace.case(case).base)
    return {"id": case, **answers}


def main() -> None:
    options = arguments(__doc__)
    install()
    figures = measure_pull(options.cases)
    with office_service() as service:
        figures += measure_exchange(service)
    report("Sync", with_peers(figures, options.cases), options.json)


if __name__ == "__main__":
    main()
