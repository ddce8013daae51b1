"""A disk as a power cut finds it, rebuilt from a trace of what a program asked of it.

A write, a truncation, a new name, a renaming, a removal may or may not be on the disk until it was synced: data by
``fsync`` of the file, names by ``fsync`` of the folder (or of the new file itself, as journalling file systems do).
Of the unsynced data everything, nothing, any part may be there, torn at 512 bytes; of the unsynced names any first
ones. Not modelled: writes that go to a wrong place.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

SECTOR = 512
TRACED = (
    "openat", "close", "pwrite64", "write", "ftruncate", "unlink", "unlinkat", "rename", "renameat", "renameat2",
    "fsync", "fdatasync",
)  # fmt: skip
ACK = b"ACK "


class Call(NamedTuple):
    """One system call that succeeded: its texts apart, since they are most of a trace."""

    name: str
    arguments: str
    texts: tuple[bytes, ...]
    result: int


_WHOLE = re.compile(r"^(\d+) +(\w+)\((.*)\) += (-?\d+)")
_BEGUN = re.compile(r"^(\d+) +(\w+)\((.*) <unfinished \.\.\.>$")
_RESUMED = re.compile(r"^(\d+) +<\.\.\. (\w+) resumed>(.*)\) += (-?\d+)")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


def calls(trace: Path) -> Iterator[Call]:
    """Read ``strace -f -qq -xx`` of ``TRACED``: every call that succeeded, in order of its end."""
    begun: dict[str, str] = {}
    with trace.open(encoding="ascii") as lines:
        for line in lines:
            if found := _BEGUN.match(line):
                begun[found[1]] = found[3]
                continue
            if found := _RESUMED.match(line):
                arguments = begun.pop(found[1], "") + found[3]
            elif found := _WHOLE.match(line):
                arguments = found[3]
            else:
                continue
            if int(found[4]) >= 0:
                texts = tuple(bytes.fromhex(text.replace("\\x", "")) for text in _TEXT.findall(arguments))
                yield Call(found[2], _TEXT.sub("", arguments), texts, int(found[4]))


@dataclass
class Disk:
    """What is durable, what is not yet, under one folder. Paths are relative to it.

    Attributes:
        said: what the program had said by now, in order.
    """

    root: Path
    said: list[str] = field(default_factory=list)
    _contents: dict[int, bytearray] = field(default_factory=dict)
    _names: dict[str, int] = field(default_factory=dict)
    _live: dict[str, int] = field(default_factory=dict)
    _data: list[tuple[int, int, bytes | None]] = field(default_factory=list)
    _renamings: list[tuple[str, int | None, str]] = field(default_factory=list)
    _open: dict[int, str | int] = field(default_factory=dict)
    _appends: dict[int, int] = field(default_factory=dict)

    def hold(self) -> None:
        """Take what is under the folder now as durable."""
        for path in sorted(self.root.rglob("*")):
            if path.is_file():
                name = path.relative_to(self.root).as_posix()
                self._names[name] = self._live[name] = len(self._contents)
                self._contents[len(self._contents)] = bytearray(path.read_bytes())

    def take(self, call: Call) -> None:
        """Apply one call of the trace."""
        number = int(re.match(r"\d*", call.arguments)[0] or -1)  # type: ignore[index]
        match call.name:
            case "openat":
                self._opened(call)
            case "close":
                self._open.pop(number, None)
            case "write" if number == 1:
                for text in call.texts:
                    self.said += [line.removeprefix(ACK).decode() for line in text.splitlines() if line.startswith(ACK)]
            case "write" | "pwrite64" | "ftruncate":
                self._wrote(call, self._open.get(number))
            case "fsync" | "fdatasync":
                self._synced(self._open.get(number))
            case "unlink" | "unlinkat" | "rename" | "renameat" | "renameat2":
                self._renamed([self._name(text) for text in call.texts])

    def _name(self, text: bytes) -> str | None:
        path = Path(text.decode())
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else None

    def _opened(self, call: Call) -> None:
        name = self._name(call.texts[0])
        if name is None or name.endswith("-shm"):
            self._open.pop(call.result, None)
            return
        if "O_DIRECTORY" in call.arguments or (self.root / name).is_dir():
            self._open[call.result] = name
            return
        if name not in self._live:
            if "O_CREAT" not in call.arguments:
                return
            number = self._live[name] = len(self._contents)
            self._contents[number] = bytearray()
            self._renamings.append(("create", number, name))
        elif "O_TRUNC" in call.arguments:
            self._data.append((self._live[name], 0, None))
        self._open[call.result] = self._live[name]
        self._appends[self._live[name]] = 0

    def _wrote(self, call: Call, file: str | int | None) -> None:
        if not isinstance(file, int):
            return
        last = int(call.arguments.rsplit(", ", 1)[-1])
        if call.name == "ftruncate":
            self._data.append((file, last, None))
            return
        data = call.texts[0][: call.result]
        offset = last if call.name == "pwrite64" else self._appends.get(file, 0)
        self._appends[file] = offset + len(data)
        self._data.append((file, offset, data))

    def _synced(self, file: str | int | None) -> None:
        if isinstance(file, int):
            for one in self._data:
                if one[0] == file:
                    _apply(self._contents[file], one)
            self._data = [one for one in self._data if one[0] != file]
            self._settle(lambda renaming: renaming[0] == "create" and renaming[1] == file)
        elif file is not None:
            folder = "" if file == "." else f"{file}/"
            self._settle(lambda renaming: renaming[2].rpartition("/")[0] == folder.rstrip("/"))

    def _settle(self, chosen: Callable[[tuple[str, int | None, str]], bool]) -> None:
        for one in self._renamings:
            if chosen(one):
                _rename(self._names, one)
        self._renamings = [one for one in self._renamings if not chosen(one)]

    def _renamed(self, names: list[str | None]) -> None:
        if names[0] is None or names[0] not in self._live:
            return
        number = self._live.pop(names[0])
        if len(names) == 1:
            self._renamings.append(("remove", number, names[0]))
        elif names[1] is not None:
            self._live[names[1]] = number
            self._renamings += [("rename", number, names[1]), ("remove", number, names[0])]

    def cut(self, rng: random.Random) -> dict[str, bytes]:
        """Return every file as a power cut now leaves it: one of many ways."""
        mode = rng.choice(["none", "subset", "torn", "all"])
        share = {"none": 0.0, "all": 1.0}.get(mode, 0.5)
        contents = {number: bytearray(data) for number, data in self._contents.items()}
        for number, offset, data in self._data:
            if rng.random() >= share:
                continue
            kept = data
            if mode == "torn" and data is not None and len(data) > SECTOR:
                kept = data[: SECTOR * rng.randrange(len(data) // SECTOR + 1)]
            _apply(contents[number], (number, offset, kept))
        names = dict(self._names)
        for renaming in self._renamings[: rng.choice([0, len(self._renamings), rng.randint(0, len(self._renamings))])]:
            _rename(names, renaming)
        return {name: bytes(contents[number]) for name, number in names.items()}


def _apply(content: bytearray, write: tuple[int, int, bytes | None]) -> None:
    _, offset, data = write
    if data is None:
        if len(content) > offset:
            del content[offset:]
        else:
            content.extend(bytes(offset - len(content)))
        return
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


def _rename(names: dict[str, int], renaming: tuple[str, int | None, str]) -> None:
    kind, number, name = renaming
    if kind == "remove":
        if names.get(name) == number:
            del names[name]
    else:
        assert number is not None
        names[name] = number
