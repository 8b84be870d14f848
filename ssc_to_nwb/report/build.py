"""Writes the pages: one per NWB file, and an index that leads to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import quote

from ssc_to_nwb import naming
from ssc_to_nwb.output_files import whole_file
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.reading.nwb_session import open_nwb_session
from ssc_to_nwb.report.file_record import FileRecord
from ssc_to_nwb.report.html import index_html, session_html
from ssc_to_nwb.report.index_page import make_entry, make_index
from ssc_to_nwb.report.page import make_page

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
    entries = []
    for number, (file, target) in enumerate(pages.items()):
        if on_page is not None:
            on_page(number, len(pages), file)
        record = FileRecord() if record_of is None else record_of(file)
        with open_nwb_session(file) as session:
            page = make_page(session, record=record)
            entries.append(make_entry(session, page, address=quote(target.name)))
        _write(target, session_html(page, index_address=INDEX))
    if on_page is not None and pages:
        on_page(len(pages), len(pages), list(pages)[-1])
    index = output / INDEX
    _write(index, index_html(make_index(entries)))
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
