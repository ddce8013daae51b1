"""Taking a USB bundle in at central: from the console's page or by ``main.py bundle import``."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cases.envelopes import intake_name
from cases.errors import EstafetteError, InputError
from cases.keys.files import write_file
from central import intake, starting, words
from central.commandline import add_database, said_waiting
from central.context import Central, Settings
from central.database import people, reading
from central.database.client import NO_TENANT
from central.keys import public_hex
from sync import bundle_words
from sync.bundle import acts_in, chosen_file, read_limited
from sync.bundle_files import read_bundle, write_answers
from sync.messages import Pushed
from sync.usage import SpokenParser

ANSWERS_ENDING = ".accuses"


@dataclass(frozen=True)
class Imported:
    """What an import did.

    Attributes:
        tenant: of the bundle.
        taken: envelopes that central holds now, those it held before too.
        acts: in them.
        parked: events in them that wait for a person.
        refused: code -> how many envelopes were not taken.
        answers: the file to carry back.
    """

    tenant: int
    taken: int
    acts: int
    parked: int
    refused: dict[str, int]
    answers: bytes


def import_bundle(central: Central, data: bytes, *, tenant: int | None = None) -> Imported:
    """Take a bundle in. Repetition changes nothing and gives the same answers.

    Args:
        tenant: the organisation of who asks; None for whoever runs the service's own machine.

    Raises:
        InputError: ``bundle.*``; nothing was taken. EnvironmentFault: ``database.unavailable``: ask again.
    """
    manifest, envelopes = read_bundle(data)
    if tenant not in (None, manifest.tenant) or manifest.intake != intake_name(public_hex(central.keys.intake())):
        raise InputError("bundle.other_organisation")
    with central.transaction(NO_TENANT) as connection:
        if manifest.tenant not in people.tenants(connection):
            raise InputError("bundle.other_organisation")
    answers = [intake.take_one(central, manifest.tenant, each.raw) for each in envelopes]
    return Imported(
        tenant=manifest.tenant,
        taken=sum(answer.pushed is not None for answer in answers),
        acts=sum(acts_in(each) for each, answer in zip(envelopes, answers, strict=True) if answer.pushed is not None),
        parked=_still_waiting(central, manifest.tenant, [each.pushed for each in answers if each.pushed is not None]),
        refused=dict(Counter(answer.code for answer in answers if answer.pushed is None)),
        answers=write_answers(manifest.tenant, answers, central.clock.now_ms()),
    )


def _still_waiting(central: Central, tenant: int, taken: Sequence[Pushed]) -> int:
    """Return how many acts wait for a person now: an act that was parked once may have been dealt with since."""
    by_stream: dict[str, list[int]] = {}
    for each in taken:
        numbers = [verdict.central_seq for verdict in each.verdicts.others if verdict.state == "parked"]
        by_stream.setdefault(each.receipt.stream, []).extend(numbers)
    with central.transaction(tenant) as connection:
        return sum(reading.open_parked(connection, tenant, *one) for one in by_stream.items())


def run_import(argv: Sequence[str]) -> int:
    """Run ``main.py bundle import`` and return its exit code: 0, 1 when something was refused."""
    parser = SpokenParser(
        prog="main.py bundle import", description="Take in at the central service what a USB stick brought."
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument(
        "--answers", type=Path, metavar="FILE", help=f"where to write the answers (FILE{ANSWERS_ENDING})"
    )
    add_database(parser)
    options = parser.parse_args(argv)
    try:
        return _import(options)
    except EstafetteError as error:
        known = bundle_words.known(error.code) is not None
        print("\n".join(bundle_words.error_lines(error) if known else words.error_lines(error)), file=sys.stderr)
        return 1


def _import(options: argparse.Namespace) -> int:
    data = read_limited(options.file)
    beside = options.file.with_name(options.file.name + ANSWERS_ENDING)
    answers = chosen_file(options.answers or beside, options.file.name, ANSWERS_ENDING)
    where = options.data, options.database
    opened = starting.opened_database(*where, binaries=options.postgres, create=False, waits=said_waiting())
    with opened as (database, _server):
        central = starting.make_central(options.data, database, Settings(""))
        if not central.keys.made():
            raise starting.nothing_there(options.data, options.database)
        done = import_bundle(central, data)
    write_file(answers, done.answers)
    lines = bundle_words.imported_lines(done.taken, done.refused, done.parked, str(answers), acts=done.acts)
    print("\n".join(lines))
    return 1 if done.refused else 0
