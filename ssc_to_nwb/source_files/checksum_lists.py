"""The forms that lists of checksums come in: GNU, BSD, sums behind names, and what PowerShell's Get-FileHash prints.

A line that is none of them is not passed over in silence: a list that nobody understands protects nothing.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_HEX = "[0-9a-fA-F]"
# Hexadecimal digits of a sum, longest first, by the algorithm they come from.
_DIGITS = {128: "sha512", 96: "sha384", 64: "sha256", 56: "sha224", 40: "sha1", 32: "md5"}
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
_NAME_OF_ALGORITHM = re.compile(_ALGORITHM, re.IGNORECASE)
_RECORD_LINE = re.compile(r"(?P<key>Algorithm|Hash|Path)\s*: ?(?P<text>.*)", re.IGNORECASE)
_NOT_A_LINE = re.compile(r"[#;].*|[-\s]*|Algorithm\s+Hash\s+Path|\"?Algorithm\"?,\"?Hash\"?,\"?Path\"?", re.IGNORECASE)
# Digits enough for a sum, in one run or byte by byte.
_LIKE_A_SUM = re.compile(rf"(?<!{_HEX}){_HEX}{{24,}}(?!{_HEX})|(?<!{_HEX})(?:{_HEX}{{2}} ){{15,}}{_HEX}{{2}}(?!{_HEX})")
_CUT_NAMES = ("...", "\u2026")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedSum:
    """What a line says; name: of the file as it is listed, None for a sum alone; line: counted from 1."""

    name: str | None
    algorithm: str
    value: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecksumList:
    """The lines of a list; strange: numbers and texts of those that look like a sum and are not understood."""

    sums: tuple[ListedSum, ...]
    strange: tuple[tuple[int, str], ...]


def decode_list(content: bytes) -> str:
    """The text of a list: UTF-16 or UTF-8 where its mark says so (PowerShell writes one), else UTF-8."""
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    return content.decode(encoding, errors="replace")


def parse_list(text: str) -> ChecksumList:
    """All lines of a list."""
    lines = list(enumerate(text.splitlines(), start=1))
    records = any(_RECORD_LINE.fullmatch(line.strip()) for _, line in lines)
    sums, strange = [], []
    for number, line in _records(lines) if records else lines:
        line = line.strip()
        if _NOT_A_LINE.fullmatch(line):
            continue
        found = _listed_sum(line, number)
        if found is not None:
            sums.append(found)
        elif _LIKE_A_SUM.search(line):
            strange.append((number, line))
    return ChecksumList(sums=tuple(sums), strange=tuple(strange))


def _listed_sum(line: str, number: int) -> ListedSum | None:
    for form in _FORMS:
        match = form.fullmatch(line)
        if match is None:
            continue
        groups = match.groupdict()
        value, name = groups["value"].lower(), groups["name"]
        algorithm = _DIGITS[len(value)]
        named = groups.get("algorithm")
        cut = name is not None and name.rstrip().endswith(_CUT_NAMES)
        # A table without room has no path: in its place is the algorithm.
        if cut or (named is None and name is not None and _NAME_OF_ALGORITHM.fullmatch(name)):
            return None
        if named is not None and re.sub(r"-|SHA2-", "", named.upper()) not in _names(algorithm):
            return None
        return ListedSum(name=name if name is None else name.strip(), algorithm=algorithm, value=value, line=number)
    return None


def _names(algorithm: str) -> tuple[str, ...]:
    """What an algorithm is called once hyphens are taken away: `SHA2-256` comes down to `SHA2256`."""
    upper = algorithm.upper()
    return (upper, upper.replace("SHA", "SHA2"))


def _records(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Format-List as lines of a table: a key and its text on a line each, long texts go on on the next one."""
    record: dict[str, str] = {}
    first, key = 0, None
    for number, line in lines:
        match = _RECORD_LINE.fullmatch(line.strip())
        if match is None and line[:1].isspace() and line.strip() and key is not None:
            record[key] += line.strip()
            continue
        if match is None or match["key"].lower() in record:
            yield from _as_line(first, record)
            record, key = {}, None
        if match is not None:
            key = match["key"].lower()
            record[key] = match["text"].strip()
            first = first if len(record) > 1 else number
        elif line.strip():
            yield number, line
    yield from _as_line(first, record)


def _as_line(number: int, record: dict[str, str]) -> Iterator[tuple[int, str]]:
    if record:
        yield number, " ".join(record.get(key, "") for key in ("algorithm", "hash", "path")).strip()
