"""The trials table: its columns and their types."""

from __future__ import annotations

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.proof.comparison import TRIALS, Comparison
from ssc_to_nwb.proof.objects import check_table

_POSITION = "source_position"


def check_trials(work: Comparison) -> None:
    """Compare the structure of the table."""
    session = work.session
    ragged = [name for name in _columns(work) if name in _RAGGED]
    check_table(
        work,
        TRIALS,
        columns=_columns(work),
        neurodata_type="TimeIntervals",
        ragged=ragged,
        dtypes=dict.fromkeys(("imaging_valid_subvolumes", "imaged_subvolumes", _POSITION), np.int64)
        | dict.fromkeys(("start_time", "stop_time", "pole_position_mm", "left_licks", "right_licks"), np.float64)
        | dict.fromkeys(("start_measured", "imaging_valid"), np.bool_),
    )
    for item in session.trials.properties:
        column = f"{TRIALS}/{naming.trial_column(item.key)}"
        parts = [item.description] if item.key in naming.TRIAL_COLUMNS else [item.key, item.description]
        work.proof.guarded(column, work.proof.described, column, *parts)


_RAGGED = ("imaging_valid_subvolumes", "imaged_subvolumes", "left_licks", "right_licks")


def _columns(work: Comparison) -> list[str]:
    """Columns in the order of the table: those of every session, then what this session has."""
    session = work.session
    columns = ["start_time", "stop_time", "trial_number", "start_measured", "trial_type", "response", "correct_side"]
    table = work.table(TRIALS)
    if table.has(_POSITION):
        columns.append(_POSITION)
    for item in session.trials.properties:
        columns.append(naming.trial_column(item.key))
        if item.key == "StimulusPosition":
            columns.append("pole_position_mm")
    if session.whisker is not None and session.whisker.valid_trials is not None:
        columns.append("whisker_valid")
    if any(volume.valid_trials is not None for volume in session.subvolumes):
        columns.append("imaging_valid")
    # What is in these columns, and so whether they are there, follows from the rest of the file.
    return columns + [name for name in _RAGGED if table.has(name)]
