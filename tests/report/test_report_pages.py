"""The pages: whole in themselves, linked, labelled, and true to their files."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from made_sessions import Converted, problem_raised
from page_checks import parse_page

from ssc_to_nwb import naming
from ssc_to_nwb.report.build import build_pages, nwb_files
from ssc_to_nwb.report.page import SECTIONS, SessionPage


def test_one_page_per_file_named_after_it_and_an_index(pages: tuple[Path, ...], converted_raw: Converted) -> None:
    assert [page.name for page in pages][:2] == ["index.html", converted_raw.path.stem + ".html"]
    assert len(pages) == 4
    assert sorted(pages[0].parent.iterdir()) == sorted(pages)


def test_pages_need_nothing_but_themselves(pages: tuple[Path, ...]) -> None:
    for path in pages:
        page = parse_page(path)
        assert "script" not in page.tags
        assert all(source.startswith(("#", "data:")) for source in page.sources)
        assert not re.search(r"@import|url\((?!#)", path.read_text(encoding="utf-8"))


def test_links_lead_somewhere(pages: tuple[Path, ...]) -> None:
    for path in pages:
        page = parse_page(path)
        assert page.links
        for link in page.links:
            if link.startswith("#"):
                assert link[1:] in page.ids
            elif not link.startswith("https://doi.org/10."):
                assert (path.parent / unquote(link)).is_file(), link


def test_ids_are_unique(pages: tuple[Path, ...]) -> None:
    for path in pages:
        ids = parse_page(path).ids
        assert len(ids) == len(set(ids))


def test_every_picture_has_an_alternative_text(pages: tuple[Path, ...]) -> None:
    for path in pages:
        page = parse_page(path)
        assert page.unlabelled == []
    assert parse_page(pages[1]).tags.count("svg") >= 10


def test_the_index_names_every_session(pages: tuple[Path, ...]) -> None:
    index = parse_page(pages[0])
    assert "an900002, 2013-12-02" in index.text
    assert "an900007, 2013-12-01" in index.text
    assert "trials: 16" in index.text


def test_sections_in_order(rich_page: SessionPage) -> None:
    anchors = [section.heading.anchor for section in rich_page.sections]
    assert anchors == [
        "contents", "planes", "dff", "whiskers", "performance", "cue", "touch", "findings", "ledger", "provenance",
    ]  # fmt: skip
    assert len(anchors) == len(SECTIONS)


def test_a_section_of_something_lacking_says_so(pages: tuple[Path, ...]) -> None:
    text = parse_page(pages[3]).text
    for what in (
        "imaging planes",
        "dF/F",
        "whisker traces",
        "trials",
        "auditory cue to align to",
        "ledger of its source",
    ):
        assert f"This file holds no {what}" in text
    assert "Nothing was found" in text


def test_texts_of_the_file_are_escaped(pages: tuple[Path, ...]) -> None:
    assert "&lt;b&gt;bare&lt;/b&gt; &amp; empty" in pages[3].read_text(encoding="utf-8")


def test_no_path_of_the_machine(pages: tuple[Path, ...], converted_raw: Converted) -> None:
    for path in pages:
        assert str(converted_raw.path.parents[2]) not in path.read_text(encoding="utf-8")


def test_the_same_file_gives_the_same_page(bare_file: Path, converted_raw: Converted, pages, tmp_path: Path) -> None:
    again = build_pages([converted_raw.path, bare_file], output=tmp_path)
    assert again[1].read_bytes() == pages[1].read_bytes()


def test_pages_of_an_earlier_run_are_replaced(bare_file: Path, tmp_path: Path) -> None:
    (tmp_path / "bare.html").write_text("old")
    build_pages([bare_file], output=tmp_path)
    assert "old" not in (tmp_path / "bare.html").read_text(encoding="utf-8").split("<body>")[0]
    assert {path.name for path in tmp_path.iterdir()} == {"bare.html", "index.html"}


def test_two_files_of_one_name(bare_file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / "bare.nwb"
    other.parent.mkdir()
    other.write_bytes(bare_file.read_bytes())
    with problem_raised() as found:
        build_pages([bare_file, other], output=tmp_path / "pages")
    assert found[0].kind.identifier == "report-name-taken"
    assert not (tmp_path / "pages").exists()


def test_files_are_found_in_folders_finished_ones_only(tmp_path: Path) -> None:
    names = ("sub-b/sub-b_ses-1.nwb", "sub-a/sub-a_ses-1.nwb", "sub-a/note.txt")
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    naming.in_progress_path(tmp_path / "sub-a" / "sub-a_ses-2.nwb", "0" * 8).write_text("")
    (tmp_path / "sub-c" / "sub-c_ses-1.nwb.zarr").mkdir(parents=True)
    found = [path.relative_to(tmp_path.resolve()).as_posix() for path in nwb_files([tmp_path, tmp_path / names[0]])]
    assert found == ["sub-a/sub-a_ses-1.nwb", "sub-b/sub-b_ses-1.nwb", "sub-c/sub-c_ses-1.nwb.zarr"]


@pytest.mark.parametrize("name", ["absent.nwb", "empty"])
def test_nothing_to_report_on(name: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with problem_raised() as found:
        nwb_files([tmp_path / name])
    assert found[0].kind.identifier == "nwb-file-missing"
