"""The trial number of every sample of a series, rebuilt from the references in the trials table."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from ssc_to_nwb.problems import verify_kinds as kinds
from ssc_to_nwb.verify.comparison import TRIALS, UNASSIGNED, Comparison

_COLUMN = "timeseries"
_Run = tuple[int, int, int]


def collect_labels(work: Comparison, lengths: dict[str, int]) -> None:
    """Fill `work.labels` with int64 (N,) for every series of `lengths`, a trial number per sample.

    lengths: path and number of samples of every series that carries trial labels. Each sample must be named exactly
    once, and no other series may be named.
    """
    runs: dict[str, list[_Run]] = defaultdict(list)
    _read_runs(work, TRIALS, "trial_number", runs)
    if work.reader.has(UNASSIGNED):
        _read_runs(work, UNASSIGNED, "source_trial_number", runs)
    for path in sorted(set(runs) - set(lengths)):
        work.proof.problem(
            kinds.VERIFY_LINK_DIFFERS,
            f"{TRIALS}/{_COLUMN}",
            expected="references to series of this session",
            found=path,
        )
    for path, length in lengths.items():
        work.labels[path] = _labels(work, path, length, runs.get(path, []))


def _read_runs(work: Comparison, path: str, number_column: str, runs: dict[str, list[_Run]]) -> None:
    table = work.table(path)
    if not work.reader.has(f"{path}/{_COLUMN}"):
        return
    numbers = table.column(number_column)
    references = work.reader.references(f"{path}/{_COLUMN}")
    ends = work.reader.values(f"{path}/{_COLUMN}_index").astype(np.int64)
    counts = np.diff(np.concatenate([[0], ends]))
    if counts.size != numbers.size or (counts < 0).any() or counts.sum() != len(references.series):
        work.proof.problem(
            kinds.VERIFY_SHAPE_DIFFERS, f"{path}/{_COLUMN}_index",
            expected=f"{numbers.size} ends up to {len(references.series)}",
            found=f"{ends.size} ends up to {ends.max(initial=0)}",
        )  # fmt: skip
        return
    owners = np.repeat(numbers, counts).tolist()
    for series, first, count, owner in zip(
        references.series, references.first.tolist(), references.count.tolist(), owners, strict=True
    ):
        runs[series].append((first, count, owner))


def _labels(work: Comparison, path: str, length: int, runs: list[_Run]) -> np.ndarray:
    labels = np.full(length, -1, dtype=np.int64)
    named = np.zeros(length, dtype=np.int64)
    for first, count, number in runs:
        if first < 0 or count < 1 or first + count > length:
            work.proof.problem(
                kinds.VERIFY_LINK_DIFFERS, f"{TRIALS}/{_COLUMN}", expected=f"samples inside 0 to {length} of {path}",
                found=f"{count} from {first} on, trial {number}",
            )  # fmt: skip
            continue
        labels[first : first + count] = number
        named[first : first + count] += 1
    wrong = np.flatnonzero(named != 1)
    if wrong.size:
        place = int(wrong[0])
        work.proof.problem(
            kinds.VERIFY_LINK_DIFFERS, f"{TRIALS}/{_COLUMN}", expected=f"every sample of {path} in one trial",
            found=f"sample {place} in {named[place]}, and {wrong.size - 1} more such samples",
        )  # fmt: skip
    return labels


def expected_labels(values: np.ndarray) -> np.ndarray:
    """Trial labels of the source as they are rebuilt: int64, -1 for NaN."""
    values = np.asarray(values, dtype=np.float64).reshape(-1)
    return np.where(np.isnan(values), -1, values).astype(np.int64)


def label_type(labels: np.ndarray) -> type[np.generic]:
    """What holds every label: int32 where all are whole numbers of 32 bits, else float64, which has NaN."""
    fits = bool(np.isfinite(labels).all()) and bool((np.abs(labels + 0.5) < 2**31).all())
    return np.int32 if fits else np.float64
