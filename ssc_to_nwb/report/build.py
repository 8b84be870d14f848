"""Writes the pages, one per NWB file and an index: HTML that needs nothing else, no script, no network, one file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
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
from ssc_to_nwb.reading.opened_session import open_nwb_session
from ssc_to_nwb.report import palette
from ssc_to_nwb.report.file_record import FileRecord
from ssc_to_nwb.report.page import SessionPage, index_texts, make_page
from ssc_to_nwb.report.plane_section import NO_TRACE, SCALE, scale_rules

if TYPE_CHECKING:
    from jinja2 import Environment

INDEX = "index.html"
OnPage = Callable[[int, int, Path], None]


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
    pages = _page_paths(files, output=output)
    output.mkdir(parents=True, exist_ok=True)
    made: dict[str, SessionPage] = {}
    for number, (file, target) in enumerate(pages.items()):
        if on_page is not None:
            on_page(number, len(pages), file)
        record = FileRecord() if record_of is None else record_of(file)
        with open_nwb_session(file) as session:
            page = make_page(session, record=record)
        _write(target, _html("session.html.j2", page=page, index_address=INDEX))
        # The index needs no sections, whose pictures take megabytes.
        made[quote(target.name)] = replace(page, sections=())
    if on_page is not None and pages:
        on_page(len(pages), len(pages), list(pages)[-1])
    index = output / INDEX
    _write(index, _html("index.html.j2", index=index_texts(made)))
    return (index, *pages.values())


def _page_paths(files: Iterable[Path], *, output: Path) -> dict[Path, Path]:
    pages: dict[Path, Path] = {}
    for file in files:
        page = output / f"{naming.nwb_stem(file)}.html"
        taken = next((other for other, path in pages.items() if path == page), None)
        if taken is not None:
            raise error(kinds.REPORT_NAME_TAKEN, file=file, found=taken, detail=page.name)
        pages[file] = page
    return pages


def _write(target: Path, text: str) -> None:
    with whole_file(target, overwrite=True) as building:
        building.write_text(text, encoding="utf-8")


def _html(template: str, **values: Any) -> str:
    return environment().get_template(template).render(style=_style(), version=__version__, **values)


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
    environment.filters["breakable"] = _breakable
    environment.globals.update(scale_colours=SCALE, no_trace_colour=NO_TRACE)
    return environment


def _breakable(text: str) -> Markup:
    """A text that may be broken after a slash or an underscore, as paths inside the file are long."""
    return Markup(re.sub(r"([/_])", r"\1<wbr>", str(escape(text))))


def _style() -> Markup:
    sheet = resources.files("ssc_to_nwb.report").joinpath("templates/style.css").read_text(encoding="utf-8")
    sheet = sheet.replace("@LIGHT@", palette.css_variables(dark=False)).replace(
        "@DARK@", palette.css_variables(dark=True)
    )
    return Markup(sheet.replace("@SCALE@", scale_rules()))
