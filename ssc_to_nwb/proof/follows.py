"""What in the file follows from the rest of it, compared as `validate` compares it without the source."""

from __future__ import annotations

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.proof.comparison import Comparison
from ssc_to_nwb.restoring.following import Follow, Followed
from ssc_to_nwb.restoring.registry import all_follows


def check_follows(work: Comparison) -> None:
    """Compare everything that follows; what it is computed from is restored, and so compared with the source."""
    for place, follow in all_follows().items():
        work.proof.guarded(place, _check, work, follow)


def _check(work: Comparison, follow: Follow) -> None:
    for one in follow(work.view):
        _compare(work, one)


def _compare(work: Comparison, one: Followed) -> None:
    work.proof.counts[one.place] += one.count
    work.reader.accounted.update(one.covered)
    difference = one.difference()
    if difference is not None:
        kind = kinds.VERIFY_SHAPE_DIFFERS if difference.in_size else kinds.VERIFY_VALUE_CONTRADICTS
        work.proof.problem(kind, one.place, expected=difference.expected, found=difference.found)
