from __future__ import annotations

import msgspec
import pytest
import zstandard

from cases.errors import InputError
from sync import wire
from sync.messages import Exchange, Head


def refused(data: bytes, limit: int = 1000) -> str:
    with pytest.raises(InputError) as caught:
        wire.decompress(data, limit=limit)
    return caught.value.code


def test_message_comes_back_as_it_was_sent() -> None:
    message = Exchange(cursors={"office-é": 41}, limit=3)
    assert wire.decode(wire.encode(message), Exchange) == message
    assert wire.decode(msgspec.json.encode(message), Exchange, encoding="") == message


def test_every_cut_of_a_frame_is_refused() -> None:
    frame = wire.compress(b"deux dossiers" * 40)
    for length in range(len(frame)):
        assert refused(frame[:length]) == "wire.malformed"


def test_frame_that_swells_past_the_limit_is_refused_before_memory_is_taken() -> None:
    bomb = zstandard.ZstdCompressor().compress(b"\0" * (64 * 1024 * 1024))
    assert len(bomb) < 10_000
    assert refused(bomb) == "wire.too_large"


def test_frame_that_lies_about_its_length_is_refused() -> None:
    bomb = bytearray(zstandard.ZstdCompressor().compress(b"\0" * (64 * 1024 * 1024)))
    bomb[5:9] = (500).to_bytes(4, "little")
    assert refused(bytes(bomb)) == "wire.malformed"


def test_frame_without_a_length_or_with_something_behind_is_refused() -> None:
    unsized = zstandard.ZstdCompressor(write_content_size=False).compress(b"abc")
    assert refused(unsized) == "wire.malformed"
    assert refused(wire.compress(b"abc") + b"x") == "wire.malformed"


@pytest.mark.parametrize(
    "data", [b"<html>", b"", b'{"head":"x"}', b"[" * 100_000, b'{"head":' + b"9" * 5000 + b"}", b"\xff"]
)
def test_what_is_no_message_is_refused_plainly(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        wire.decode(data, Head, encoding="")
    assert caught.value.code == "wire.malformed"


def test_unknown_fields_of_a_newer_end_are_ignored() -> None:
    assert wire.decode(b'{"head":3,"new":[1]}', Head, encoding="") == Head(3)


def test_encoding_that_we_do_not_speak_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        wire.decode(b"", Head, encoding="gzip")
    assert caught.value.code == "wire.encoding"
