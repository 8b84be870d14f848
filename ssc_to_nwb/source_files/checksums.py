"""Lists of checksums beside the data, in the forms of GNU, BSD, OpenSSL and PowerShell; and hashes of files.

A line that is none of them is not passed over in silence: a list that nobody understands protects nothing.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

from ssc_to_nwb.grouping import grouped
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemLog, error
from ssc_to_nwb.system_files import is_system_name

# Hexadecimal digits of a sum, longest first, by the algorithm they come from.
_DIGITS = {128: "sha512", 96: "sha384", 64: "sha256", 56: "sha224", 40: "sha1", 32: "md5"}
_NAMES = "|".join(_DIGITS.values())
_LIST_NAME = re.compile(rf"(?:checksums?|(?:{_NAMES})(?:sums?)?)(?:\.\w+)?|.+\.(?:{_NAMES})(?:sums?)?", re.IGNORECASE)
_LARGEST_LIST_BYTES = 64 * 2**20
_SHOWN_CHARACTERS = 80
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_HEX = "[0-9a-fA-F]"
_VALUE = "(?P<value>" + "|".join(f"{_HEX}{{{digits}}}" for digits in _DIGITS) + ")"
_ALGORITHM = r"(?P<algorithm>MD5|SHA-?(?:1|2-)?(?:224|256|384|512)?)"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        # PowerShell's table, also as it is exported (CSV): before the others, which would take MD5 for a name.
        rf'"?{_ALGORITHM}"?[\s,;]+"?{_VALUE}"?[\s,;]+"?(?P<name>[^"]+)"?',
        # BSD, OpenSSL: MD5 (name) = sum.
        rf"{_ALGORITHM} ?\((?P<name>.+)\) ?= ?{_VALUE}",
        # GNU: sum, two spaces or a space and an asterisk, name; the name alone may be missing.
        rf"\\?{_VALUE}(?:[\s,;]+\*?(?P<name>\S.*))?",
        # The same turned round.
        rf"\*?(?P<name>\S.*?)[\s:=,;]+{_VALUE}",
    )
)
# PowerShell's Format-List: a key and its text on a line each, long texts go on on the next one.
_RECORD = re.compile(
    "".join(
        rf"{before}[ \t]*{key}[ \t]*:(?P<{key}>.*(?:\n[ \t]+\S.*)*){after}"
        for before, key, after in (("^", "Algorithm", ""), (r"\n", "Hash", ""), (r"(?:\n", "Path", ")?"))
    ),
    re.IGNORECASE | re.MULTILINE,
)
_NAME_OF_ALGORITHM = re.compile(_ALGORITHM, re.IGNORECASE)
_NOT_A_LINE = re.compile(r"[#;].*|[-\s]*|Algorithm\s+Hash\s+Path|\"?Algorithm\"?,\"?Hash\"?,\"?Path\"?", re.IGNORECASE)
# Digits enough for a sum, in one run or byte by byte.
_LIKE_A_SUM = re.compile(rf"(?<!{_HEX}){_HEX}{{24,}}(?!{_HEX})|(?<!{_HEX})(?:{_HEX}{{2}} ){{15,}}{_HEX}{{2}}(?!{_HEX})")
_CUT_NAMES = ("...", "\u2026")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checksum:
    """What a list says of one file; algorithm: `md5`, `sha1`, `sha224`, `sha256`, `sha384` or `sha512`."""

    path: Path
    algorithm: str
    value: str
    listed_in: Path


def find_checksums(folders: Iterable[Path], *, log: ProblemLog) -> tuple[Checksum, ...]:
    """What the lists in these folders (not below them) say of files that are there, each saying once.

    Paths are absolute where the folders are. Logs lists and lines that are not understood. Raises source-not-readable.
    """
    lookup = _Lookup()
    found: dict[tuple[Path, str, str], Checksum] = {}
    for folder in folders:
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if _LIST_NAME.fullmatch(path.name) and not is_system_name(path.name) and path.is_file():
                for checksum in _read_list(path, lookup, log=log):
                    found.setdefault((checksum.path, checksum.algorithm, checksum.value), checksum)
    return tuple(found.values())


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
    understood, strange = 0, []
    for number, line in enumerate(_lines(content), start=1):
        listed = None if _NOT_A_LINE.fullmatch(line) else _listed_sum(line)
        if listed is not None:
            understood += 1
            name, value = listed
            file = _named_after(path) if name is None else lookup.find(path.parent, name)
            if file is not None:
                yield Checksum(path=file, algorithm=_DIGITS[len(value)], value=value, listed_in=path)
        elif _LIKE_A_SUM.search(line):
            strange.append(f"line {number} first: {line[:_SHOWN_CHARACTERS]}")
    found = "no line that is understood" if size <= _LARGEST_LIST_BYTES else f"{size} bytes"
    if strange:
        found = f"{len(strange)} line{'s' if len(strange) > 1 else ''} like a checksum, {strange[0]}"
    if strange or not understood:
        log.add(kinds.CHECKSUM_LIST_NOT_UNDERSTOOD, file=path, expected="lines such as `<sum>  <name>`", found=found)


def _lines(content: bytes) -> Iterator[str]:
    """The lines of a list, a record in one: UTF-16 or UTF-8 where a mark says so (PowerShell's), else UTF-8."""
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    text = "\n".join(content.decode(encoding, errors="replace").splitlines())
    return map(str.strip, _RECORD.sub(_in_one_line, text).split("\n"))


def _in_one_line(record: re.Match[str]) -> str:
    """A record as a line of a table, and as many lines as it had."""
    texts = ("".join(map(str.strip, text.split("\n"))) for text in record.groups(default=""))
    return " ".join(texts) + "\n" * record[0].count("\n")


def _listed_sum(line: str) -> tuple[str | None, str] | None:
    """The name of the file, None for a sum alone, and the sum; None for a line that is not understood."""
    match = next(filter(None, (form.fullmatch(line) for form in _FORMS)), None)
    if match is None:
        return None
    groups = match.groupdict()
    name, value, named = groups["name"], groups["value"].lower(), groups.get("algorithm")
    if name is not None and name.rstrip().endswith(_CUT_NAMES):
        return None
    # A table without room has no path: in its place is the algorithm.
    if named is None and name is not None and _NAME_OF_ALGORITHM.fullmatch(name):
        return None
    # `SHA2-256`, `SHA-256` and `SHA256` are one.
    if named is not None and named.lower().replace("sha2-", "sha").replace("-", "") != _DIGITS[len(value)]:
        return None
    return None if name is None else name.strip(), value


def check_files(checksums: Iterable[Checksum], *, workers: int) -> None:
    """Read files and compare them with their checksums. Raises checksum-differs, source-not-readable."""
    with ThreadPoolExecutor(max_workers=workers) as pool:
        try:
            for _ in pool.map(_check, checksums):
                pass
        finally:
            pool.shutdown(cancel_futures=True)


def _check(checksum: Checksum) -> None:
    try:
        found = _hash_of(checksum.path, checksum.algorithm)
    except OSError as failure:
        raise error(kinds.SOURCE_NOT_READABLE, file=checksum.path, found=failure) from failure
    if found != checksum.value:
        raise error(
            kinds.CHECKSUM_DIFFERS,
            file=checksum.path,
            expected=f"{checksum.algorithm} {checksum.value}, as {checksum.listed_in.name} says",
            found=found,
        )


def _named_after(listed_in: Path) -> Path | None:
    """A list of one nameless value is about the file it is named after: `x.tar.gz.md5`."""
    beside = listed_in.with_suffix("")
    return beside if beside.is_file() else None


class _Lookup:
    """Finds files by listed names, also where a disk changed upper and lower case; folders are read once."""

    def __init__(self) -> None:
        # What is in a folder, by its name in one case.
        self._names = cache(
            lambda folder: grouped(folder.iterdir() if folder.is_dir() else (), lambda path: path.name.casefold())
        )

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
            path = fitting[0]
        return path if path.is_file() else None


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal; memory does not grow with the file. Raises OSError."""
    return _hash_of(path, "sha256")


def _hash_of(path: Path, algorithm: str) -> str:
    with path.open("rb", buffering=0) as file:
        return hashlib.file_digest(file, lambda: hashlib.new(algorithm, usedforsecurity=False)).hexdigest()
