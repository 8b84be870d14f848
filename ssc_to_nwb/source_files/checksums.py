"""Lists of checksums beside the data, as downloads come with them: `checksums.md5`, `MD5SUMS`, `x.tar.gz.md5`..."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import Problem, ProblemLog, error
from ssc_to_nwb.source_files.checksum_lists import decode_list, parse_list
from ssc_to_nwb.system_files import is_system_name

_ALGORITHM = r"(?:md5|sha1|sha224|sha256|sha384|sha512)"
_LIST_NAME = re.compile(rf"(?:checksums?|{_ALGORITHM}(?:sums?)?)(?:\.\w+)?|.+\.{_ALGORITHM}(?:sums?)?", re.IGNORECASE)
_LARGEST_LIST_BYTES = 64 * 2**20
_BLOCK_BYTES = 2**20
_SHOWN_CHARACTERS = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Checksum:
    """What a list says of one file; algorithm: `md5`, `sha1`, `sha224`, `sha256`, `sha384` or `sha512`."""

    path: Path
    algorithm: str
    value: str
    listed_in: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundChecksums:
    """What lists say of files that are there, each saying once; problems: lists and lines that are not understood."""

    checksums: tuple[Checksum, ...]
    problems: tuple[Problem, ...]


def find_checksums(folders: Iterable[Path]) -> FoundChecksums:
    """What the lists in these folders (not below them) say; paths are absolute where the folders are.

    Raises source-not-readable.
    """
    log = ProblemLog()
    lookup = _Lookup()
    found: dict[tuple[Path, str, str], Checksum] = {}
    for folder in folders:
        if not folder.is_dir():
            continue
        for path in sorted(folder.iterdir()):
            if _LIST_NAME.fullmatch(path.name) and not is_system_name(path.name) and path.is_file():
                for checksum in _read_list(path, lookup, log=log):
                    found.setdefault((checksum.path, checksum.algorithm, checksum.value), checksum)
    return FoundChecksums(checksums=tuple(found.values()), problems=tuple(log.problems))


def _read_list(path: Path, lookup: _Lookup, *, log: ProblemLog) -> Iterator[Checksum]:
    """The lines of one list that name a file that is there.

    Names are relative to the list's folder; leading folders that are not there, such as that of the data set, are
    left out. Logs what is not understood. Raises source-not-readable.
    """
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= _LARGEST_LIST_BYTES else b""
    except OSError as failure:
        raise error(kinds.SOURCE_NOT_READABLE, file=path, found=failure) from failure
    listed = parse_list(decode_list(content))
    if listed.strange:
        number, text = listed.strange[0]
        count = f"{len(listed.strange)} line{'s' if len(listed.strange) > 1 else ''}"
        found = f"{count} like a checksum, line {number} first: {text[:_SHOWN_CHARACTERS]}"
        log.add(kinds.CHECKSUM_LIST_NOT_UNDERSTOOD, file=path, expected="lines such as `<sum>  <name>`", found=found)
    elif not listed.sums:
        found = "no line that is understood" if size <= _LARGEST_LIST_BYTES else f"{size} bytes"
        log.add(kinds.CHECKSUM_LIST_NOT_UNDERSTOOD, file=path, expected="lines such as `<sum>  <name>`", found=found)
    for line in listed.sums:
        file = _named_after(path) if line.name is None else lookup.find(path.parent, line.name)
        if file is not None:
            yield Checksum(path=file, algorithm=line.algorithm, value=line.value, listed_in=path)


def check_files(checksums: Iterable[Checksum], *, workers: int) -> None:
    """Read files and compare them with their checksums. Raises checksum-differs, source-not-readable."""
    with ThreadPoolExecutor(max_workers=workers) as pool:
        try:
            for _ in pool.map(_check, checksums):
                pass
        finally:
            pool.shutdown(cancel_futures=True)


def _check(checksum: Checksum) -> None:
    digest = hashlib.new(checksum.algorithm, usedforsecurity=False)
    try:
        with checksum.path.open("rb") as file:
            while block := file.read(_BLOCK_BYTES):
                digest.update(block)
    except OSError as failure:
        raise error(kinds.SOURCE_NOT_READABLE, file=checksum.path, found=failure) from failure
    if digest.hexdigest() != checksum.value:
        raise error(
            kinds.CHECKSUM_DIFFERS,
            file=checksum.path,
            expected=f"{checksum.algorithm} {checksum.value}, as {checksum.listed_in.name} says",
            found=digest.hexdigest(),
        )


def _named_after(listed_in: Path) -> Path | None:
    """A list of one nameless value is about the file it is named after: `x.tar.gz.md5`."""
    beside = listed_in.with_suffix("")
    return beside if beside.is_file() else None


@dataclass(slots=True, kw_only=True)
class _Lookup:
    """Finds files by listed names, also where a disk changed upper and lower case; folders are read once."""

    folders: dict[Path, dict[str, list[str]]] = field(default_factory=dict)

    def find(self, folder: Path, name: str) -> Path | None:
        """The file of this name, with as many of its leading folders as there are; None where none is there."""
        parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in (".", "/", "//")]
        if ".." in parts:
            return None
        for first in range(len(parts)):
            file = self._below(folder, parts[first:])
            if file is not None:
                return file
        return None

    def _below(self, folder: Path, parts: list[str]) -> Path | None:
        if any(part.endswith(":") for part in parts):
            return None
        file = folder.joinpath(*parts)
        if file.is_file():
            return file
        path = folder
        for part in parts:
            fitting = self._names(path).get(part.casefold(), [])
            if len(fitting) != 1:
                return None
            path = path / fitting[0]
        return path if path.is_file() else None

    def _names(self, folder: Path) -> dict[str, list[str]]:
        if folder not in self.folders:
            names: dict[str, list[str]] = {}
            for path in folder.iterdir() if folder.is_dir() else ():
                names.setdefault(path.name.casefold(), []).append(path.name)
            self.folders[folder] = names
        return self.folders[folder]


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal; memory does not grow with the file. Raises OSError."""
    with path.open("rb", buffering=0) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
