"""Where the trials are in the NWB file, one table, to which other data types add columns; their rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types import registry
from ssc_to_nwb.data_types.declared import TEXT, Column, Sources, Table
from ssc_to_nwb.data_types.facts import SessionFacts
from ssc_to_nwb.data_types.rule import Leaf, below, kept, written
from ssc_to_nwb.data_types.trial_labels.source import labels_for_file
from ssc_to_nwb.data_types.trials.source import Property, TrialType
from ssc_to_nwb.data_types.trials.times import trial_times
from ssc_to_nwb.problems import kinds

PATH = f"/intervals/{naming.TRIALS}"
_TEXT = (
    "Trials of the pole localization task. The column trial_number has the numbers of the source, which "
    "need not start at 1 and may have gaps; row ids count from 0. pynapple leaves out trials whose "
    "stop_time is NaN."
)
_START = (
    "Start of the trial, in seconds after session start. Where start_measured is false, the first time stamp of "
    "any sample or event that the source labels with the trial; NaN where there is none."
)
_STOP = (
    "Last time stamp of any sample or event that the source labels with the trial, at most the start of the next "
    "trial; the source has no stop of its own. NaN where nothing is labelled with the trial."
)
_NUMBER = "Number of the trial in the source, which labels of samples and events refer to."
_MEASURED = "Whether the start was measured; false where the source has 0 because the event of the start is missing."
_TYPE = (
    "Type as the source names it, <response><correct side>: HitL, HitR, ErrL, ErrR, NoLickL, NoLickR; "
    "none where the source gives no type."
)
_RESPONSE = "What the animal did: hit, error, no_lick; none where the source gives no type."
_SIDE = "Side of the rewarded lick port: left, right; none where the source gives no type."
_POSITION = "Place of the trial in the lists of the source, counted from 1; rows are in the order of time."
_NO_TYPE = TrialType(name="none", response="none", correct_side="none")
_PROPERTIES = {
    "LWaterValveTime": "Time the left water valve is set to open for a reward, in seconds.",
    "RWaterValveTime": "Time the right water valve is set to open for a reward, in seconds.",
    "StimulusPosition": "Position of the pole, in steps of its motor.",
}
_HASH = "trialPropertiesHash"


def objects(sources: Sources) -> Iterator[Table]:
    """The table, rows in the order of time, with the columns that the data types of this session add to it."""
    context = sources.context
    times = trial_times(context.session)
    for number in context.session.trials.numbers[np.isnan(times.stop_ms)]:
        found = f"trial {number}"
        sources.log.add(kinds.TRIAL_WITHOUT_DATA, file=context.session.path, field="trialIds", found=found)
    trials = context.session.trials.take(times.order)
    types = [one or _NO_TYPE for one in trials.types]
    numbers = labels_for_file(trials.numbers)
    starts, stops = (context.clock.seconds(one[times.order]) for one in (times.start_ms, times.stop_ms))
    columns = [
        Column("start_time", np.float64, _START, values=starts),
        Column("stop_time", np.float64, _STOP, values=stops),
        Column("trial_number", numbers.dtype, _NUMBER, values=numbers),
        Column("start_measured", np.bool_, _MEASURED, values=trials.start_measured),
        Column("trial_type", TEXT, _TYPE, values=[one.name for one in types]),
        Column("response", TEXT, _RESPONSE, values=[one.response for one in types]),
        Column("correct_side", TEXT, _SIDE, values=[one.correct_side for one in types]),
    ]
    if not times.in_order:
        columns.append(Column("source_position", np.int64, _POSITION, values=times.order + 1))
    for item in trials.properties:
        columns += _property_columns(item, steps_per_mm=context.metadata.assumptions.motor_steps_per_mm)
    in_order = replace(context, session=replace(context.session, trials=trials))
    for _, of_type in registry.having("layout", "trial_columns"):
        columns += of_type(in_order)
    yield Table(path=PATH, neurodata_type="TimeIntervals", text=_TEXT, columns=tuple(columns))


def _property_columns(item: Property, *, steps_per_mm: float) -> Iterator[Column]:
    text = _PROPERTIES.get(item.key, f"Trial property {item.key} of the source.")
    described = f"{text} Source: {item.description}" if item.description else text
    yield Column(naming.trial_column(item.key), item.values.dtype, described, values=item.values, source=(item.path,))
    if item.key == "StimulusPosition":
        text = f"Position of the pole in mm, at {steps_per_mm:g} motor steps per mm (assumed)."
        yield Column("pole_position_mm", np.float64, text, values=item.values / steps_per_mm)


def lists_trials(leaf: Leaf, listed: np.ndarray | None) -> bool:
    """Whether the leaf is the list of valid trials that a column was made from; `[]` may mean no list at all."""
    value = leaf.value
    return listed is not None and isinstance(value, np.ndarray) and np.array_equal(value.reshape(-1), listed)


def valid_trials_hide(leaf: Leaf, facts: SessionFacts, listed: np.ndarray | None) -> bool:
    """True where a list of trial numbers can't be read off a column of the trials table: other order, unknown numbers.

    listed: the list that the column was made from.
    """
    numbers = facts.session.trials.numbers
    if listed is None or not isinstance(leaf.value, np.ndarray) or not leaf.value.size:
        return True
    return not np.array_equal(numbers[np.isin(numbers, listed)], leaf.value.reshape(-1))


RULES = (
    written(
        "trial-numbers",
        "trialIds",
        nwb=(f"{PATH}/trial_number",),
        text="A column of the trials table; row ids count from 0.",
    ),
    written(
        "trial-starts",
        "trialStartTimes",
        nwb=(f"{PATH}/start_time", f"{PATH}/start_measured"),
        unit="s",
        text="Start of the trial; where it is no measured start, 0 in the source. Rows are in the order of time.",
    ),
    kept(
        "trial-type-names",
        "trialTypeStr{*}",
        text="Names of the trial types, in the order of the rows of trialTypeMat.",
    ),
    written(
        "trial-types",
        "trialTypeMat",
        nwb=(f"{PATH}/trial_type", f"{PATH}/response", f"{PATH}/correct_side"),
        text="The name of the row that is 1, and what it says; `none` where no row is.",
    ),
    kept(
        "trial-property-texts",
        _HASH,
        *below(_HASH, "keyNames{*}", "descr{*}", "value"),
        text="Keys and descriptions of the trial properties, in their order; a column's description repeats them.",
        when=lambda leaf, _: not leaf.path.endswith(".value") or leaf.is_empty,
    ),
    written(
        "trial-property-values",
        *below(_HASH, "value{*}", "value{*}{*}"),
        nwb=(PATH + "/{column}",),
        unit="as in the source: valve times in s, StimulusPosition in motor steps",
        text="A column of its own for every property, known or not; StimulusPosition also as pole_position_mm.",
    ),
)
