"""Up to which form a leaf comes back from its objects alone, where the table of the source struct keeps it besides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np

from ssc_to_nwb.data_types.rule import Leaf
from ssc_to_nwb.data_types.subvolumes.layout import listed_trials
from ssc_to_nwb.proof.comparison import Comparison

Form: TypeAlias = Callable[[Comparison, Leaf, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
"""Takes the source's numbers and those of the file, and gives both in the form in which they must agree."""


def empty(work: Comparison, leaf: Leaf, source: np.ndarray, found: np.ndarray) -> tuple[np.ndarray, np.ndarray]:  # noqa: ARG001
    """An empty leaf is kept for its class and size alone; its objects hold nothing of it."""
    return source.reshape(-1), found.reshape(-1)


def sorted_numbers(
    work: Comparison,  # noqa: ARG001
    leaf: Leaf,  # noqa: ARG001
    source: np.ndarray,
    found: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """The same numbers, in the order of the table."""
    return np.sort(source, axis=None), np.sort(found, axis=None)


def known_trials(
    work: Comparison,
    leaf: Leaf,  # noqa: ARG001
    source: np.ndarray,
    found: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Trials that the source knows, in its order."""
    return _known(work, source.reshape(-1)), found


def of_subvolume(
    work: Comparison,
    leaf: Leaf,
    source: np.ndarray,
    found: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Trials that the source knows and that any subvolume of the same number lists."""
    listed = listed_trials(work.session).get(work.facts.calcium[leaf.indices[0]].subvolume.number)
    return _known(work, source.reshape(-1) if listed is None else listed), found


def no_frames(
    work: Comparison,  # noqa: ARG001
    leaf: Leaf,  # noqa: ARG001
    source: np.ndarray,  # noqa: ARG001
    found: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """No list and no index: no time stamp has a frame."""
    return np.full(found.shape, np.nan), found


def _known(work: Comparison, listed: np.ndarray) -> np.ndarray:
    numbers = work.session.trials.numbers
    return numbers[np.isin(numbers, listed)]


FORMS: Mapping[str, Form] = {
    "known trials": known_trials,
    "known trials of any subvolume": of_subvolume,
    "order": sorted_numbers,
    "no frames": no_frames,
}
