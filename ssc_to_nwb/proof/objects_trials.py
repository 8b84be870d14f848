"""The trials table: its columns, and those that are derived: stop, response, side, millimetres, validity, licks."""

from __future__ import annotations

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.subvolumes.source import Subvolume
from ssc_to_nwb.data_types.trials.restore import trial_column
from ssc_to_nwb.proof.comparison import TRIALS, Comparison
from ssc_to_nwb.proof.event_trains import SIDES
from ssc_to_nwb.proof.objects import check_table
from ssc_to_nwb.proof.trials_table import POSITION, expected_times, trial_parts

_RESPONSES = {"Hit": "hit", "Err": "error", "NoLick": "no_lick"}
_CORRECT_SIDES = {"L": "left", "R": "right"}
_NONE = "none"


def check_trials(work: Comparison) -> None:
    """Compare the structure of the table and every derived column."""
    session = work.session
    ragged = [name for name in _columns(work) if name in _RAGGED]
    check_table(
        work,
        TRIALS,
        columns=_columns(work),
        neurodata_type="TimeIntervals",
        ragged=ragged,
        dtypes=dict.fromkeys(("imaging_valid_subvolumes", "imaged_subvolumes", POSITION), np.int64)
        | dict.fromkeys(("pole_position_mm", "left_licks", "right_licks"), np.float64),
    )
    for name, check in (
        ("start_time", _check_times),
        ("response", _check_outcomes),
        ("pole_position_mm", _check_pole),
        ("imaging_valid", _check_imaging_valid),
        ("imaged_subvolumes", _check_imaged),
        ("left_licks", _check_licks),
    ):
        work.proof.guarded(f"{TRIALS}/{name}", check, work)
    for item in session.trials.properties:
        column = f"{TRIALS}/{naming.trial_column(item.key)}"
        parts = [item.description] if item.key in naming.TRIAL_COLUMNS else [item.key, item.description]
        work.proof.guarded(column, work.proof.described, column, *parts)


_RAGGED = ("imaging_valid_subvolumes", "imaged_subvolumes", "left_licks", "right_licks")


def _columns(work: Comparison) -> list[str]:
    """Columns in the order of the table: those of every session, then what this session has."""
    session = work.session
    columns = ["start_time", "stop_time", "trial_number", "start_measured", "trial_type", "response", "correct_side"]
    if _reordered(work):
        columns.append(POSITION)
    for item in session.trials.properties:
        columns.append(naming.trial_column(item.key))
        if item.key == "StimulusPosition":
            columns.append("pole_position_mm")
    if session.whisker is not None and session.whisker.valid_trials is not None:
        columns.append("whisker_valid")
    if any(volume.valid_trials is not None for volume in session.subvolumes):
        columns.append("imaging_valid")
    return columns + [
        name for name, lists in _ragged_labels(work).items() if np.isin(lists, session.trials.numbers).any()
    ]


def _ragged_labels(work: Comparison) -> dict[str, list[int]]:
    """Trial numbers that have something in each ragged column; a column without any item is left out."""
    session = work.session
    valid = [volume.valid_trials for volume in session.subvolumes if volume.valid_trials is not None]
    licks = {
        f"{SIDES[key]}_licks": session.events[key].trains[0].trial.tolist()
        for key in ("leftLicks", "rightLicks")
        if key in session.events
    }
    return {
        "imaging_valid_subvolumes": [number for trials in valid for number in trials.tolist()],
        "imaged_subvolumes": [number for volume in session.subvolumes for number in _imaged_trials(work, volume)],
        **licks,
    }


def _check_times(work: Comparison) -> None:
    """Starts, where they were measured or not, stops and the order of rows, each from the source's own lists."""
    expected = expected_times(work)
    for column, values in (("start_time", expected.start_ms), ("stop_time", expected.stop_ms)):
        seconds = trial_column(work.view, column)
        work.proof.dtype(f"{TRIALS}/{column}", seconds.dtype, expected=np.float64)
        work.proof.times(f"{TRIALS}/{column}", expected=values, seconds=seconds, unit=work.milliseconds)
    measured = trial_column(work.view, "start_measured")
    work.proof.dtype(f"{TRIALS}/start_measured", measured.dtype, expected=np.bool_)
    work.proof.numbers(f"{TRIALS}/start_measured", expected=expected.measured, found=measured)
    if _reordered(work):
        found = work.table(TRIALS).column(POSITION)
        work.proof.numbers(f"{TRIALS}/{POSITION}", expected=expected.rows + 1, found=found)


def _reordered(work: Comparison) -> bool:
    """Whether the source has the trials in another order than that of time."""
    return bool((np.diff(expected_times(work).rows) < 0).any())


def _check_outcomes(work: Comparison) -> None:
    """What the name of the trial's type says: <response><side>."""
    table = work.table(TRIALS)
    names = table.texts("trial_type")
    outcomes = [
        (_NONE, _NONE) if name == _NONE else (_RESPONSES[name[:-1]], _CORRECT_SIDES[name[-1]]) for name in names
    ]
    for place, column in enumerate(("response", "correct_side")):
        expected = [outcome[place] for outcome in outcomes]
        work.proof.equal(f"{TRIALS}/{column}", expected=expected, found=table.texts(column))


def _check_pole(work: Comparison) -> None:
    for item in work.session.trials.properties:
        if item.key == "StimulusPosition" and isinstance(item.values, np.ndarray):
            per_mm = work.context.metadata.assumptions.motor_steps_per_mm
            found = trial_column(work.view, "pole_position_mm") * per_mm
            tolerance = 2 * np.spacing(np.abs(np.nan_to_num(item.values)))
            work.proof.numbers(f"{TRIALS}/pole_position_mm", expected=item.values, found=found, tolerance=tolerance)


def _check_imaging_valid(work: Comparison) -> None:
    """True where any subvolume lists the trial; the list by subvolume is compared with the source."""
    if not any(volume.valid_trials is not None for volume in work.session.subvolumes):
        return
    table = work.table(TRIALS)
    found = table.column("imaging_valid")
    listed = np.diff(np.concatenate([[0], table.ends("imaging_valid_subvolumes")])) > 0
    work.proof.dtype(f"{TRIALS}/imaging_valid", found.dtype, expected=np.bool_)
    work.proof.numbers(f"{TRIALS}/imaging_valid", expected=listed, found=found)
    _check_numbers_known(work, "imaging_valid_subvolumes")


def _check_numbers_known(work: Comparison, column: str) -> None:
    """Each subvolume number at most once per trial, in the order of the source."""
    order = {volume.number: place for place, volume in enumerate(work.session.subvolumes)}
    for part in work.table(TRIALS).parts(column):
        expected = sorted({number for number in part.tolist() if number in order}, key=order.__getitem__)
        work.proof.equal(f"{TRIALS}/{column}", expected=expected, found=part.tolist())


def _check_imaged(work: Comparison) -> None:
    """Subvolumes in which a plane has a frame labelled with the trial."""
    if not work.session.subvolumes:
        return
    imaged: dict[int, set[int]] = {}
    for volume in work.session.subvolumes:
        imaged.setdefault(volume.number, set()).update(_imaged_trials(work, volume))
    parts = trial_parts(work, "imaged_subvolumes")
    for number, part in zip(work.session.trials.numbers.tolist(), parts, strict=True):
        expected = [volume for volume, trials in imaged.items() if number in trials]
        work.proof.equal(f"{TRIALS}/imaged_subvolumes", expected=expected, found=part.tolist())


def _imaged_trials(work: Comparison, volume: Subvolume) -> set[int]:
    """From the source's own frame indices: trials of the columns where any plane has a file."""
    has_frame = np.zeros(volume.trial.size, dtype=bool)
    for plane in volume.planes:
        index = np.asarray(work.proof.leaves[f"{plane.path}.sourceFileFrameIdx"], dtype=np.float64)
        if index.size:
            has_frame |= ~np.isnan(index[0])
    return set(volume.trial[has_frame].tolist())


def _check_licks(work: Comparison) -> None:
    """The licks of each trial, the same as in the table of licks."""
    for key in ("leftLicks", "rightLicks"):
        series = work.session.events.get(key)
        if series is None:
            continue
        column = f"{SIDES[key]}_licks"
        train, parts = series.trains[0], trial_parts(work, column)
        for number, part in zip(work.session.trials.numbers.tolist(), parts, strict=True):
            expected = train.time_ms[train.trial == number]
            work.proof.times(f"{TRIALS}/{column}", expected=expected, seconds=part, unit=work.milliseconds)
