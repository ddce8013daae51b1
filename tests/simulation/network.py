"""The way between the machines and the service: what can go wrong on it goes wrong, as the seed says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from cases.errors import NetworkFault
from sync.transport import ANSWER_TIMEOUT_S, CUT, TIMEOUT, UNREACHABLE, Response, own_answer
from tests.simulation.clocks import Chance, WorldClock

Handle = Callable[[str, str, bytes, Mapping[str, str]], Response]
"""Method, path, body, headers -> the service's answer."""


class Killed(BaseException):
    """The machine lost its power here. No handler of the program may see it."""


class ServerKilled(BaseException):
    """The service ended here, before it could answer."""


class Accident(Enum):
    """What happens to one request."""

    REQUEST_LOST = auto()
    ANSWER_LOST = auto()
    TWICE = auto()
    """It arrives twice; one of the answers comes back."""
    LATE = auto()
    """The caller gives up; it arrives when others have come in between, maybe more than once."""
    REQUEST_CUT = auto()
    ANSWER_CUT = auto()
    PORTAL = auto()
    """Something else answers 200."""
    BUSY = auto()
    """A proxy answers 503 with Retry-After."""
    FAILED = auto()
    """A proxy answers 502."""
    SERVER_KILLED_BEFORE = auto()
    """The service ends before it commits."""
    SERVER_KILLED_AFTER = auto()
    """The service ends between its commit and its answer."""
    MACHINE_KILLED_ASKING = auto()
    MACHINE_KILLED_ANSWERED = auto()
    """The machine ends with the answer in its hand."""


OF_SERVER = (Accident.SERVER_KILLED_BEFORE, Accident.SERVER_KILLED_AFTER)
OF_MACHINE = (Accident.MACHINE_KILLED_ASKING, Accident.MACHINE_KILLED_ANSWERED)

_BUSY = Response(503, {"retry-after": "7"}, b"")
_FAILED = Response(502, {"content-type": "text/html"}, b"<html>Bad gateway</html>")
_PORTAL = Response(200, {"content-type": "text/html"}, b"<html><body>Bienvenue</body></html>")


class Way(Enum):
    """What a partition lets through."""

    OPEN = auto()
    NO_REQUESTS = auto()
    NO_ANSWERS = auto()


@dataclass
class Line:
    """One machine's way to the service."""

    way: Way = Way.OPEN
    accidents: list[Accident] = field(default_factory=list)
    share: float = 0.0


@dataclass
class Postponed:
    """A request that its caller gave up."""

    due_step: int
    method: str
    path: str
    body: bytes
    headers: dict[str, str]


class Network:
    """All the ways. ``server`` is where requests go; ``restart`` is what happens to it after it was killed."""

    def __init__(self, chance: Chance, clock: WorldClock) -> None:
        self._chance = chance
        self._clock = clock
        self.handle: Handle = _nobody
        self.kill_server: Callable[[str], None] = lambda point: None
        self.restart: Callable[[], None] = lambda: None
        self.step = 0
        self.postponed: list[Postponed] = []

    def transport(self, line: Line) -> SimulatedTransport:
        """Return a connection of a machine."""
        return SimulatedTransport(self, line)

    def deliver_postponed(self, *, all_of_them: bool = False) -> None:
        """Let requests arrive whose callers gave them up, in any order; nobody hears the answers."""
        due = [one for one in self.postponed if all_of_them or one.due_step <= self.step]
        self.postponed = [one for one in self.postponed if one not in due]
        for one in self._chance.shuffled(due):
            for _time in range(self._chance.between(1, 2)):
                self._arrive(one.method, one.path, one.body, one.headers)

    def request(self, line: Line, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Response:
        """Carry one request as well as it goes."""
        self._clock.advance(self._chance.between(20, 900) / 1000)
        if line.way is Way.NO_REQUESTS:
            raise NetworkFault(UNREACHABLE, reached=False)
        accident = None
        if line.accidents and self._chance.happens(line.share):
            accident = self._chance.one(line.accidents)
        response = self._before(accident, method, path, body, headers)
        if response is None:
            response = self._arrived(accident, method, path, body, headers)
        if line.way is Way.NO_ANSWERS:
            raise NetworkFault(TIMEOUT)
        return own_answer(self._after(accident, response))

    def _before(
        self, accident: Accident | None, method: str, path: str, body: bytes, headers: Mapping[str, str]
    ) -> Response | None:
        if accident is Accident.REQUEST_LOST:
            raise NetworkFault(UNREACHABLE, reached=False)
        if accident is Accident.MACHINE_KILLED_ASKING:
            raise Killed
        if accident is Accident.LATE:
            due = self.step + self._chance.between(1, 12)
            self.postponed.append(Postponed(due, method, path, body, dict(headers)))
            raise NetworkFault(TIMEOUT)
        if accident is Accident.REQUEST_CUT and body:
            self._arrive(method, path, body[: self._chance.between(0, len(body) - 1)], headers)
            raise NetworkFault(CUT)
        return {Accident.PORTAL: _PORTAL, Accident.BUSY: _BUSY, Accident.FAILED: _FAILED}.get(
            accident or Accident.TWICE
        )

    def _arrived(
        self, accident: Accident | None, method: str, path: str, body: bytes, headers: Mapping[str, str]
    ) -> Response:
        if accident in OF_SERVER:
            self.kill_server("before_commit" if accident is Accident.SERVER_KILLED_BEFORE else "after_commit")
        first = self._arrive(method, path, body, headers)
        if accident in OF_SERVER:
            self.kill_server("")
        if first is None:
            raise NetworkFault(UNREACHABLE)
        if accident is Accident.TWICE:
            second = self._arrive(method, path, body, headers)
            if second is not None and second.status < 400:
                return second
        return first

    def _after(self, accident: Accident | None, response: Response) -> Response:
        if accident is Accident.ANSWER_LOST:
            raise NetworkFault(TIMEOUT)
        if accident is Accident.MACHINE_KILLED_ANSWERED:
            raise Killed
        if accident is Accident.ANSWER_CUT and response.body:
            kept = self._chance.between(0, len(response.body) - 1)
            return Response(response.status, response.headers, response.body[:kept])
        return response

    def _arrive(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Response | None:
        """Hand a request to the service; None when it ended under it and was started again."""
        try:
            return self.handle(method, path, body, headers)
        except ServerKilled:
            self.restart()
            return None


class SimulatedTransport:
    """One connection of a machine."""

    def __init__(self, network: Network, line: Line) -> None:
        self._network = network
        self._line = line
        self._closed = False

    def request(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str], *, timeout_s: float = ANSWER_TIMEOUT_S
    ) -> Response:
        if self._closed:
            raise NetworkFault(UNREACHABLE, reached=False)
        return self._network.request(self._line, method, path, body, headers)

    def close(self) -> None:
        self._closed = True


def _nobody(method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Response:
    raise NetworkFault(UNREACHABLE, reached=False)
