"""The warnings of the conversion, as the record beside the file has them: of the source, not of this page."""

from __future__ import annotations

from ssc_to_nwb.quantities import plural
from ssc_to_nwb.report.blocks import Heading, Link, Section, Table, Text
from ssc_to_nwb.report.file_record import ConversionWarning, FileRecord

_HEADING = Heading(anchor="conversion", short="Conversion", title="Warnings of the conversion")
_NOT_KNOWN = "not known: no record of the conversion beside the file"


def conversion_section(record: FileRecord) -> Section:
    """A row per kind of warning, with its count and its first occurrence."""
    if record.warnings is None:
        return _HEADING.section(Text(text="There is no record of the conversion beside the file."))
    if not record.warnings:
        return _HEADING.section(Text(text="The conversion gave no warnings."))
    rows = tuple((one.title, f"{one.count:,}", one.first, one.identifier) for one in record.warnings)
    headings = ("warning", "times", "the first", "name")
    return _HEADING.section(
        Text(text="ssc-to-nwb explain NAME says what a warning means and what to do."),
        Table(headings=headings, rows=rows, numeric=headings[1:2], unbroken=headings[3:]),
    )


def conversion_warnings(warnings: tuple[ConversionWarning, ...] | None) -> str | Link:
    """`2 kinds, 5 warnings`, which leads to the list."""
    if warnings is None:
        return _NOT_KNOWN
    count = sum(one.count for one in warnings)
    if not count:
        return "none"
    return Link(text=f"{plural(len(warnings), 'kind')}, {plural(count, 'warning')}", address=f"#{_HEADING.anchor}")
