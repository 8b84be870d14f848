"""The page of a session: its sections in order, and the HTML made of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup, escape

from ssc_to_nwb.quantities import seconds_text
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.report import palette
from ssc_to_nwb.report.blocks import Gallery, Notes, Section
from ssc_to_nwb.report.contents_section import contents_section
from ssc_to_nwb.report.cue_section import cue_section
from ssc_to_nwb.report.findings_section import findings_section
from ssc_to_nwb.report.performance_section import performance, performance_section
from ssc_to_nwb.report.plane_section import plane_section
from ssc_to_nwb.report.provenance_section import ledger_section, provenance_section
from ssc_to_nwb.report.raster_section import raster_section
from ssc_to_nwb.report.touch_section import touch_section
from ssc_to_nwb.report.whisker_section import whisker_section

if TYPE_CHECKING:
    from jinja2 import Environment

# The sections of a page, in order.
SECTIONS: tuple[Callable[[NwbSession], Section], ...] = (
    contents_section,
    plane_section,
    raster_section,
    whisker_section,
    performance_section,
    cue_section,
    touch_section,
    findings_section,
    ledger_section,
    provenance_section,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPage:
    """A page before it is HTML. `facts`: names and values shown at the top."""

    title: str
    lead: str
    file_name: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]

    @property
    def summary(self) -> str:
        """The facts in one line."""
        unbroken = ((name, value.replace(" ", "\N{NO-BREAK SPACE}")) for name, value in self.facts)
        return " · ".join(f"{name}: {value}" for name, value in unbroken)

    @property
    def thumbnail(self) -> Markup:
        """The first picture of the planes; empty where there is none."""
        galleries = [block for section in self.sections for block in section.blocks if isinstance(block, Gallery)]
        return galleries[0].pictures[0].svg if galleries else Markup("")

    @property
    def warning_count(self) -> int:
        """Warnings found in the file."""
        notes = [block for section in self.sections for block in section.blocks if isinstance(block, Notes)]
        return sum(item.weight == "warning" for block in notes for item in block.items)


def make_page(session: NwbSession) -> SessionPage:
    """Everything of the page of a session."""
    return SessionPage(
        title=session.title,
        lead=str(session.nwbfile.session_description),
        file_name=session.file_name,
        facts=_facts(session),
        sections=tuple(make_section(session) for make_section in SECTIONS),
    )


def session_html(page: SessionPage, *, index_address: str) -> str:
    """The page as HTML that needs nothing else; index_address: where the list of sessions is."""
    from ssc_to_nwb._version import __version__

    template = _environment().get_template("session.html.j2")
    return template.render(page=page, style=_style(), index_address=index_address, version=__version__)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEntry:
    """A session in the index page."""

    address: str
    title: str
    summary: str
    thumbnail: Markup
    warnings: int


def index_html(entries: list[IndexEntry]) -> str:
    """The list of sessions as HTML that needs nothing else but the pages it leads to."""
    from ssc_to_nwb._version import __version__

    return _environment().get_template("index.html.j2").render(entries=entries, style=_style(), version=__version__)


def _facts(session: NwbSession) -> tuple[tuple[str, str], ...]:
    trials, whiskers = session.trials, sorted({trace.whisker for trace in session.whisker_traces})
    facts = [("trials", "none" if trials is None else f"{len(trials):,}")]
    if trials is not None and len(trials):
        ends = trials.numbers("stop_time")
        last = float(np.nanmax(ends)) if np.isfinite(ends).any() else float("nan")
        facts.append(("duration", seconds_text(last - float(np.nanmin(trials.numbers("start_time"))))))
        share = performance(trials)
        facts.append(("correct", f"{100 * share:.0f} %" if np.isfinite(share) else "no answers"))
    facts.append(("planes", f"{len(session.planes)}"))
    facts.append(("ROIs", f"{sum(plane.roi_numbers.size for plane in session.planes):,}"))
    facts.append(("whiskers", ", ".join(whiskers) or "none"))
    for name, table in (("touches", session.touches), ("licks", session.licks)):
        facts.append((name, "none" if table is None else f"{len(table):,}"))
    return tuple(facts)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("ssc_to_nwb.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["breakable"] = _breakable
    return environment


def _breakable(text: str) -> Markup:
    """A text that may be broken after a slash or an underscore, as paths inside the file are long."""
    return Markup(re.sub(r"([/_])", r"\1<wbr>", str(escape(text))))


def _style() -> Markup:
    sheet = resources.files("ssc_to_nwb.report").joinpath("templates/style.css").read_text(encoding="utf-8")
    sheet = sheet.replace("@LIGHT@", palette.css_variables(dark=False)).replace(
        "@DARK@", palette.css_variables(dark=True)
    )
    return Markup(sheet)
