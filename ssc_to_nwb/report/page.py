"""The page of a session: its sections in order, and the HTML made of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.report.activity import plane_activities
from ssc_to_nwb.report.blocks import Notes, Section
from ssc_to_nwb.report.contents_section import contents_section
from ssc_to_nwb.report.conversion_section import conversion_section
from ssc_to_nwb.report.cue_section import cue_section
from ssc_to_nwb.report.file_record import Badge, FileRecord, badges
from ssc_to_nwb.report.findings_section import findings_section
from ssc_to_nwb.report.methods_section import methods_section
from ssc_to_nwb.report.motion_section import motion_section
from ssc_to_nwb.report.performance_section import performance_section
from ssc_to_nwb.report.plane_section import plane_section, thumbnail
from ssc_to_nwb.report.provenance_section import ledger_section, provenance_section
from ssc_to_nwb.report.raster_section import raster_section
from ssc_to_nwb.report.summary import Row, key_numbers, summary_rows
from ssc_to_nwb.report.touch_section import touch_section
from ssc_to_nwb.report.whisker_section import whisker_section


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPage:
    """A page before it is HTML.

    facts: names and values shown large; rows: names and values of the summary; badges: verified, validated; synthetic:
    whether the data are made up; thumbnail: the first plane, empty where there is none.
    """

    title: str
    lead: str
    file_name: str
    facts: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    badges: tuple[Badge, ...]
    synthetic: bool
    sections: tuple[Section, ...]
    thumbnail: Markup
    conversion_warnings: int

    @property
    def summary(self) -> str:
        """The facts in one line."""
        unbroken = ((name, value.replace(" ", "\N{NO-BREAK SPACE}")) for name, value in self.facts)
        return " · ".join(f"{name}: {value}" for name, value in unbroken)

    @property
    def warning_count(self) -> int:
        """Warnings of the conversion, as far as its record is there, and those found in the file."""
        return self.conversion_warnings + _warning_count(self.sections)


def _warning_count(sections: Iterable[Section]) -> int:
    notes = [block for section in sections for block in section.blocks if isinstance(block, Notes)]
    return sum(item.weight == "warning" for block in notes for item in block.items)


def _sections(session: NwbSession, *, record: FileRecord) -> tuple[Section, ...]:
    """The sections of a page, in order. What two of them need of all traces is taken once."""
    activities = plane_activities(session.planes)
    return (
        plane_section(session, activities=activities),
        raster_section(session),
        motion_section(session),
        whisker_section(session),
        performance_section(session),
        cue_section(session),
        touch_section(session),
        findings_section(session, activities=activities),
        conversion_section(record),
        methods_section(session),
        ledger_section(session),
        provenance_section(session),
        contents_section(session),
    )


def make_page(session: NwbSession, *, record: FileRecord | None = None) -> SessionPage:
    """Everything of the page of a session; record: what is recorded beside its file."""
    record = record or FileRecord()
    sections = _sections(session, record=record)
    return SessionPage(
        title=session.title,
        lead=str(session.nwbfile.session_description),
        file_name=session.file_name,
        facts=key_numbers(session),
        rows=summary_rows(session, record=record, warnings=_warning_count(sections)),
        badges=badges(record),
        synthetic=session.is_synthetic,
        sections=sections,
        thumbnail=thumbnail(session),
        conversion_warnings=sum(one.count for one in record.warnings or ()),
    )
