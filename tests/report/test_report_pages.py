"""The pages: whole in themselves, linked, labelled, and true to their files."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import pytest
from made_sessions import Converted, problem_raised
from page_checks import parse_page

from ssc_to_nwb.report.file_record import FileRecord
from ssc_to_nwb.report.page import SessionPage, build_pages


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


def test_the_index_names_the_dataset_its_totals_and_what_the_marks_mean(pages: tuple[Path, ...]) -> None:
    text = " ".join(parse_page(pages[0]).text.split())
    assert "CRCNS ssc-1: Calcium imaging data from vibrissal S1 neurons" in text
    assert "sessions3animals3trials25" in text
    assert "Pictures: the green master image of the first plane." in text
    assert "2 of these sessions are made up" in text


def test_made_up_data_are_marked(pages: tuple[Path, ...]) -> None:
    assert "SYNTHETIC These data are made up" in " ".join(parse_page(pages[1]).text.split())
    assert "SYNTHETIC" not in parse_page(pages[3]).text


def test_the_summary_comes_first(pages: tuple[Path, ...], converted_raw: Converted) -> None:
    text = " ".join(parse_page(pages[1]).text.split())
    head = text[: text.index("Imaging planes and ROIs")]
    for part in (
        "Not known whether verified",
        "Not validated",
        "an900002, Mus musculus, male, 6-8 weeks",
        "genotypesynthetic-modification-1; synthetic-modification-2",
        "SSp-bfd, vibrissal primary somatosensory cortex (barrel field), left hemisphere",
        "0 to 15 µm below the first plane of each subvolume; the depth below the pia is not in the source",
        "3 planes in 2 subvolumes, 7 Hz each, 64 x 96 pixels (rows x columns) of 6.25 x 9.38 µm",
        "fov_04002 is subvolume 04, plane 002",
        "16, numbered 2 to 18 (3 ErrL",
        "warnings of the conversionnot known: no record of the conversion beside the file",
        "warnings of this page2 warnings",
        "censusdoes not have this session",
    ):
        assert part in head


def test_verified_and_digest_are_those_of_the_record(bare_file: Path, tmp_path: Path) -> None:
    record = FileRecord(verified="full", digest="abc123", validation=(0, 1))
    page = build_pages([bare_file], output=tmp_path, record_of=lambda _: record)[1]
    text = " ".join(parse_page(page).text.split())
    assert "Verified Every field and every frame equal the source." in text
    assert "Valid no errors, 1 warning" in text
    assert "digestabc123" in text


@pytest.mark.usefixtures("few_pictures")
def test_warnings_of_the_conversion_are_counted_apart_and_lead_to_their_list(
    convert_once: Callable[..., Converted], tmp_path: Path
) -> None:
    converted = convert_once(subvolumes=(), whisker_data=False, trials_with_nan_valve_time=(1,))
    warnings = (
        {
            "identifier": "values-nan",
            "count": 4,
            "first": {"title": "Values are not a number (NaN)", "field": "angle", "found": "7 of 9"},
        },
        {"identifier": "trial-untyped", "count": 1, "first": {"title": "A trial has no type", "found": "trial 3"}},
    )
    record = FileRecord(verified="full", warnings=warnings)
    index, page = build_pages([converted.path], output=tmp_path, record_of=lambda _: record)
    assert "<p>7 warnings</p>" in index.read_text("utf-8")
    html = page.read_text("utf-8")
    assert '<a href="#conversion">2 kinds, 5 warnings</a>' in html
    assert '<a href="#findings">2 warnings</a>' in html
    listed = html[html.index('id="conversion"') : html.index('id="methods"')]
    for part in ("Values are not a number (NaN)", ">4<", "angle, 7 of 9", "values-nan", "trial-untyped"):
        assert part in listed


@pytest.mark.parametrize(
    ("warnings", "said"), [((), "conversionnone"), (None, "conversionnot known: no record")], ids=["none", "no record"]
)
def test_no_warnings_are_not_an_unknown_number(
    warnings: tuple[()] | None, said: str, bare_file: Path, tmp_path: Path
) -> None:
    record = FileRecord(warnings=warnings)
    page = build_pages([bare_file], output=tmp_path, record_of=lambda _: record)[1]
    assert f"warnings of the {said}" in " ".join(parse_page(page).text.split())


def test_the_contents_come_last_and_folded(pages: tuple[Path, ...]) -> None:
    html = pages[1].read_text(encoding="utf-8")
    assert html.index("<details><summary><h2") > html.index('id="provenance"')


def test_sections_in_order(rich_page: SessionPage) -> None:
    anchors = [section.anchor for section in rich_page.sections]
    assert anchors == [
        "planes", "dff", "motion", "whiskers", "performance", "cue", "touch", "findings", "conversion", "methods",
        "ledger", "provenance", "contents",
    ]  # fmt: skip


def test_a_section_of_something_lacking_says_so(pages: tuple[Path, ...]) -> None:
    text = parse_page(pages[3]).text
    for what in (
        "imaging planes",
        "dF/F",
        "shifts of the motion correction",
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


@pytest.mark.long
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
