"""Writes the pages: one per NWB file, and an index that leads to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

from ssc_to_nwb import naming
from ssc_to_nwb.output_files import whole_file
from ssc_to_nwb.problems import report_kinds as kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.reading.nwb_session import open_nwb_session
from ssc_to_nwb.report.page import IndexEntry, index_html, make_page, session_html
from ssc_to_nwb.system_files import is_system_name, is_system_path

INDEX = "index.html"


def nwb_files(paths: Iterable[Path]) -> tuple[Path, ...]:
    """The NWB files among the paths and below those that are folders, sorted within a folder, each once.

    Raises nwb-file-missing where a path does not exist, or a folder holds none.
    """
    found: dict[Path, None] = {}
    for path in paths:
        given = (path.name.endswith(naming.NWB_SUFFIXES) or path.is_file()) and not is_system_name(path.name)
        inside = [path] if given else sorted(_below(path))
        if not path.exists() or not inside:
            raise error(kinds.NWB_FILE_MISSING, file=path)
        found.update(dict.fromkeys(one.resolve() for one in inside))
    return tuple(found)


def _below(folder: Path) -> Iterator[Path]:
    """NWB files in a folder and its subfolders; hidden ones are unfinished."""
    for suffix in naming.NWB_SUFFIXES:
        found = (path for path in folder.rglob(f"*{suffix}") if not path.name.startswith("."))
        # A pipe has the name of a file and would make the program wait forever.
        there = (path for path in found if path.is_file() or path.is_dir())
        yield from (path for path in there if not is_system_path(path.relative_to(folder).parts))


def build_pages(files: Iterable[Path], *, output: Path) -> tuple[Path, ...]:
    """Write a page for each file and the index, over those of an earlier run; returns the pages, the index first.

    Raises report-name-taken, nwb-file-missing, nwb-file-unreadable, and OSError where `output` can't be written.
    """
    pages = _page_paths(files, output=output)
    output.mkdir(parents=True, exist_ok=True)
    entries = []
    for file, target in pages.items():
        with open_nwb_session(file) as session:
            page = make_page(session)
        _write(target, session_html(page, index_address=INDEX))
        entries.append(
            IndexEntry(
                address=quote(target.name),
                title=page.title,
                summary=page.summary,
                thumbnail=page.thumbnail,
                warnings=page.warning_count,
            )
        )
    index = output / INDEX
    _write(index, index_html(entries))
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
