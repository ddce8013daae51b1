"""One world from one seed: machines, people, a network, a service, and what happens to all of them."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Collection
from pathlib import Path

from cases.errors import EstafetteError
from cases.keys.device_secret import MemoryDeviceSecrets
from cases.views import Identity
from sync.audits import AUDIT_EVERY_S
from tests.simulation import checking, decay
from tests.simulation.clocks import YEAR_MS, Chance, MachineClock, WorldClock
from tests.simulation.ledger import Ledger
from tests.simulation.machines import Machine
from tests.simulation.network import Accident, Killed, Network, Way
from tests.simulation.people import Agents, Supervisor
from tests.simulation.services import Service
from tests.support.central_memory import MANDATE_ENDED, OFFICE_CHANGED, OFFICES
from tests.support.clients import PROCEDURE, bundle

MachineAct = Callable[[Machine], object]
ServiceMaker = Callable[[MachineClock, Chance], Service]

ROUNDS_MAX = 8
"""Within so many rounds of every machine, once all is well again, nothing may be left to do."""
ROUNDS_THAT_MAY_FAIL = 2
MACHINES_MAX = 8


class World:
    """See the module. ``run`` lets it live, heals it and says what is wrong.

    Args:
        seed: of everything.
        directory: where its disks are; empty.
        make_service: makes the service on a clock.
        often: happenings that this world surely has, and often.
    """

    def __init__(self, seed: int, directory: Path, make_service: ServiceMaker, *, often: Collection[str] = ()) -> None:
        self.seed = seed
        self.chance = Chance(seed, "world")
        self.clock = WorldClock()
        self.ledger = Ledger()
        self.failures: list[str] = []
        self.story: list[str] = []
        self._directory = directory
        self.service = make_service(MachineClock(self.clock), Chance(seed, "service"))
        self.network = Network(Chance(seed, "network"), self.clock)
        self.network.handle = self.service.handle
        self.network.kill_server = self.service.kill_at
        self.network.restart = self.service.restart
        self.machines: list[Machine] = []
        self.moved: set[str] = set()
        self._backups: dict[str, Path] = {}
        self.put_back: set[str] = set()
        self.rotten: dict[str, set[str]] = {}
        """Machine -> records of it that the disk changed silently."""
        self._agents = Agents(self)
        self._supervisor = Supervisor(self)
        self._versions = 0
        self._often = often
        self._accidents = self.chance.some(list(Accident))
        self._happenings = self._drawn()

    # --- a life ------------------------------------------------------------------------------------------------------

    def run(self) -> list[str]:
        """Return what is wrong in the end, one line each."""
        try:
            self._begin()
            for step in range(self.chance.between(50, 130)):
                self.network.step = step
                self._step()
            self._heal()
            self.failures += checking.check(self)
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            self.failures.append(f"crash: {type(error).__name__} {error} at {where.filename}:{where.lineno}")
            self.story.append(traceback.format_exc())
        finally:
            for machine in self.machines:
                if machine.running:
                    machine.stop()
        return self.failures

    def _begin(self) -> None:
        self.service.publish(PROCEDURE, bundle())
        for number in range(1, self.chance.between(3, 6) + 1):
            machine = self._enrolled(number, OFFICES[number > 1 and self.chance.happens(0.4)])
            machine.agent.sync_once()
            self._weather_of(machine)

    def _enrolled(self, number: int, office: str, *, agent: str = "") -> Machine:
        """Return a new machine, enrolled: of a new agent unless one is named."""
        name = f"poste-{number}"
        machine = Machine(
            name,
            self._directory / name,
            MemoryDeviceSecrets(),
            MachineClock(self.clock, self._clock_error()),
            Chance(self.seed, name),
            self.network,
        )
        machine.create()
        self.machines.append(machine)
        machine.agent.enrol(self.service.url, self.service.enrolment_code(agent or f"agent-{number}", office), name)
        return machine

    def _drawn(self) -> dict[Callable[[], None], int]:
        """Return what can happen in this world, and how often: no two worlds are alike."""
        rare: list[Callable[[], None]] = [
            self._weather,
            self._partition,
            self._kill_soon,
            self._restart_program,
            self._jump,
            self._back_up_machine,
            self._restore_machine,
            self._clone,
            self._restart_service,
            self._back_up_service,
            self._restore_service,
            self._new_version,
            self._poison,
            self._rot,
            self._move,
            self._arrive,
            self._settle_what_waits,
        ]
        happenings: dict[Callable[[], None], int] = {self._work: 60, self._sync: 32, self._supervise: 8}
        happenings.update((happening, self.chance.between(1, 4)) for happening in self.chance.some(rare))
        # Drawn apart, so that worlds in which nobody's office or mandate changes are what they were before.
        scope, apart = [self._change_office, self._end_mandate], Chance(self.seed, "scope")
        happenings.update((happening, 2) for happening in scope if apart.happens(0.08))
        rare += scope
        happenings.update((happening, 8) for happening in rare if happening.__name__.strip("_") in self._often)
        return happenings

    def _step(self) -> None:
        self.clock.advance(self.chance.between(1, 4_000))
        self.network.deliver_postponed()
        happening = self.chance.weighted(self._happenings)
        self.story.append(f"{self.network.step}: {happening.__name__.strip('_')}")
        happening()

    # --- what happens ------------------------------------------------------------------------------------------------

    def _work(self) -> None:
        machine = self.chance.one(self.machines)
        for _act in range(self.chance.between(1, 4)):
            self._alive(machine, self._agents.act)

    def _sync(self) -> None:
        self._alive(self.chance.one(self.machines), self.synchronise)

    def _supervise(self) -> None:
        self._supervisor.act()

    def _poison(self) -> None:
        self._alive(self.chance.one(self.machines), self._agents.poison)

    def _settle_what_waits(self) -> None:
        """An agent goes through the acts that wait for a person, and tries again what was refused again."""
        machine = self.chance.one(self.machines)
        for _act in range(3):
            self._alive(machine, self._agents.settle_parked)

    def _rot(self) -> None:
        """Let a disk change something of a record silently; no screen and no log says so."""
        machine = self.chance.one(self.machines)
        left, machine.disk.left = machine.disk.left, None  # What rots is no write of the program's.
        record = decay.rot(machine.workspace, self.chance)
        machine.disk.left = left
        if record is not None:
            self.story.append(f"   {machine.name} {record[-6:]} rots")
            self.rotten.setdefault(machine.name, set()).add(record)

    def _move(self) -> None:
        cases = self.service.cases()
        if cases:
            case = self.chance.one(cases)
            here = next((one for one in OFFICES if ("case", case) in self.service.states(one)), "")
            office = self.chance.one([one for one in OFFICES if one != here])
            seen = {held.deed for held in self.service.held() if held.deed.record == case}
            done = self.service.move(case, office)
            if done is not None:
                # Its citizen may have gone along.
                states = self.service.states()
                self.moved |= {case, states["case", case].value("citizen") or case}
                self.ledger.note([done], "console", seen)

    def _end_mandate(self) -> None:
        """An agent's mandate ends, or one that ended is renewed."""
        identity = self._identity(self.chance.one(self.machines))
        office = self._office_of(identity.agent, identity.office)
        ended = self.service.closed(identity.device) != MANDATE_ENDED
        self.story.append(f"   {identity.agent} {'ends' if ended else 'goes on'} in {office}")
        self.service.assign(identity.agent, office, ended=ended)

    def _change_office(self) -> None:
        """An agent goes to the other office: to the computer that was left there, or to a new one."""
        identity = self._identity(self.chance.one(self.machines))
        now = self._office_of(identity.agent, identity.office)
        office = self.chance.one([one for one in OFFICES if one != now])
        if self.service.closed(identity.device) == MANDATE_ENDED:
            return
        self.story.append(f"   {identity.agent} goes from {now} to {office}")
        self.service.assign(identity.agent, office, ended=False)
        there = [self._identity(one) for one in self.machines]
        known = any((one.agent, one.office) == (identity.agent, office) for one in there)
        if not known and len(self.machines) < MACHINES_MAX:
            machine = self._enrolled(200 + len(self.machines), office, agent=identity.agent)
            self._weather_of(machine)
            self._alive(machine, self.synchronise)

    def _office_of(self, agent: str, otherwise: str) -> str:
        """Return where an agent works now: in the office of an open computer, else of any."""
        known = [one for one in map(self._identity, self.machines) if one.agent == agent]
        return next((one.office for one in known if self.service.closed(one.device) != OFFICE_CHANGED), otherwise)

    def _identity(self, machine: Machine) -> Identity:
        identity = machine.workspace.identity
        assert identity is not None
        return identity

    def _weather(self) -> None:
        self._weather_of(self.chance.one(self.machines))

    def _weather_of(self, machine: Machine) -> None:
        machine.line.share = self.chance.one([0.0, 0.1, 0.3, 0.7])
        machine.line.accidents = self._accidents

    def _partition(self) -> None:
        self.chance.one(self.machines).line.way = self.chance.one(list(Way))

    def _kill_soon(self) -> None:
        self.chance.one(self.machines).disk.left = self.chance.between(0, 9)

    def _restart_program(self) -> None:
        machine = self.chance.one(self.machines)
        machine.stop()
        machine.start()

    def _jump(self) -> None:
        self.chance.one(self.machines).clock.offset_ms = self._clock_error()

    def _back_up_machine(self) -> None:
        machine = self.chance.one(self.machines)
        self._backups[machine.name] = self._directory / f"{machine.name}.backup"
        machine.backup(self._backups[machine.name])

    def _restore_machine(self) -> None:
        held = [machine for machine in self.machines if machine.name in self._backups]
        if held:
            machine = self.chance.one(held)
            self.put_back.add(machine.name)
            self.disaster(lambda: machine.restore(self._backups[machine.name]))

    def _clone(self) -> None:
        if len(self.machines) < MACHINES_MAX:
            machine = self.chance.one(self.machines)
            name = f"{machine.name}+{len(self.machines)}"
            clock = MachineClock(self.clock, self._clock_error())
            chance = Chance(self.seed, name)
            self.machines.append(machine.clone(name, self._directory / name, clock, chance))
            self.rotten[name] = set(self.rotten.get(machine.name, ()))
            # What one copy wrote may be sent, and refused, under a number of the other.
            self.put_back |= {machine.name, name}

    def _arrive(self) -> None:
        """Somebody new begins at an office that has worked for a while: the first contact is a snapshot."""
        if len(self.machines) < MACHINES_MAX:
            machine = self._enrolled(100 + len(self.machines), self.chance.one(list(OFFICES)))
            self._weather_of(machine)
            self._alive(machine, self.synchronise)

    def _restart_service(self) -> None:
        self.service.restart()

    def _back_up_service(self) -> None:
        self.service.backup()

    def _restore_service(self) -> None:
        self.disaster(lambda: self.service.restore())

    def _new_version(self) -> None:
        self._versions += 1
        self.service.publish(PROCEDURE, bundle(f"Demande d'essai {self._versions}"))

    def _clock_error(self) -> int:
        years = self.chance.one([0, 0, 0, 1, -1, 3, -12, 40])
        return years * YEAR_MS + self.chance.between(-200_000, 200_000)

    # --- parts -------------------------------------------------------------------------------------------------------

    def _alive(self, machine: Machine, act: MachineAct) -> None:
        """Let something happen at a machine, and start it again if it ends there."""
        try:
            act(machine)
        except Killed as killed:
            self.story.append(f"   {machine.name} ends at {killed}")
            machine.crash(at_disk=str(killed) == "disk")

    def synchronise(self, machine: Machine) -> EstafetteError | None:
        """Make one round; return why it ended early."""
        try:
            machine.agent.sync_once()
        except EstafetteError as error:
            self.story.append(f"   {machine.name}: {error.code} {dict(error.details)}")
            if error.code == "auth.device_unknown":
                self._enrol_again(machine)
            return error
        return None

    def _enrol_again(self, machine: Machine) -> None:
        """The service was put back to before this machine was enrolled: a person enrols it once more.

        If that is before the agent came to this office, or during a time without a mandate, that is said anew first.
        """
        identity = self._identity(machine)
        if self.service.placed(identity.agent) not in (None, (identity.office, False)):
            self.service.assign(identity.agent, identity.office, ended=False)
        code = self.service.enrolment_code(identity.agent, identity.office)
        try:
            machine.agent.enrol(self.service.url, code, machine.name)
        except EstafetteError as error:
            self.story.append(f"   {machine.name} is not enrolled again: {error.code}")

    def disaster(self, strike: Callable[[], object]) -> None:
        """Let the world itself destroy something, and note which acts have no copy left anywhere."""
        gone = set(self.ledger.owed()) - checking.findable(self)
        self.failures += [f"lost before any disaster: {checking.words(one)}" for one in gone]
        self.ledger.excused |= gone
        strike()
        self.ledger.excused |= set(self.ledger.owed()) - checking.findable(self)

    def _heal(self) -> None:
        """Let everything be well again, and everybody exchange what is left."""
        self.network.step += 1_000
        for machine in self.machines:
            machine.line.way, machine.line.share, machine.disk.left = Way.OPEN, 0.0, None
        self.network.deliver_postponed(all_of_them=True)
        for number in range(ROUNDS_MAX):
            # The first and the last rounds are of a day on which an audit is due.
            self.clock.advance(60 if 1 < number < ROUNDS_MAX - 2 else AUDIT_EVERY_S + 60)
            for machine in self.chance.shuffled(self.machines):
                error = self.synchronise(machine)
                if error is not None and error.code == self.service.closed(self._identity(machine).device):
                    continue
                if error is not None and number >= ROUNDS_THAT_MAY_FAIL:
                    self.failures.append(f"stuck: {machine.name} round {number}: {error.code} {dict(error.details)}")
