"""From the whisker series back to the whisker entry of timeSeriesArrayHash; and what other entries share with it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.rule import STRUCT_TABLE, Leaf
from ssc_to_nwb.proof.comparison import BEHAVIOR, TRIALS, Comparison, row
from ssc_to_nwb.proof.trial_labels import WHISKER_LABELS, compare_labels
from ssc_to_nwb.proof.trials_table import trial_column


def series_paths(work: Comparison) -> list[str]:
    """Paths of the whisker series, in the order of the source's rows."""
    whisker = work.session.whisker
    traces = () if whisker is None else whisker.traces
    return [f"{BEHAVIOR}/{naming.whisker_series(trace.quantity, trace.whisker)}" for trace in traces]


def whisker_values(work: Comparison, leaves: Sequence[Leaf]) -> None:
    """One row of valueMatrix per series."""
    for leaf in leaves:
        matrix = np.asarray(leaf.value)
        kind = matrix.dtype if matrix.dtype.kind == "f" else np.dtype(np.float64)
        for number, path in enumerate(series_paths(work)):
            found = work.reader.values(f"{path}/data")
            work.proof.dtype(f"{path}/data", found.dtype, expected=kind, leaf=leaf.path)
            work.proof.numbers(
                f"{path}/data", expected=matrix[number].astype(kind, copy=False), found=found, leaf=leaf.path
            )
        work.proof.prove([leaf.path])


def whisker_times(work: Comparison, leaves: Sequence[Leaf]) -> None:
    """Time stamps of the first series, or of the trial numbers where there is no trace; the others link to them."""
    for leaf in leaves:
        compare_timestamps(work, leaf, owner=[*series_paths(work), WHISKER_LABELS][0])


def compare_timestamps(work: Comparison, leaf: Leaf, *, owner: str) -> None:
    """Compare a `time` of the source with the time stamps of the series that owns them."""
    path = f"{owner}/timestamps"
    seconds = work.reader.values(path)
    work.proof.dtype(path, seconds.dtype, expected=np.float64, leaf=leaf.path)
    work.proof.times(
        path, expected=row(leaf.value).astype(np.float64), seconds=seconds, unit=work.unit_of(leaf), leaf=leaf.path
    )
    work.proof.prove([leaf.path])


def whisker_trials(work: Comparison, leaves: Sequence[Leaf]) -> None:
    """The trial number of every sample."""
    compare_labels(work, leaves, WHISKER_LABELS)


def whisker_valid_trials(work: Comparison, leaves: Sequence[Leaf]) -> None:
    """Numbers of the trials whose row says that whisker data are valid."""
    path = f"{TRIALS}/whisker_valid"
    for leaf in leaves:
        valid = trial_column(work, "whisker_valid")
        work.proof.dtype(path, valid.dtype, expected=np.bool_, leaf=leaf.path)
        listed = row(leaf.value)
        compare_valid_trials(
            work, path, leaf, found=trial_column(work, "trial_number")[valid.astype(bool)], listed=listed
        )


def compare_valid_trials(work: Comparison, path: str, leaf: Leaf, *, found: np.ndarray, listed: np.ndarray) -> None:
    """Compare a list of valid trials; what the table does not show of it, order or unknown numbers, is kept besides."""
    expected = listed
    if leaf.path in work.kept:
        numbers = work.session.trials.numbers
        expected = numbers[np.isin(numbers, listed)]
    work.proof.numbers(path, expected=expected, found=found, leaf=leaf.path)
    work.proof.prove([leaf.path])


def time_unit(work: Comparison, leaves: Sequence[Leaf]) -> None:
    """The same id as trialTimeUnit, which is kept verbatim."""
    kept = work.proof.leaves[f"{work.session.variable}.trialTimeUnit"]
    for leaf in leaves:
        work.proof.numbers(STRUCT_TABLE, expected=row(leaf.value), found=row(kept), leaf=leaf.path)
        work.proof.prove([leaf.path])
