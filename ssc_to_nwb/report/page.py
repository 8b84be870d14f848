"""The pages, one per NWB file and an index: HTML that needs nothing else, no script, no network, one file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from markupsafe import Markup, escape

from ssc_to_nwb import naming
from ssc_to_nwb._version import __version__
from ssc_to_nwb.output_files import whole_file
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.quantities import plural
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.reading.opened_session import open_nwb_session
from ssc_to_nwb.report import palette
from ssc_to_nwb.report.blocks import Block, Notes
from ssc_to_nwb.report.cue_section import cue_section
from ssc_to_nwb.report.file_record import Badge, FileRecord, badges, conversion_section
from ssc_to_nwb.report.findings_section import findings_section
from ssc_to_nwb.report.methods import methods_section
from ssc_to_nwb.report.performance_section import performance_section
from ssc_to_nwb.report.plane_section import NO_TRACE, SCALE, plane_activities, plane_section, scale_rules, thumbnail
from ssc_to_nwb.report.raster_section import raster_section
from ssc_to_nwb.report.responses import touch_section
from ssc_to_nwb.report.source_sections import contents_section, ledger_section, provenance_section
from ssc_to_nwb.report.summary import Row, key_numbers, summary_rows
from ssc_to_nwb.report.trace_sections import motion_section, whisker_section

if TYPE_CHECKING:
    from jinja2 import Environment

INDEX = "index.html"
OnPage = Callable[[int, int, Path], None]


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
    whether the data are made up; thumbnail: the first plane, None where there is none. For the index: dataset: name and
    title, empty where the file has none; counts: what the totals are sums of; among them the warnings of the
    conversion, as far as its record is there, and those found in the file.
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
    dataset: str
    animal: str
    counts: Mapping[str, int]

    @property
    def summary(self) -> str:
        """The facts in one line."""
        unbroken = ((name, value.replace(" ", "\N{NO-BREAK SPACE}")) for name, value in self.facts)
        return " · ".join(f"{name}: {value}" for name, value in unbroken)


def build_pages(
    files: Iterable[Path],
    *,
    output: Path,
    record_of: Callable[[Path], FileRecord] | None = None,
    on_page: OnPage | None = None,
) -> tuple[Path, ...]:
    """Write a page for each file and the index, over those of an earlier run; returns the pages, the index first.

    record_of: what is recorded beside a file; on_page: called with the number of finished pages, of all, and the file
    that is next, or was the last. Raises report-name-taken, nwb-file-missing, nwb-file-unreadable, and OSError where
    `output` can't be written.
    """
    by_page: dict[Path, Path] = {}
    for file in files:
        target = output / f"{naming.nwb_stem(file)}.html"
        if target in by_page:
            raise error(kinds.REPORT_NAME_TAKEN, file=file, found=by_page[target], detail=target.name)
        by_page[target] = file
    output.mkdir(parents=True, exist_ok=True)
    made: dict[str, SessionPage] = {}
    for number, (target, file) in enumerate(by_page.items()):
        if on_page is not None:
            on_page(number, len(by_page), file)
        with open_nwb_session(file) as session:
            page = make_page(session, record=None if record_of is None else record_of(file))
        _write(target, "session.html.j2", page=page, index_address=INDEX)
        # The index needs no sections, whose pictures take megabytes.
        made[quote(target.name)] = replace(page, sections=())
    if on_page is not None and by_page:
        on_page(len(by_page), len(by_page), list(by_page.values())[-1])
    _write(output / INDEX, "index.html.j2", index=_index_texts(made))
    return (output / INDEX, *by_page)


def make_page(session: NwbSession, *, record: FileRecord | None = None) -> SessionPage:
    """Everything of the page of a session; record: what is recorded beside its file."""
    record = record or FileRecord()
    sections = _sections(session, record=record)
    notes = [block for section in sections for block in section.blocks if isinstance(block, Notes)]
    found = sum(len(one.warnings) for one in notes)
    dataset = session.metadata.get("dataset", {})
    name = ": ".join(str(dataset[key]) for key in ("name", "title") if dataset.get(key))
    return SessionPage(
        title=session.title,
        lead=str(session.nwbfile.session_description),
        file_name=session.file_name,
        facts=tuple(key_numbers(session)),
        rows=summary_rows(session, record=record, warnings=found),
        badges=badges(record),
        synthetic=session.is_synthetic,
        sections=sections,
        thumbnail=thumbnail(session),
        dataset=f"CRCNS {name}" if name else "",
        animal=session.subject_id,
        counts={
            "trials": len(session.trials),
            "planes": len(session.planes),
            "ROIs": session.roi_count,
            "touches": len(session.touches),
            "licks": len(session.licks),
            "warnings": found + sum(one["count"] for one in record.warnings or ()),
        },
    )


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
        ("methods", "Methods", "Methods, to copy", methods_section(session)),
        ("ledger", "Ledger", "What became of the source", ledger_section(session)),
        ("provenance", "Provenance", "Provenance", provenance_section(session)),
        ("contents", "Contents", "What is in the file", contents_section(session)),
    )
    return tuple(
        Section(anchor=anchor, short=short, title=title, blocks=tuple(blocks), folded=anchor == "contents")
        for anchor, short, title, blocks in parts
    )


def _index_texts(pages: Mapping[str, SessionPage]) -> dict[str, Any]:
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


def _write(target: Path, template: str, **values: Any) -> None:
    text = environment().get_template(template).render(style=_style(), version=__version__, **values)
    with whole_file(target, overwrite=True) as building:
        building.write_text(text, encoding="utf-8")


@cache
def environment() -> Environment:
    """The templates."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("ssc_to_nwb.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(breakable=_breakable, plural=plural)
    environment.globals.update(scale_colours=SCALE, no_trace_colour=NO_TRACE)
    return environment


def _breakable(text: str) -> Markup:
    """A text that may be broken after a slash or an underscore, as paths inside the file are long."""
    return Markup(re.sub(r"([/_])", r"\1<wbr>", str(escape(text))))


def _style() -> Markup:
    sheet = resources.files("ssc_to_nwb.report").joinpath("templates/style.css").read_text(encoding="utf-8")
    light, dark = (palette.css_variables(dark=dark) for dark in (False, True))
    return Markup(sheet.replace("@LIGHT@", light).replace("@DARK@", dark).replace("@SCALE@", scale_rules()))
