"""What the sections say and show, against what is true of the session."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from made_sessions import Assembled, Converted, Struct, array
from PIL import Image

from ssc_to_nwb.analysis.psychometric import share_correct
from ssc_to_nwb.metadata import census
from ssc_to_nwb.metadata.census import SubvolumeSize
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.report.blocks import Block, Notes, Picture, Planes, Table
from ssc_to_nwb.report.figure import grey_address
from ssc_to_nwb.report.findings_section import findings_section
from ssc_to_nwb.report.page import SessionPage, environment
from ssc_to_nwb.report.performance_section import performance_section, psychometric_picture
from ssc_to_nwb.report.plane_section import plane_activities, plane_section
from ssc_to_nwb.report.raster_section import raster_section
from ssc_to_nwb.report.source_sections import ledger_section, provenance_section
from ssc_to_nwb.report.trace_sections import motion_section, ranges, whisker_section
from ssc_to_nwb.testing.matlab import EMPTY


def _text(section: Iterable[Block]) -> str:
    blocks = list(section)
    notes = [text for block in blocks if isinstance(block, Notes) for text in (*block.warnings, *block.infos)]
    return "\n".join([*(block for block in blocks if isinstance(block, str)), *notes])


def _tables(section: Iterable[Block]) -> list[Table]:
    return [block for block in section if isinstance(block, Table)]


def _section(page: SessionPage, anchor: str) -> tuple[Block, ...]:
    return next(section.blocks for section in page.sections if section.anchor == anchor)


def _findings(session: NwbSession) -> tuple[Block, ...]:
    return tuple(findings_section(session, activities=plane_activities(session.planes)))


def _cards(session: NwbSession) -> list[tuple[str, str]]:
    """Caption and HTML of every plane."""
    [planes] = [
        block
        for block in plane_section(session, activities=plane_activities(session.planes))
        if isinstance(block, Planes)
    ]
    template = environment().get_template("planes.html.j2").module
    return [(card["caption"], str(template.plane(card))) for card in planes.cards]


def test_facts(rich_page: SessionPage) -> None:
    facts = dict(rich_page.facts)
    assert (facts["trials"], facts["planes"], facts["ROIs"], facts["whiskers"]) == ("16", "3", "24", "c1, c2")
    assert facts["correct"] == "50 %"


def test_contents_list_every_kind_of_object_with_its_size(rich_page: SessionPage, converted_raw: Converted) -> None:
    rows = {row[0]: row for table in _tables(_section(rich_page, "contents")) for row in table.rows}
    assert rows["Two-photon frames, green"][1] == "3"
    assert rows["Two-photon frames, green"][2].endswith("× 96 × 64")
    assert rows["dF/F"][1:4] == ("3", "189 to 216 × 7 to 8", "dF/F")
    assert rows["Trials"][2] == "16 rows"
    assert rows["Whisker video"][2] == "16 files"
    assert rows["Licks"][4] == "events/licks"
    touches = sum(touch.onset_ms.size for touch in converted_raw.made.whisker.touches)
    assert rows["Touches"][2] == f"{touches} rows"


class TestCensus:
    @pytest.fixture
    def known(self, opened_raw: NwbSession, monkeypatch: pytest.MonkeyPatch) -> None:
        """A census that has the session, with its true sizes."""
        volumes: dict[str, SubvolumeSize] = {}
        for plane in opened_raw.planes:
            traces = plane.traces("dff")
            before = volumes.get(plane.name[:6])
            rois = len(traces.columns) + (0 if before is None else before.rois)
            volumes[plane.name[:6]] = SubvolumeSize(rois=rois, frames=len(traces))
        rows = tuple(volumes.values())
        monkeypatch.setattr(census, "read_census", lambda: {opened_raw.name: rows})

    def test_a_file_that_agrees(self, opened_raw: NwbSession, known: None) -> None:
        rows = dict(_tables(provenance_section(opened_raw))[0].rows)
        assert rows["census"].startswith("agrees, ")
        assert "census" not in _text(_findings(opened_raw))

    def test_a_file_that_differs_is_a_note(
        self, opened_raw: NwbSession, known: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rows = census.read_census()[opened_raw.name]
        monkeypatch.setattr(census, "read_census", lambda: {opened_raw.name: rows[1:]})
        [notes] = [block for block in _findings(opened_raw) if isinstance(block, Notes)]
        assert len([text for text in notes.infos if "census" in text]) == 1
        assert not [text for text in notes.warnings if "census" in text]
        assert dict(_tables(provenance_section(opened_raw))[0].rows)["census"].startswith("differs, ")

    def test_a_file_that_no_census_has(self, opened_raw: NwbSession) -> None:
        assert dict(_tables(provenance_section(opened_raw))[0].rows)["census"] == "does not have this session"


def _picture(svg: str) -> np.ndarray:
    """The first image of an SVG, (rows, columns), 0 to 255."""
    data = re.search(r'href="data:image/(?:webp|jpeg);base64,([^"]+)"', svg)
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data[1]))).convert("L"), dtype=np.float64)


def test_the_picture_is_the_master_image_within_the_tolerance_of_jpeg(opened_raw: NwbSession, converted_raw) -> None:
    for plane, (caption, html) in zip(converted_raw.made.planes, _cards(opened_raw), strict=True):
        assert plane.name in caption
        image = plane.master_image[:, :, 0].astype(np.float64)
        low, high = np.percentile(image, (1.0, 99.7))
        expected = 255 * np.clip((image - low) / (high - low), 0, 1) ** 0.7
        shown = _picture(html)
        assert shown.shape == image.shape
        assert np.sqrt(np.mean((shown - expected) ** 2)) < 8


def _corners(path: str) -> np.ndarray:
    """(C, 2) x, y of a path of relative steps, which counts in half pixels."""
    steps = np.array([float(number) for number in re.findall(r"-?\d+", path)]).reshape(-1, 2)
    return np.cumsum(steps, axis=0) / 2


def test_outlines_enclose_the_bright_cells_of_the_picture(opened_raw: NwbSession, converted_raw: Converted) -> None:
    for plane, (_, html) in zip(converted_raw.made.planes, _cards(opened_raw), strict=True):
        shown = _picture(html)
        background = np.median(shown)
        outlines = re.findall(r'<path class="r." d="([^"]+)"><title>ROI (\d+): ([^<]+)</title>', html)
        assert len(outlines) == len(plane.rois)
        for path, number, label in outlines:
            corners = _corners(path)
            column, row = corners.mean(axis=0).round().astype(int)
            roi = next(one for one in plane.rois if one.number == int(number))
            assert shown[min(row, shown.shape[0] - 1), min(column, shown.shape[1] - 1)] > 2 * background
            assert ("no trace" in label) is not roi.has_trace


def test_activity_is_events_per_minute(opened_raw: NwbSession, converted_raw: Converted) -> None:
    volume = converted_raw.made.subvolumes[0]
    for plane in opened_raw.planes[:2]:
        found = plane_activities([plane])[plane.name]
        assert found.unit == "events/min"
        for number, value in found.values.items():
            events = volume.matrices["event"][volume.ids.tolist().index(number)]
            minutes = np.isfinite(events).sum() / 7.0 / 60.0
            assert value == pytest.approx(np.nansum(events > 0) / minutes, rel=1e-3)


def test_activity_without_events_is_a_percentile_of_dff(assemble_edited: Callable[..., Assembled]) -> None:
    made = assemble_edited(arrays=("dff",))
    [plane] = made.session.planes
    found = plane_activities([plane])[plane.name]
    values = plane.traces("dff").to_numpy()
    assert "percentile" in found.quantity
    np.testing.assert_allclose(found.values, np.nanpercentile(values, 95, axis=0))


def test_an_image_of_one_value_and_of_none_can_be_shown() -> None:
    for image in (np.full((4, 6), 7.0), np.full((4, 6), np.nan)):
        assert _picture(f'href="{grey_address(image)}"').shape == (4, 6)


def test_planes_imaged_together_share_a_raster(opened_raw: NwbSession, converted_raw: Converted) -> None:
    pictures = [block for block in raster_section(opened_raw) if isinstance(block, Picture)]
    expected = [", ".join(plane.name for plane in volume.planes) for volume in converted_raw.made.subvolumes]
    assert [picture.caption.partition(";")[0] for picture in pictures][: len(expected)] == expected


def test_ranges_of_a_trace_hold_every_extreme() -> None:
    time_s = np.linspace(0, 10, 1001)
    values = np.sin(time_s)
    values[:100] = np.nan
    middle, low, high = ranges(time_s, values, bins=10)
    assert np.isnan(low[0])
    assert np.isnan(high[0])
    assert np.nanmax(high) == np.nanmax(values)
    assert np.nanmin(low) == np.nanmin(values)
    np.testing.assert_allclose(middle, np.arange(10) + 0.5)


def test_performance_counts_answers_only(opened_raw: NwbSession, converted_raw: Converted) -> None:
    types = converted_raw.made.trials.types
    hits, errors = (sum(kind.startswith(word) for kind in types) for word in ("Hit", "Err"))
    assert share_correct(opened_raw.trials["response"].to_numpy()) == hits / (hits + errors)


def test_the_table_of_outcomes_adds_up(rich_page: SessionPage, converted_raw: Converted) -> None:
    table = _tables(_section(rich_page, "performance"))[0]
    left, right, both = (dict(zip(table.headings, row, strict=True)) for row in table.rows)
    for name in ("hit", "error", "no lick", "trials"):
        assert int(left[name]) + int(right[name]) == int(both[name])
    assert int(left["hit"]) == converted_raw.made.trials.types.count("HitL")
    assert int(right["no lick"]) == converted_raw.made.trials.types.count("NoLickR")


def test_responses_are_counted(rich_page: SessionPage, converted_raw: Converted) -> None:
    text = _text(_section(rich_page, "touch"))
    traced = sum(roi.has_trace for roi in converted_raw.made.rois)
    assert re.search(rf"Touch: \d+ of {traced} tested ROIs respond", text)
    assert "Wilcoxon" in text


def test_findings_of_a_session_with_gaps(opened_raw: NwbSession, converted_raw: Converted) -> None:
    section = _findings(opened_raw)
    text = _text(section)
    missing = [roi.number for roi in converted_raw.made.rois if not roi.has_trace]
    assert f"ROIs with a mask and no dF/F: {', '.join(str(number) for number in missing)}." in text
    assert "as having valid imaging data: 18." in text
    assert "Trial numbers that the source leaves out: 9." in text
    assert "c1 angle 0.88 %" in text
    gaps = _tables(section)[0]
    assert sum(int(row[3]) for row in gaps.rows) == int(re.search(r"(\d+) imaging frames", text)[1])
    assert {row[0] for row in gaps.rows} == {plane.name for plane in converted_raw.made.planes}


def test_findings_of_an_awkward_session(opened_awkward: NwbSession) -> None:
    text = _text(_findings(opened_awkward))
    assert "1 trial without a type" in text
    assert "1 trial without a valve time of the left port" in text
    assert "ROIs with a trace and no mask" in text
    assert "samples with labels that are no trial of the source: 0, 9999" in text


def test_warnings_come_first(pages: tuple[Path, ...]) -> None:
    weights = re.findall(r'<li class="(warning|info)">', pages[1].read_text(encoding="utf-8"))
    assert weights == sorted(weights, reverse=True)
    assert {"warning", "info"} == set(weights)


def test_the_ledger_accounts_for_everything(opened_raw: NwbSession) -> None:
    section = list(ledger_section(opened_raw))
    table = _tables(section)[0]
    counts = {row[0]: int(row[1].replace(",", "")) for row in table.rows}
    assert counts["left out"] == 0
    assert f"Every one of the {sum(counts.values()):,} fields" in _text(section)
    assert sum(float(row[2].removesuffix(" %")) for row in table.rows) == pytest.approx(100, abs=0.3)


def test_provenance_names_tool_source_and_conditions(opened_raw: NwbSession, converted_raw: Converted) -> None:
    section = list(provenance_section(opened_raw))
    cells = [str(cell) for table in _tables(section) for row in table.rows for cell in row]
    assert converted_raw.made.mat_path.name in cells
    assert any(cell.startswith("ssc_to_nwb") for cell in cells)
    assert "Conditions of use" in _text(section)
    assert any("https://doi.org/10.1016/j.neuron.2015.03.027" in cell for cell in cells)
    assert any(re.fullmatch(r"[0-9a-f]{64}", cell) for cell in cells)


def test_whiskers_that_were_never_tracked(assemble_edited: Callable[..., Assembled]) -> None:
    def edit(s: Struct) -> None:
        array(s, "whiskerVars").update(time=EMPTY, trial=EMPTY, valueMatrix=np.zeros((2, 0)))

    blocks = list(whisker_section(assemble_edited(edit, subvolumes=()).session))
    assert not [block for block in blocks if isinstance(block, Picture)]


def test_a_response_that_is_not_known_is_drawn_and_counted(opened_raw: NwbSession) -> None:
    response = ["impulsive", *opened_raw.trials["response"][1:]]
    changed = opened_raw.trials.assign(response=response)
    section = list(performance_section(SimpleNamespace(trials=changed)))
    assert "impulsive" in _tables(section)[0].headings
    assert ">impulsive</text>" in next(block.svg for block in section if isinstance(block, Picture))


def test_choices_by_pole_position_are_counted(opened_raw: NwbSession, converted_raw: Converted) -> None:
    types = converted_raw.made.trials.types
    answers = sum(kind.startswith(("Hit", "Err")) for kind in types)
    [picture] = psychometric_picture(opened_raw.trials)
    assert f"right choices (n = {answers} answers)" in picture.svg
    assert "pole position (mm)" in picture.svg


def test_shifts_of_the_motion_correction(opened_raw: NwbSession) -> None:
    section = list(motion_section(opened_raw))
    table = _tables(section)[0]
    module = opened_raw.nwbfile.processing["ophys"]
    for row, plane in zip(table.rows, opened_raw.planes, strict=True):
        shift = module[f"registration_shift_{plane.name}"].data[:].astype(float)
        length = np.hypot(shift[:, 0], shift[:, 1])
        assert row[:3] == (plane.name, f"{len(shift):,}", f"{np.nanmedian(length):.1f}")
        assert float(row[4]) == pytest.approx(np.nanmax(length), abs=0.05)


def test_every_figure_says_how_many(rich_page: SessionPage) -> None:
    for section in rich_page.sections:
        for block in section.blocks:
            cards = block.cards if isinstance(block, Planes) else ()
            said = [f"{block.caption}{block.svg}"] if isinstance(block, Picture) else [one["caption"] for one in cards]
            assert all(re.search(r"n = |n: ", text) for text in said)
