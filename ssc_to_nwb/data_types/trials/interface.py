"""The trials table: one row per trial, with its properties."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hdmf.common import VectorData, VectorIndex
from pynwb import NWBFile
from pynwb.epoch import TimeIntervals

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.base import SessionInterface
from ssc_to_nwb.data_types.columns import column, ragged_column, text_column
from ssc_to_nwb.data_types.subvolumes.source import Subvolume
from ssc_to_nwb.data_types.trial_labels.source import labels_for_file
from ssc_to_nwb.data_types.trials.source import TrialProperty
from ssc_to_nwb.data_types.trials.times import TrialTimes, trial_times
from ssc_to_nwb.problems import trial_kinds
from ssc_to_nwb.session.context import SessionContext
from ssc_to_nwb.session.session import Session

NO_TYPE = "none"
_KNOWN_TEXTS = {
    "LWaterValveTime": "Time the left water valve is set to open for a reward, in seconds.",
    "RWaterValveTime": "Time the right water valve is set to open for a reward, in seconds.",
    "StimulusPosition": "Position of the pole, in steps of its motor.",
}
_START_TEXT = (
    "Start of the trial, in seconds after session start. Where start_measured is false, the first time stamp of any "
    "sample or event that the source labels with the trial; NaN where there is none."
)
_MEASURED_TEXT = (
    "Whether the start was measured; false where the source has 0 because the event of the start is missing."
)
_POSITION_TEXT = "Place of the trial in the lists of the source, counted from 1; rows are in the order of time."
_NUMBER_TEXT = "Number of the trial in the source, which labels of samples and events refer to."
_STOP_TEXT = (
    "Last time stamp of any sample or event that the source labels with the trial, at most the start of the next "
    "trial; the source has no stop of its own. NaN where nothing is labelled with the trial."
)
_TYPE_TEXT = (
    "Type as the source names it, <response><correct side>: HitL, HitR, ErrL, ErrR, NoLickL, NoLickR; "
    "none where the source gives no type."
)


class TrialsInterface(SessionInterface):
    """The trials table."""

    display_name = "CRCNS ssc trials"
    info = "Trial numbers, times, types, outcomes and properties."

    def add(self, nwbfile: NWBFile) -> None:
        """Add /intervals/trials."""
        session = self.context.session
        times = trial_times(session)
        for number in session.trials.numbers[np.isnan(times.stop_ms)]:
            self.context.log.add(
                trial_kinds.TRIAL_WITHOUT_DATA, file=session.path, field="trialIds", found=f"trial {number}"
            )
        in_order = replace(session, trials=session.trials.take(times.order))
        columns = _columns(context=replace(self.context, session=in_order), times=times)
        table = TimeIntervals(
            name=naming.TRIALS,
            description=(
                "Trials of the pole localization task. The column trial_number has the numbers of the source, which "
                "need not start at 1 and may have gaps; row ids count from 0. pynapple leaves out trials whose "
                "stop_time is NaN."
            ),
            columns=columns,
            colnames=[one.name for one in columns if not isinstance(one, VectorIndex)],
            id=np.arange(len(self.context.session.trials)),
        )
        nwbfile.trials = table


def _columns(*, context: SessionContext, times: TrialTimes) -> list[VectorData]:
    """Columns of the table; the trials of `context` are in the order of time already."""
    session, trials = context.session, context.session.trials
    start, stop = (context.clock.seconds(one[times.order]) for one in (times.start_ms, times.stop_ms))
    types = [trials.type_of(position) for position in range(len(trials))]
    columns = [
        column("start_time", _START_TEXT, start),
        column("stop_time", _STOP_TEXT, stop),
        column("trial_number", _NUMBER_TEXT, labels_for_file(trials.numbers)),
        column("start_measured", _MEASURED_TEXT, trials.start_measured),
        text_column("trial_type", _TYPE_TEXT, [NO_TYPE if one is None else one.name for one in types]),
        text_column("response", "What the animal did: hit, error, no_lick; none where the source gives no type.",
                [NO_TYPE if one is None else one.response for one in types]),
        text_column("correct_side", "Side of the rewarded lick port: left, right; none where the source gives no type.",
                [NO_TYPE if one is None else one.correct_side for one in types]),
    ]  # fmt: skip
    if not times.in_order:
        columns.append(column("source_position", _POSITION_TEXT, times.order + 1))
    for item in trials.properties:
        columns += _property_columns(item, steps_per_mm=context.metadata.assumptions.motor_steps_per_mm)
    columns += _validity_columns(session)
    return columns + _lick_columns(context)


def _property_columns(item: TrialProperty, *, steps_per_mm: float) -> list[VectorData]:
    name = naming.trial_column(item.key)
    text = _KNOWN_TEXTS.get(item.key, f"Trial property {item.key} of the source.")
    description = f"{text} Source: {item.description}" if item.description else text
    if not isinstance(item.values, np.ndarray):
        return [text_column(name, description, item.values)]
    columns = [column(name, description, item.values)]
    if item.key == "StimulusPosition":
        columns.append(
            column(
                "pole_position_mm",
                f"Position of the pole in mm, at {steps_per_mm:g} motor steps per mm (assumed).",
                item.values / steps_per_mm,
            )
        )
    return columns


def _validity_columns(session: Session) -> list[VectorData]:
    numbers = session.trials.numbers
    columns: list[VectorData] = []
    if session.whisker is not None and session.whisker.valid_trials is not None:
        columns.append(
            column(
                "whisker_valid",
                "Whether the source lists the trial as one with valid whisker data.",
                np.isin(numbers, session.whisker.valid_trials),
            )
        )
    if not session.subvolumes:
        return columns
    listed: dict[int, np.ndarray] = {}
    imaged: dict[int, np.ndarray] = {}
    for volume in session.subvolumes:
        # Two arrays may have the number of one subvolume, with other planes each.
        nothing = np.zeros(numbers.size, dtype=bool)
        imaged[volume.number] = imaged.get(volume.number, nothing) | np.isin(numbers, _imaged_trials(volume))
        if volume.valid_trials is not None:
            listed[volume.number] = listed.get(volume.number, nothing) | np.isin(numbers, volume.valid_trials)
    valid = np.logical_or.reduce([np.zeros(numbers.size, dtype=bool), *listed.values()])
    if listed:
        columns.append(
            column(
                "imaging_valid",
                "Whether the source lists the trial as one with valid imaging data, in any subvolume.",
                valid,
            )
        )
        columns += _subvolume_lists(
            "imaging_valid_subvolumes",
            "Numbers of the subvolumes for which the source lists the trial as one with valid imaging data.",
            session,
            listed,
        )
    return columns + _subvolume_lists(
        "imaged_subvolumes",
        "Numbers of the subvolumes that have frames labelled with the trial.",
        session,
        imaged,
    )


def _imaged_trials(volume: Subvolume) -> np.ndarray:
    """Numbers of the trials in which at least one plane has a frame."""
    present = np.zeros(volume.time_ms.size, dtype=bool)
    for plane in volume.planes:
        present |= plane.frame_index.present
    return np.unique(volume.trial[present])


def _subvolume_lists(name: str, description: str, session: Session, members: dict[int, np.ndarray]) -> list[VectorData]:
    """A ragged column of subvolume numbers; members: for each subvolume number bool (T,)."""
    lists = [[number for number, isin in members.items() if isin[position]] for position in range(len(session.trials))]
    parts = [np.array(numbers, dtype=np.int64) for numbers in lists]
    return ragged_column(name, description, parts, empty=np.zeros(0, dtype=np.int64))


def _lick_columns(context: SessionContext) -> list[VectorData]:
    """Lick times by trial, for readers that know no EventsTable."""
    columns: list[VectorData] = []
    for key, side in (("leftLicks", "left"), ("rightLicks", "right")):
        series = context.session.events.get(key)
        if series is None:
            continue
        train = series.trains[0]
        seconds = context.clock.seconds(train.time_ms)
        columns += ragged_column(
            f"{side}_licks",
            f"Times of the licks at the {side} port labelled with the trial, in seconds after session start; the same "
            "as in the licks table.",
            [seconds[train.trial == number] for number in context.session.trials.numbers],
            empty=np.zeros(0),
        )
    return columns
