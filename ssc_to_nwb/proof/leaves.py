"""Every leaf of the source against what the way back of its data type restores from the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.rule import UNMAPPED, Disposition, Leaf, Rule, all_rules
from ssc_to_nwb.data_types.subvolumes.layout import listed_trials
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.proof.comparison import Comparison, numbers_of, texts_of
from ssc_to_nwb.proof.general import is_general
from ssc_to_nwb.proof.source_struct import compare_source_struct
from ssc_to_nwb.restoring.pieces import Piece

# Its fields of the file are compared one by one, since metadata files may replace them; the values are kept besides.
_METADATA = "metadata-value"
# Takes the source's numbers and those of the file, and gives both in the form in which they must agree.
_Form: TypeAlias = Callable[[Comparison, Leaf, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


def compare_leaves(work: Comparison) -> None:
    """Compare every leaf of the source, and report those that were compared with nothing."""
    for rule in all_rules():
        leaves = work.leaves.get(rule.identifier)
        if not leaves or rule.disposition is Disposition.KEPT:
            continue
        if rule.identifier == _METADATA:
            keys = tuple(work.session.metadata)
            work.proven.update(leaf.path for leaf in leaves if is_general(keys[leaf.indices[0] - 1]))
            continue
        place = next(iter(rule.places(leaves[0], work.facts)), "/")
        with work.reader.restoring():
            work.guarded(place, _compare_claim, work, rule, leaves)
    with work.reader.restoring():
        work.guarded(naming.STRUCT_TABLE, compare_source_struct, work)
    if not work.problems:
        # Where a comparison was stopped, the problem that stopped it is reported already.
        _report_unproven(work)


def _compare_claim(work: Comparison, rule: Rule, leaves: Sequence[Leaf]) -> None:
    """Compare all leaves of one claim with their pieces, and see that the pieces are whole leaves together."""
    by_path = {leaf.path: leaf for leaf in leaves}
    covered = dict.fromkeys(by_path, 0)
    nodes = [work.view.node(leaf.path) for leaf in leaves]
    for piece in work.view.restores[rule.identifier](work.view, nodes):
        own = [by_path[path] for path in piece.leaves]
        if isinstance(piece.values, tuple):
            compared = _compare_texts(work, piece, own)
        else:
            compared = _compare_numbers(work, rule, piece, own)
        for leaf, count in zip(own, compared, strict=True):
            covered[leaf.path] += count
    work.proven.update(path for path, count in covered.items() if count >= _count(by_path[path]) or path in work.kept)


def _count(leaf: Leaf) -> int:
    return np.asarray(leaf.value).size if isinstance(leaf.value, np.ndarray) else 1


def _compare_texts(work: Comparison, piece: Piece, leaves: Sequence[Leaf]) -> list[int]:
    expected = [text for leaf in leaves for text in texts_of(leaf.value)]
    work.equal(piece.place, expected=expected, found=list(piece.values), leaf=leaves[0].path)
    return [1] * len(leaves)


def _compare_numbers(work: Comparison, rule: Rule, piece: Piece, leaves: Sequence[Leaf]) -> list[int]:
    """Compare the numbers of a piece; returns how many of each leaf it has."""
    found = np.asarray(piece.values)
    parts = [numbers_of(leaf.value) for leaf in leaves]
    if piece.lengths is not None:
        lengths = np.array(piece.lengths, dtype=np.int64)
        expected_lengths = np.array([part.size for part in parts], dtype=np.int64)
        if not work.numbers(piece.place, expected=expected_lengths, found=lengths, leaf=leaves[0].path):
            return [0] * len(leaves)
    if len(parts) == 1:
        expected = parts[0] if parts[0].size == 0 or piece.where is None else parts[0][piece.where]
    else:
        expected = np.concatenate([part.reshape(-1, order="F") for part in parts])
    is_kept = any(leaf.path in work.kept for leaf in leaves)
    if is_kept and (rule.up_to or all(part.size == 0 for part in parts)):
        expected, found = _FORMS[rule.up_to](work, leaves[0], expected, found)
    if piece.where is None and len(parts) == 1:
        expected, found = expected.reshape(-1, order="F"), found.reshape(-1, order="F")
    if expected.dtype.kind != "f":
        expected = expected.astype(np.float64)
    work.numbers(piece.place, expected=expected, found=found, leaf=leaves[0].path, tolerance=piece.rounding)
    return [expected.size] if len(leaves) == 1 else [part.size for part in parts]


def _report_unproven(work: Comparison) -> None:
    for rule in (*all_rules(), UNMAPPED):
        for leaf in work.leaves.get(rule.identifier, ()):
            placed = rule.disposition is Disposition.KEPT or leaf.path in work.proven
            kept = leaf.path not in work.kept or leaf.path in work.proven_kept
            if not (placed and kept):
                place = next(iter(rule.places(leaf, work.facts)), "/")
                work.problem(kinds.VERIFY_LEAF_UNPROVEN, place, expected="a comparison", found="none", leaf=leaf.path)


def _of_subvolume(work: Comparison, leaf: Leaf, source: np.ndarray, found: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Trials that the source knows and that any subvolume of the same number lists."""
    listed = listed_trials(work.session).get(work.facts.calcium[leaf.indices[0]].subvolume.number)
    return _known(work, source.reshape(-1) if listed is None else listed), found


def _known(work: Comparison, listed: np.ndarray) -> np.ndarray:
    numbers = work.session.trials.numbers
    return numbers[np.isin(numbers, listed)]


# By the word that a rule has for them. An empty leaf is kept for its class and size alone: its objects hold nothing.
_FORMS: Mapping[str, _Form] = {
    "": lambda _work, _leaf, source, found: (source.reshape(-1), found.reshape(-1)),
    "known trials": lambda work, _leaf, source, found: (_known(work, source.reshape(-1)), found),
    "known trials of any subvolume": _of_subvolume,
    "order": lambda _work, _leaf, source, found: (np.sort(source, axis=None), np.sort(found, axis=None)),
    # No list and no index: no time stamp has a frame.
    "no frames": lambda _work, _leaf, _source, found: (np.full(found.shape, np.nan), found),
}
