"""Chunks give back what was packed, compress well, and refuse what does not fit together."""

from __future__ import annotations

import random

import msgspec
import pytest
import zstandard

from cases.audit import bucket_digest, fingerprint
from cases.errors import InputError
from cases.events import EventId
from cases.merge import FieldHead, FieldState, Reached, RecordState
from cases.snapshot import PackedRecord, pack, unpack

SEED = 20261124


def record(chance: random.Random, *, plain: bool) -> PackedRecord:
    device, agent = f"{chance.randrange(3):032x}", f"{chance.randrange(3):032x}"

    def head(value: str | None, seq: int) -> FieldHead:
        return FieldHead(value, EventId(device, 1, seq), 1_700_000_000_000 + seq, agent, 40 + seq)

    fields = {f"/q{number}": FieldState((head(f"v{number}", number // 2 + 1),), number // 4) for number in range(5)}
    if not plain:
        fields["/both"] = FieldState((head("a", 9), head(None, 8)), 3, (Reached(EventId(device, 2, 3), None),))
        fields["/settled"] = FieldState((head("x", 9),), 3, (), (EventId(device, 1, 1),))
    name = f"{chance.getrandbits(128):032x}"
    kind = chance.choice(["case", "citizen"])
    return PackedRecord(kind, name, RecordState(fields), 99, 5, 7, chance.choice([None, 6]))


def test_what_is_packed_comes_back() -> None:
    chance = random.Random(SEED)
    records = [record(chance, plain=chance.random() < 0.7) for _ in range(200)]
    records.append(PackedRecord("case", "0" * 32, RecordState({}), 1, 1, 1, None))
    data = pack(records)
    found = unpack(data).records
    assert found == [each._replace(state=RecordState(dict(sorted(each.state.fields.items())))) for each in records]
    assert pack(found) == data


def test_nothing_packs_to_nothing() -> None:
    assert unpack(pack([])).records == []


def test_a_plain_record_costs_little_more_than_its_values() -> None:
    chance = random.Random(SEED)
    records = [record(chance, plain=True) for _ in range(1000)]
    assert len(zstandard.ZstdCompressor(level=9).compress(pack(records))) < 30 * len(records)


@pytest.mark.parametrize("place", range(22))
def test_a_column_that_does_not_fit_is_refused(place: int) -> None:
    chance = random.Random(SEED + place)
    columns = msgspec.json.decode(pack([record(chance, plain=number % 3 > 0) for number in range(9)]))
    if columns[place]:
        columns[place] = columns[place][:-1]
    else:
        columns[place] = [1]
    with pytest.raises(InputError, match=r"snapshot\.malformed"):
        unpack(msgspec.json.encode(columns))


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"[[[[", b"null"])
def test_what_is_no_chunk_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match=r"snapshot\.malformed"):
        unpack(data)


def test_fingerprints_tell_any_difference() -> None:
    chance = random.Random(SEED)
    one = record(chance, plain=False)
    other = one._replace(state=RecordState({**one.state.fields, "/q0": FieldState((), 0)}))
    prints = [fingerprint(each.record_type, each.record_id, each.state) for each in (one, one, other)]
    assert prints[0] == prints[1] != prints[2]
    assert bucket_digest({"a": "1", "b": "2"}) == bucket_digest({"b": "2", "a": "1"}) != bucket_digest({"a": "1"})
