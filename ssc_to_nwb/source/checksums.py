"""Lists of checksums beside the data, as downloads come with them: `checksums.md5`, `MD5SUMS`, `x.tar.gz.md5`..."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ssc_to_nwb.problems import output_kinds
from ssc_to_nwb.problems import run_kinds as kinds
from ssc_to_nwb.problems.model import error

_LIST_NAME = re.compile(
    r"(?:checksums?|(?:md5|sha1|sha256|sha512)(?:sums?)?)(?:\.\w+)?|.+\.(?:md5|sha1|sha256|sha512)", re.I
)
_GNU_LINE = re.compile(r"\\?(?P<value>[0-9a-fA-F]{32,128})(?:\s+\*?(?P<name>\S.*))?")
_BSD_LINE = re.compile(r"(?:MD5|SHA1|SHA256|SHA512) ?\((?P<name>.+)\) ?= ?(?P<value>[0-9a-fA-F]+)")
_ALGORITHMS = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}
_LARGEST_LIST_BYTES = 64 * 2**20
_BLOCK_BYTES = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Checksum:
    """What a list says of one file; algorithm: `md5`, `sha1`, `sha256` or `sha512`."""

    path: Path
    algorithm: str
    value: str
    listed_in: Path


def find_checksums(folders: Iterable[Path]) -> dict[Path, Checksum]:
    """What the lists in these folders (not below them) say, by the absolute path of a file that is there.

    Raises source-not-readable.
    """
    found: dict[Path, Checksum] = {}
    for folder in folders:
        if not folder.is_dir():
            continue
        for path in sorted(folder.iterdir()):
            if _LIST_NAME.fullmatch(path.name) and path.is_file() and path.stat().st_size <= _LARGEST_LIST_BYTES:
                found.update((checksum.path, checksum) for checksum in read_checksums(path))
    return found


def read_checksums(path: Path) -> Iterator[Checksum]:
    """The lines of one list that name a file that is there; lines of other forms are passed over.

    Names are relative to the list's folder; leading folders that are not there, such as that of the data set, are
    left out. Raises source-not-readable.
    """
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as failure:
        raise error(output_kinds.SOURCE_NOT_READABLE, file=path, found=failure) from failure
    for line in lines:
        match = _GNU_LINE.fullmatch(line.strip()) or _BSD_LINE.fullmatch(line.strip())
        algorithm = None if match is None else _ALGORITHMS.get(len(match["value"]))
        if match is None or algorithm is None:
            continue
        file = _named_file(path, match["name"])
        if file is not None:
            yield Checksum(path=file, algorithm=algorithm, value=match["value"].lower(), listed_in=path)


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
        raise error(output_kinds.SOURCE_NOT_READABLE, file=checksum.path, found=failure) from failure
    if digest.hexdigest() != checksum.value:
        raise error(
            kinds.CHECKSUM_DIFFERS,
            file=checksum.path,
            expected=f"{checksum.algorithm} {checksum.value}, as {checksum.listed_in.name} says",
            found=digest.hexdigest(),
        )


def _named_file(listed_in: Path, name: str | None) -> Path | None:
    if name is None:
        # A list of one nameless value is about the file it is named after: `x.tar.gz.md5`.
        beside = listed_in.with_suffix("")
        return beside if beside.is_file() else None
    parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part != "."]
    if ".." in parts:
        return None
    for first in range(len(parts)):
        file = listed_in.parent.joinpath(*parts[first:])
        if file.is_file():
            return file
    return None
