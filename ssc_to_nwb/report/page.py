"""The page of a session, its sections in order, and the page that leads to those of all sessions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ssc_to_nwb.quantities import plural
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.report.blocks import Block, Notes, ToCopy
from ssc_to_nwb.report.cue_section import cue_section
from ssc_to_nwb.report.file_record import Badge, FileRecord, badges, conversion_section
from ssc_to_nwb.report.findings_section import findings_section
from ssc_to_nwb.report.methods import bibliography, methods_text
from ssc_to_nwb.report.performance_section import performance_section
from ssc_to_nwb.report.plane_section import plane_activities, plane_section, thumbnail
from ssc_to_nwb.report.raster_section import raster_section
from ssc_to_nwb.report.responses import touch_section
from ssc_to_nwb.report.source_sections import contents_section, ledger_section, provenance_section
from ssc_to_nwb.report.summary import Row, key_numbers, summary_rows
from ssc_to_nwb.report.trace_sections import motion_section, whisker_section


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the page; short is its name in the list of sections; a folded one opens with a click."""

    anchor: str
    short: str
    title: str
    blocks: tuple[Block, ...]
    folded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPage:
    """A page before it is HTML.

    facts: names and values shown large; rows: names and values of the summary; badges: verified, validated; synthetic:
    whether the data are made up; thumbnail: the first plane, None where there is none. For the index: warning_count,
    warnings of the conversion, as far as its record is there, and those found in the file; dataset: name and title,
    empty where the file has none; counts: what the totals are sums of.
    """

    title: str
    lead: str
    file_name: str
    facts: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    badges: tuple[Badge, ...]
    synthetic: bool
    sections: tuple[Section, ...]
    thumbnail: Mapping[str, Any] | None
    warning_count: int
    dataset: str
    animal: str
    counts: Mapping[str, int]

    @property
    def summary(self) -> str:
        """The facts in one line."""
        unbroken = ((name, value.replace(" ", "\N{NO-BREAK SPACE}")) for name, value in self.facts)
        return " · ".join(f"{name}: {value}" for name, value in unbroken)


def _sections(session: NwbSession, *, record: FileRecord) -> tuple[Section, ...]:
    """The sections of a page, in order. What two of them need of all traces is taken once."""
    activities = plane_activities(session.planes)
    parts: tuple[tuple[str, str, str, Iterator[Block]], ...] = (
        ("planes", "Planes", "Imaging planes and ROIs", plane_section(session, activities=activities)),
        ("dff", "dF/F", "dF/F of all ROIs", raster_section(session)),
        ("motion", "Motion", "Motion correction", motion_section(session)),
        ("whiskers", "Whiskers", "Whiskers", whisker_section(session)),
        ("performance", "Performance", "Outcomes and performance", performance_section(session)),
        ("cue", "Cue", "Licks and touches around the cue", cue_section(session)),
        ("touch", "Responses", "Responses to touch and whisking", touch_section(session)),
        ("findings", "Warnings", "Gaps and warnings", findings_section(session, activities=activities)),
        ("conversion", "Conversion", "Warnings of the conversion", conversion_section(record)),
        ("methods", "Methods", "Methods, to copy", _methods_section(session)),
        ("ledger", "Ledger", "What became of the source", ledger_section(session)),
        ("provenance", "Provenance", "Provenance", provenance_section(session)),
        ("contents", "Contents", "What is in the file", contents_section(session)),
    )
    return tuple(
        Section(anchor=anchor, short=short, title=title, blocks=tuple(blocks), folded=anchor == "contents")
        for anchor, short, title, blocks in parts
    )


def _methods_section(session: NwbSession) -> Iterator[Block]:
    """The text, and the entry for a bibliography."""
    yield "From what the file says and nothing else. One click marks the text."
    yield from (ToCopy(text=text) for text in (methods_text(session), bibliography(session)) if text)


def make_page(session: NwbSession, *, record: FileRecord | None = None) -> SessionPage:
    """Everything of the page of a session; record: what is recorded beside its file."""
    record = record or FileRecord()
    sections = _sections(session, record=record)
    notes = [block for section in sections for block in section.blocks if isinstance(block, Notes)]
    found = sum(len(one.warnings) for one in notes)
    warning_count = found + sum(one["count"] for one in record.warnings or ())
    dataset = session.metadata.get("dataset", {})
    name = ": ".join(str(dataset[key]) for key in ("name", "title") if dataset.get(key))
    return SessionPage(
        title=session.title,
        lead=str(session.nwbfile.session_description),
        file_name=session.file_name,
        facts=key_numbers(session),
        rows=summary_rows(session, record=record, warnings=found),
        badges=badges(record),
        synthetic=session.is_synthetic,
        sections=sections,
        thumbnail=thumbnail(session),
        warning_count=warning_count,
        dataset=f"CRCNS {name}" if name else "",
        animal=session.subject_id,
        counts={
            "trials": len(session.trials),
            "planes": len(session.planes),
            "ROIs": sum(plane.roi_numbers.size for plane in session.planes),
            "touches": len(session.touches),
            "licks": len(session.licks),
            "warnings": warning_count,
        },
    )


def index_texts(pages: Mapping[str, SessionPage]) -> dict[str, Any]:
    """What the index says of the pages, which are by their addresses: title, totals by name, how many are made up."""
    # Datasets that differ are all named.
    names = list(dict.fromkeys(page.dataset for page in pages.values() if page.dataset))
    totals = Counter({"sessions": len(pages), "animals": len({page.animal for page in pages.values()})})
    for page in pages.values():
        totals.update(page.counts)
    return {
        "title": "; ".join(names) or plural(len(pages), "session"),
        "totals": {name: f"{count:,}" for name, count in totals.items()},
        "synthetic_count": sum(page.synthetic for page in pages.values()),
        "pages": pages,
    }
