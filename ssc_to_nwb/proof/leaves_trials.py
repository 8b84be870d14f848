"""From the trials table back to trialIds, trialStartTimes, trialTypeMat and the trial properties."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.rule import Leaf
from ssc_to_nwb.proof.comparison import TRIALS, Comparison, row, texts_of
from ssc_to_nwb.proof.trial_labels import label_type
from ssc_to_nwb.proof.trials_table import trial_column, trial_texts

NO_TYPE = "none"


def trial_numbers(work: Comparison, leaves: Sequence[Leaf]) -> None:
    """The column of trial numbers."""
    path = f"{TRIALS}/trial_number"
    for leaf in leaves:
        found = trial_column(work, "trial_number")
        expected = row(leaf.value).astype(np.float64)
        work.proof.dtype(path, found.dtype, expected=label_type(expected), leaf=leaf.path)
        work.proof.numbers(path, expected=expected, found=found.astype(np.float64), leaf=leaf.path)
        work.proof.prove([leaf.path])


def trial_starts(work: Comparison, leaves: Sequence[Leaf]) -> None:
    """Start times, back in the unit of trialTimeUnit; 0 where the start was not measured."""
    path = f"{TRIALS}/start_time"
    for leaf in leaves:
        unit = work.unit(work.proof.leaves[f"{work.session.variable}.trialTimeUnit"])
        measured = trial_column(work, "start_measured").astype(bool)
        seconds = np.where(measured, trial_column(work, "start_time"), unit.zero_offset_s)
        work.proof.dtype(path, seconds.dtype, expected=np.float64, leaf=leaf.path)
        work.proof.times(path, expected=row(leaf.value), seconds=seconds, unit=unit, leaf=leaf.path)
        work.proof.prove([leaf.path])


def trial_types(work: Comparison, leaves: Sequence[Leaf]) -> None:
    """The matrix of 0 and 1, rebuilt from the names in trial_type and the source's order of names."""
    path = f"{TRIALS}/trial_type"
    names = [name for leaf in work.leaves.get("trial-type-names", ()) for name in texts_of(leaf.value)]
    for leaf in leaves:
        texts = trial_texts(work, "trial_type")
        unknown = sorted(set(texts) - {*names, NO_TYPE})
        work.proof.equal(path, expected=[], found=unknown, leaf=leaf.path)
        found = np.array([[text == name for text in texts] for name in names], dtype=np.float64)
        expected = np.asarray(leaf.value, dtype=np.float64)
        work.proof.numbers(path, expected=expected, found=found.reshape(len(names), len(texts)), leaf=leaf.path)
        work.proof.prove([leaf.path])


def trial_property_values(work: Comparison, leaves: Sequence[Leaf]) -> None:
    """A column per property; texts, where the property is a cell of them, one per trial."""
    texts: dict[int, list[Leaf]] = {}
    for leaf in leaves:
        place = leaf.indices[0]
        key = work.session.trials.properties[place - 1].key
        name = naming.trial_column(key)
        if isinstance(work.session.trials.properties[place - 1].values, tuple):
            texts.setdefault(place, []).append(leaf)
            continue
        found = trial_column(work, name)
        path = f"{TRIALS}/{name}"
        work.proof.dtype(path, found.dtype, expected=np.float64, leaf=leaf.path)
        work.proof.numbers(path, expected=row(leaf.value).astype(np.float64), found=found, leaf=leaf.path)
        work.proof.prove([leaf.path])
    for place, items in texts.items():
        name = naming.trial_column(work.session.trials.properties[place - 1].key)
        expected = [text for item in items for text in texts_of(item.value)]
        found_texts = trial_texts(work, name)
        work.proof.equal(f"{TRIALS}/{name}", expected=expected, found=found_texts, leaf=items[0].path)
        work.proof.prove(item.path for item in items)
