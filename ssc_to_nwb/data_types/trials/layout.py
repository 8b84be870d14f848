"""Where the trials are in the NWB file: one table, to which other data types add columns."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types import registry
from ssc_to_nwb.data_types.declared import TEXT, Column, DeclaredObject, Sources, Table
from ssc_to_nwb.data_types.trial_labels.source import labels_dtype
from ssc_to_nwb.data_types.trials.source import TrialProperty
from ssc_to_nwb.data_types.trials.times import trial_times
from ssc_to_nwb.session.context import SessionContext

PATH = f"/intervals/{naming.TRIALS}"
_TEXT = (
    "Trials of the pole localization task. The column trial_number has the numbers of the source, which "
    "need not start at 1 and may have gaps; row ids count from 0. pynapple leaves out trials whose "
    "stop_time is NaN."
)
_START = Column(
    name="start_time",
    dtype=np.float64,
    text=(
        "Start of the trial, in seconds after session start. Where start_measured is false, the first time stamp of "
        "any sample or event that the source labels with the trial; NaN where there is none."
    ),
)
_STOP = Column(
    name="stop_time",
    dtype=np.float64,
    text=(
        "Last time stamp of any sample or event that the source labels with the trial, at most the start of the next "
        "trial; the source has no stop of its own. NaN where nothing is labelled with the trial."
    ),
)
_NUMBER_TEXT = "Number of the trial in the source, which labels of samples and events refer to."
_OUTCOMES = (
    Column(
        name="start_measured",
        dtype=np.bool_,
        text="Whether the start was measured; false where the source has 0 because the event of the start is missing.",
    ),
    Column(
        name="trial_type",
        dtype=TEXT,
        text=(
            "Type as the source names it, <response><correct side>: HitL, HitR, ErrL, ErrR, NoLickL, NoLickR; "
            "none where the source gives no type."
        ),
    ),
    Column(
        name="response",
        dtype=TEXT,
        text="What the animal did: hit, error, no_lick; none where the source gives no type.",
    ),
    Column(
        name="correct_side",
        dtype=TEXT,
        text="Side of the rewarded lick port: left, right; none where the source gives no type.",
    ),
)
_POSITION = Column(
    name="source_position",
    dtype=np.int64,
    text="Place of the trial in the lists of the source, counted from 1; rows are in the order of time.",
)
_PROPERTIES = {
    "LWaterValveTime": "Time the left water valve is set to open for a reward, in seconds.",
    "RWaterValveTime": "Time the right water valve is set to open for a reward, in seconds.",
    "StimulusPosition": "Position of the pole, in steps of its motor.",
}


def objects(sources: Sources) -> Iterator[DeclaredObject]:
    """The table of trials."""
    yield trials_table(sources.context)


def trials_table(context: SessionContext) -> Table:
    """The table, with the columns that the data types of this session add to it."""
    session = context.session
    steps_per_mm = context.metadata.assumptions.motor_steps_per_mm
    of_numbers = Column(name="trial_number", dtype=labels_dtype(session.trials.numbers), text=_NUMBER_TEXT)
    columns = [_START, _STOP, of_numbers, *_OUTCOMES]
    if not trial_times(session).in_order:
        columns.append(_POSITION)
    for item in session.trials.properties:
        columns += _property_columns(item, steps_per_mm=steps_per_mm)
    for _, of_type in registry.having("layout", "trial_columns"):
        columns += of_type(session)
    return Table(path=PATH, neurodata_type="TimeIntervals", text=_TEXT, columns=tuple(columns))


def _property_columns(item: TrialProperty, *, steps_per_mm: float) -> Iterator[Column]:
    text = _PROPERTIES.get(item.key, f"Trial property {item.key} of the source.")
    described = f"{text} Source: {item.description}" if item.description else text
    in_numbers = isinstance(item.values, np.ndarray)
    dtype = np.asarray(item.values).dtype if in_numbers else TEXT
    yield Column(name=naming.trial_column(item.key), dtype=dtype, text=described)
    if item.key == "StimulusPosition" and in_numbers:
        text = f"Position of the pole in mm, at {steps_per_mm:g} motor steps per mm (assumed)."
        yield Column(name="pole_position_mm", dtype=np.float64, text=text)
