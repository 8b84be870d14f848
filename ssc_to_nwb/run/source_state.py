"""The state of a session's source files: which there are, how large, of when, and what is in them where that was asked.

Two states are compared file by file, so that a run can say what changed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from ssc_to_nwb.problems import output_kinds
from ssc_to_nwb.problems.model import error

_HASH_BLOCK_BYTES = 2**20
_SHOWN_CHANGES = 5
_NO_HASH = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileState:
    """One file: name relative to the folder of the session file, bytes, time of change, and SHA-256 where known."""

    name: str
    size: int
    mtime_ns: int
    sha256: str | None = None

    def same_as(self, other: FileState) -> bool:
        """Same content where both hashes are known, else same size and time."""
        if self.size != other.size:
            return False
        if self.sha256 is not None and other.sha256 is not None:
            return self.sha256 == other.sha256
        return self.mtime_ns == other.mtime_ns


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """All files of a session, sorted by name; `root` is the folder that names are relative to."""

    root: Path
    files: tuple[FileState, ...]

    @property
    def byte_size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    @property
    def digest(self) -> str:
        """One value for the whole state, hashes aside."""
        lines = "".join(f"{file.size} {file.mtime_ns} {file.name}\n" for file in self.files)
        return hashlib.sha256(lines.encode("utf-8", "surrogateescape")).hexdigest()

    def changes_since(self, earlier: SourceState) -> tuple[str, ...]:
        """What differs from an earlier state, in words; empty where nothing does."""
        return tuple(_differences(earlier, self))

    def with_hashes(self, *, workers: int, check: Callable[[], None]) -> SourceState:
        """The same state with the SHA-256 of every file; `check` is called now and then and may raise to stop it.

        Raises source-not-readable.
        """

        def hashed(file: FileState) -> FileState:
            return replace(file, sha256=sha256_of(self.root / file.name, check=check))

        with ThreadPoolExecutor(max_workers=workers) as pool:
            return replace(self, files=tuple(pool.map(hashed, self.files)))

    def as_lines(self) -> str:
        """A readable text: a line per file with size, time, hash and name."""
        return "".join(
            f"{file.size} {file.mtime_ns} {file.sha256 or _NO_HASH} {file.name}\n" for file in self.files
        )

    @classmethod
    def from_lines(cls, text: str, *, root: Path) -> SourceState:
        """The state that `as_lines` wrote. Raises ValueError on a line that is not of that form."""
        files = []
        for line in text.split("\n")[:-1]:
            size, mtime_ns, digest, name = line.split(" ", 3)
            files.append(
                FileState(
                    name=name, size=int(size), mtime_ns=int(mtime_ns), sha256=None if digest == _NO_HASH else digest
                )
            )
        return cls(root=root, files=tuple(files))


def take_state(root: Path, paths: Iterable[Path]) -> SourceState:
    """The state of files, each below `root` or anywhere else; folders stand for all files below them.

    A file that is a link counts as what it points to. Raises source-not-readable.
    """
    states = []
    for path in paths:
        for file, status in _with_status(path):
            states.append(FileState(name=_name(file, root), size=status.st_size, mtime_ns=status.st_mtime_ns))
    return SourceState(root=root, files=tuple(sorted(states, key=lambda state: state.name)))


def sha256_of(path: Path, *, check: Callable[[], None]) -> str:
    """SHA-256 of a file's bytes. Raises source-not-readable, and whatever `check` raises."""
    digest = hashlib.sha256()
    block = bytearray(_HASH_BLOCK_BYTES)
    try:
        with path.open("rb", buffering=0) as file:
            while count := file.readinto(block):
                digest.update(memoryview(block)[:count])
                check()
    except OSError as failure:
        raise error(output_kinds.SOURCE_NOT_READABLE, file=path, found=failure) from failure
    return digest.hexdigest()


def _with_status(path: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Every file at or below `path` with its status; tens of thousands of stacks make scandir worth it."""
    try:
        if not path.is_dir():
            yield str(path), path.stat()
            return
        folders = [str(path)]
        while folders:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    else:
                        yield entry.path, _status(entry)
    except OSError as failure:
        raise error(output_kinds.SOURCE_NOT_READABLE, file=failure.filename or path, found=failure) from failure


def _status(entry: os.DirEntry[str]) -> os.stat_result:
    try:
        return entry.stat()
    except FileNotFoundError:
        # A link to nothing has a state of its own; a file that has just gone fails here once more.
        return entry.stat(follow_symlinks=False)


def _name(file: str, root: Path) -> str:
    prefix = str(root) + os.sep
    name = file[len(prefix) :] if file.startswith(prefix) else file
    return name.replace(os.sep, "/")


def _differences(earlier: SourceState, later: SourceState) -> Iterator[str]:
    old = {file.name: file for file in earlier.files}
    new = {file.name: file for file in later.files}
    changed = [
        f"source file {name}: {_how(old[name], file)}"
        for name, file in new.items()
        if name in old and not file.same_as(old[name])
    ]
    for words, names in (("appeared", new.keys() - old.keys()), ("is gone", old.keys() - new.keys())):
        changed += [f"source file {name} {words}" for name in sorted(names)]
    yield from changed[:_SHOWN_CHANGES]
    if len(changed) > _SHOWN_CHANGES:
        yield f"and {len(changed) - _SHOWN_CHANGES} more source files"


def _how(old: FileState, new: FileState) -> str:
    if old.size != new.size:
        return f"{old.size} bytes then, {new.size} now"
    return "other content" if old.sha256 and new.sha256 else "another time of change"
