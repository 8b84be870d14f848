"""The picture of one cell through the days shows each session's own mask and response."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from made_sessions import Converted
from matplotlib.figure import Figure
from session_variants import DAYS

from ssc_to_nwb.api.rois import cells
from ssc_to_nwb.cli.main import group
from ssc_to_nwb.report.cell_figure import CellView, draw_cell, read_cell_views


@pytest.fixture(scope="module")
def days(convert_once: Callable[..., Converted]) -> list[Converted]:
    """Two days with the same tissue, and other tissue."""
    return [convert_once(**fields) for fields in DAYS]


@pytest.fixture(scope="module")
def views(days: list[Converted]) -> tuple[CellView, ...]:
    files = [one.path for one in days]
    # The first ROI that is another cell in the other tissue.
    found = cells(files=files).cells
    label = next(name.partition("@")[0] for name in found if "@" in name)
    seen = [sighting for sightings in found.values() for sighting in sightings if sighting.label == label]
    return read_cell_views(sorted(seen, key=lambda one: one.session))


def test_the_same_tissue_shows_the_same_mask(views: tuple[CellView, ...]) -> None:
    first, second, other = views
    assert [view.session for view in views] == ["an900001, 2013-03-08", "an900001, 2013-03-10", "an900001, 2013-03-10b"]
    assert first.mask is not None
    assert first.mask.any()
    np.testing.assert_array_equal(first.mask, second.mask)
    assert (first.differs, second.differs) == (None, None)
    assert "from that in an900001_2013_03_08" in str(other.differs)


def test_the_response_is_that_to_touch(views: tuple[CellView, ...], days: list[Converted]) -> None:
    for view, day in zip(views, days, strict=True):
        touched = {trial for touches in day.made.whisker.touches for trial in touches.trials.tolist()}
        assert 0 < view.touch_count <= len(touched)
        assert view.response is not None
        lag_s, *_ = view.response
        assert (np.diff(lag_s[np.isfinite(lag_s)]) > 0).all()


def test_what_a_session_lacks_is_said(views: tuple[CellView, ...]) -> None:
    figure = Figure(layout="constrained")
    draw_cell([*views, CellView(session="an1, 2013-03-11", plane="fov_01002")], figure=figure, title="an1/1001")
    texts = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert texts.count("no mask") == texts.count("no dF/F around touch") == 1
    titles = [axes.get_title() for axes in figure.axes]
    assert sum("other cell:" in title for title in titles) == 1


def test_the_legend_below_says_what_is_drawn(views: tuple[CellView, ...]) -> None:
    def labels(drawn: tuple[CellView, ...]) -> list[str]:
        figure = Figure(layout="constrained")
        draw_cell(drawn, figure=figure, title="an1/1001")
        return [text.get_text() for legend in figure.legends for text in legend.get_texts()]

    response = ["mean dF/F", "its standard error", "first touch"]
    assert labels(views) == [*response, "this cell", "another cell of this number"]
    assert labels(views[:2]) == response
    assert labels((CellView(session="an1, 2013-03-11", plane="fov_01002"),)) == []


def test_on_the_command_line(days: list[Converted], tmp_path: Path) -> None:
    files, picture = [str(days[0].path)], tmp_path / "cell.png"
    number = days[0].made.planes[0].rois[1].number
    result = CliRunner().invoke(
        group, ["plot-cell", *files, "--cell", f"an900001/{number}", "-o", str(picture)], catch_exceptions=False
    )
    assert (result.exit_code, result.stdout) == (0, f"{picture}\n")
    assert picture.read_bytes().startswith(b"\x89PNG")
    result = CliRunner().invoke(group, ["plot-cell", *files, "--cell", "an900001/99999", "-o", str(picture)])
    assert result.exit_code == 1
    assert "[cell-not-in-files]" in result.stderr
    first = [f"an900001/{roi.number}" for plane in days[0].made.planes for roi in plane.rois][:5]
    assert f"  expected: {', '.join(first)} and " in result.stderr
    assert "  found: an900001/99999\n" in result.stderr
