"""What is recorded beside an NWB file: verified, validated, the digest, and the warnings of its conversion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ssc_to_nwb.quantities import plural
from ssc_to_nwb.report.blocks import Block, Link, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """What the runs of this program left beside a file; the default is a file without a record.

    verified: how the file was compared with its source before it got its name (`full`, `sample`, `off`); changed:
    whether it has changed since; digest: of its content as it was then; validation: errors and warnings, accepted ones
    aside, of the last validation of the file as it is now; warnings: of the conversion, each kind once, as its record
    has them: identifier, count and the first problem.
    """

    verified: str | None = None
    changed: bool = False
    digest: str | None = None
    validation: tuple[int, int] | None = None
    warnings: tuple[Mapping[str, Any], ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """One answer at the top of a page, with a word on how it was found."""

    text: str
    detail: str
    state: Literal["good", "bad", "open"]


def badges(record: FileRecord) -> tuple[Badge, ...]:
    """Verified or not, validated or not."""
    return (_verified(record), _validated(record))


def _verified(record: FileRecord) -> Badge:
    if record.verified is None:
        return Badge(
            text="Not known whether verified",
            detail="There is no record of the conversion beside the file. ssc-to-nwb verify compares it again.",
            state="open",
        )
    if record.changed:
        detail = "The file has another size or time than when it was compared with its source."
        return Badge(text="Changed since it was verified", detail=detail, state="bad")
    if record.verified == "off":
        return Badge(text="Not verified", detail="It was converted with --verify off.", state="bad")
    frames = "every frame" if record.verified == "full" else "a tenth of the frames"
    detail = f"Every field and {frames} equal the source."
    return Badge(text="Verified" if record.verified == "full" else "Verified in part", detail=detail, state="good")


def _validated(record: FileRecord) -> Badge:
    if record.validation is None:
        detail = "ssc-to-nwb validate has not looked at the file as it is now."
        return Badge(text="Not validated", detail=detail, state="open")
    errors, warnings = record.validation
    counts = f"{_counted(errors, 'error')}, {_counted(warnings, 'warning')}"
    detail = f"{counts} in the schema, best practice, DANDI's rules and the checks of this project."
    return Badge(text="Not valid" if errors else "Valid", detail=detail, state="bad" if errors else "good")


def _counted(count: int, word: str) -> str:
    return plural(count, word) if count else f"no {word}s"


def conversion_section(record: FileRecord) -> Iterator[Block]:
    """A row per kind of warning, with its count and its first occurrence."""
    if record.warnings is None:
        yield "There is no record of the conversion beside the file."
    elif not record.warnings:
        yield "The conversion gave no warnings."
    else:
        yield "ssc-to-nwb explain NAME says what a warning means and what to do."
        rows = tuple(_warning_row(**recorded) for recorded in record.warnings)
        yield Table(headings=("warning", "times", "the first", "name"), rows=rows, numeric=(1,), unbroken=(3,))


def _warning_row(*, identifier: str, count: int, first: Mapping[str, Any]) -> tuple[str, ...]:
    where = ", ".join(str(first[key]) for key in ("field", "found", "detail") if first.get(key))
    return first["title"], f"{count:,}", where, identifier


def conversion_warnings(record: FileRecord) -> str | Link:
    """`2 kinds, 5 warnings`, which leads to the list."""
    if record.warnings is None:
        return "not known: no record of the conversion beside the file"
    if not record.warnings:
        return "none"
    count = sum(one["count"] for one in record.warnings)
    return Link(text=f"{plural(len(record.warnings), 'kind')}, {plural(count, 'warning')}", address="#conversion")
