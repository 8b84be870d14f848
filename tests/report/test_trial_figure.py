"""The picture of a trial: the same from the NWB file as from the truth, in every format."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from made_sessions import Converted, problem_raised
from matplotlib.figure import Figure
from matplotlib.testing.compare import compare_images
from patience import PATIENCE_S

from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.reading.trial import TraceOfTrial, TrialData, read_trial
from ssc_to_nwb.report.single_picture import save_figure, show_figure
from ssc_to_nwb.report.trial_figure import draw_trial

NUMBER = 2


def save_trial(trial: TrialData, path: Path, *, title: str) -> None:
    """Write the picture of a trial."""
    save_figure(lambda figure: draw_trial(trial, figure=figure, title=title), path)


def _truth(made: Converted, *, rois: list[int]) -> TrialData:
    """The trial as the generator made it, without the NWB file."""
    session = made.made
    start = session.trials.start_ms[0]
    whisker, of_trial = session.whisker, session.whisker.trials == NUMBER
    time_s = (whisker.time_ms[of_trial] - start) / 1000.0

    def traces(values: np.ndarray, unit: str) -> tuple[TraceOfTrial, ...]:
        return tuple(
            TraceOfTrial(name=name, time_s=time_s, values=row[of_trial], unit=unit)
            for name, row in zip(whisker.names, values, strict=True)
        )

    def pairs(name: str) -> np.ndarray:
        events = session.trials.events[name]
        return ((events.times_ms[events.trials == NUMBER] - start) / 1000.0).reshape(-1, 2)

    intervals = {"pole in reach": pairs("poleInReach")}
    for touch in sorted(whisker.touches, key=lambda one: (one.direction, one.whisker)):
        # A touch lasts to the end of its last whisker sample, 2 ms long.
        on_off = np.stack([touch.onset_ms, touch.offset_ms + 2], axis=1)[touch.trials == NUMBER]
        intervals[f"{touch.direction.lower()} touch {touch.whisker}"] = (on_off - start) / 1000.0
    intervals["reward cue"] = pairs("rewardCue")
    intervals |= {f"{side} water": pairs(f"{side}Reward") for side in ("left", "right") if pairs(f"{side}Reward").size}
    points = {}
    for side in ("left", "right"):
        licks = session.trials.events[f"{side}Licks"]
        if np.any(licks.trials == NUMBER):
            points[f"{side} lick"] = (licks.times_ms[licks.trials == NUMBER] - start) / 1000.0
    volume = session.subvolumes[0]
    frames = volume.trials == NUMBER
    dff = tuple(
        TraceOfTrial(
            name=str(roi),
            time_s=(volume.time_ms[frames] - start) / 1000.0,
            values=volume.matrices["dff"][volume.ids.tolist().index(roi), frames],
            unit="dF/F",
        )
        for roi in rois
    )
    last = max(whisker.time_ms[of_trial][-1], volume.time_ms[frames][-1])
    return TrialData(
        number=NUMBER,
        trial_type=session.trials.types[0],
        duration_s=(last - start) / 1000.0,
        angles=traces(whisker.angle_deg, "degrees"),
        curvatures=traces(whisker.curvature_per_mm, "1/mm"),
        intervals=intervals,
        points=points,
        dff=dff,
    )


@pytest.fixture(scope="module")
def rois(converted_raw: Converted) -> list[int]:
    return [int(number) for number in converted_raw.made.subvolumes[0].ids[:4]]


def test_the_picture_from_the_file_is_that_of_the_truth(
    opened_raw: NwbSession, converted_raw: Converted, rois: list[int], tmp_path: Path
) -> None:
    save_trial(_truth(converted_raw, rois=rois), tmp_path / "expected.png", title=opened_raw.title)
    save_trial(read_trial(opened_raw, NUMBER, rois=rois), tmp_path / "found.png", title=opened_raw.title)
    assert compare_images(str(tmp_path / "expected.png"), str(tmp_path / "found.png"), tol=1.0) is None


@pytest.mark.long
@pytest.mark.parametrize("changed", ["angles", "dff"])
def test_a_trace_a_little_late_would_be_noticed(
    opened_raw: NwbSession, rois: list[int], tmp_path: Path, changed: str
) -> None:
    trial = read_trial(opened_raw, NUMBER, rois=rois)
    late = tuple(replace(trace, time_s=trace.time_s + 0.02) for trace in getattr(trial, changed))
    save_trial(trial, tmp_path / "right.png", title="a session")
    save_trial(replace(trial, **{changed: late}), tmp_path / "wrong.png", title="a session")
    assert compare_images(str(tmp_path / "right.png"), str(tmp_path / "wrong.png"), tol=1.0) is not None


@pytest.mark.parametrize(
    ("ending", "start"),
    [
        pytest.param(".png", b"\x89PNG", marks=pytest.mark.long),
        (".SVG", b"<?xml"),
        pytest.param(".pdf", b"%PDF", marks=pytest.mark.long),
    ],
)
def test_formats_and_the_same_bytes_twice(opened_raw: NwbSession, tmp_path: Path, ending: str, start: bytes) -> None:
    trial = read_trial(opened_raw, NUMBER)
    for name in ("one", "two"):
        save_trial(trial, tmp_path / f"{name}{ending}", title="a session")
    first, second = ((tmp_path / f"{name}{ending}").read_bytes() for name in ("one", "two"))
    assert first.startswith(start)
    assert first == second


@pytest.mark.parametrize("name", ["trial.gif", "trial"])
def test_an_unknown_format_is_refused(opened_raw: NwbSession, tmp_path: Path, name: str) -> None:
    with problem_raised() as found:
        save_trial(read_trial(opened_raw, NUMBER), tmp_path / name, title="a session")
    assert found[0].kind.identifier == "picture-format-unknown"
    assert not (tmp_path / name).exists()


@pytest.fixture(scope="module")
def trial(opened_raw: NwbSession) -> TrialData:
    return read_trial(opened_raw, NUMBER)


@pytest.fixture(scope="module")
def figure(trial: TrialData) -> Figure:
    """The picture of the trial, not yet written."""
    figure = Figure()
    draw_trial(trial, figure=figure, title="a session")
    return figure


def test_axes_are_labelled_with_units(figure: Figure) -> None:
    labels = [axes.get_ylabel().replace("\n", " ") for axes in figure.axes]
    assert labels[:4] == [
        "angle c1 (degrees)", "angle c2 (degrees)", "curvature change c1 (1/mm)", "curvature change c2 (1/mm)",
    ]  # fmt: skip
    assert labels[5] == "dF/F of ROI"
    assert figure.axes[-1].get_xlabel() == "time from the start of the trial (s)"
    assert figure.axes[4].get_yticklabels()[0].get_text() == "pole in reach"


def test_every_kind_of_event_is_in_the_legend(figure: Figure, trial: TrialData) -> None:
    named = {text.get_text() for text in figure.legends[0].get_texts()}
    assert named == {"shaded: pole in reach", *(set(trial.intervals) - {"pole in reach"}), *trial.points}


def test_traces_of_rois_do_not_reach_into_each_other(figure: Figure, trial: TrialData) -> None:
    baselines = [line.get_ydata()[0] for line in figure.axes[-1].lines if len(line.get_ydata()) == 2][: len(trial.dff)]
    highest = max(np.nanmax(trace.values) - np.nanmin(trace.values) for trace in trial.dff)
    assert len(baselines) == len(trial.dff)
    assert min(above - below for above, below in pairwise(baselines)) > highest


def test_whiskers_have_a_panel_each_on_one_scale(figure: Figure) -> None:
    assert [len(axes.lines) for axes in figure.axes[:4]] == [1, 1, 1, 1]
    assert figure.axes[0].get_ylim() == figure.axes[1].get_ylim()


def test_what_a_trial_lacks_is_said(opened_default: NwbSession, converted_default: Converted) -> None:
    made = converted_default.made
    number = int(made.trials.numbers[made.spec.trials_without_whisker[0]])
    figure = Figure()
    draw_trial(read_trial(opened_default, number), figure=figure, title="a session")
    said = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert "whisker angle: no data in this trial" in said


def test_a_trial_with_nothing_in_it_can_be_drawn(tmp_path: Path) -> None:
    save_trial(TrialData(number=1, trial_type="none", duration_s=float("nan")), tmp_path / "t.svg", title="empty")
    text = (tmp_path / "t.svg").read_text()
    assert text.count("no data in this trial") == 4


def test_without_a_display_no_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matplotlib.get_backend", lambda *_, **__: "agg")
    empty = TrialData(number=1, trial_type="none", duration_s=1.0)
    with problem_raised() as found:
        show_figure(lambda figure: draw_trial(empty, figure=figure, title="empty"))
    assert found[0].kind.identifier == "no-window"


_WINDOW = """
import sys
from pathlib import Path
from matplotlib import pyplot
from ssc_to_nwb.api.reporting import plot_trial
show = pyplot.show
def show_and_close():
    manager = pyplot.gcf().canvas.manager
    manager.window.after(300, lambda: (print("open", len(pyplot.gcf().axes)), pyplot.close("all")))
    show()
pyplot.show = show_and_close
print(plot_trial(file=Path(sys.argv[1]), trial=int(sys.argv[2])))
"""


@pytest.mark.long
def test_a_window_opens(converted_raw: Converted) -> None:
    pytest.importorskip("tkinter", reason="this Python has no toolkit for windows")
    if shutil.which("xvfb-run") is None:
        pytest.skip("there is no virtual display (xvfb-run)")
    run = subprocess.run(
        ["xvfb-run", "-a", sys.executable, "-c", _WINDOW, converted_raw.path, str(NUMBER)],
        env={**os.environ, "MPLBACKEND": "TkAgg"},
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_S,
    )
    assert run.stdout.split("\n")[:2] == ["open 6", "None"]
