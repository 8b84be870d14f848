"""How an animal's choice depends on the position of the pole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_MOST_POSITIONS = 12
_MOST_BINS = 8
_LEAST_ANSWERS = 3
_Z_95 = 1.959964


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceCurve:
    """Choices by pole position.

    position: (N,), mean of the trials; rising; right: (N,), choices of the right side; answers: (N,), choices of either
    side.
    """

    position: np.ndarray
    right: np.ndarray
    answers: np.ndarray

    @property
    def share_right(self) -> np.ndarray:
        """Share of right choices among the answers."""
        share: np.ndarray = self.right / self.answers
        return share

    def interval(self) -> tuple[np.ndarray, np.ndarray]:
        """Wilson's 95 % interval of the share, low and high."""
        share, n = self.share_right, self.answers
        middle = (share + _Z_95**2 / (2 * n)) / (1 + _Z_95**2 / n)
        half = _Z_95 / (1 + _Z_95**2 / n) * np.sqrt(share * (1 - share) / n + _Z_95**2 / (4 * n**2))
        return np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)


def choice_curve(*, position: np.ndarray, correct_side: np.ndarray, response: np.ndarray) -> ChoiceCurve:
    """Count choices by the position of the pole.

    A choice is the side of the lick that answered: the correct side in a hit, the other one in an error. Trials without
    an answer, a side or a position are left out. Where there are more than 12 positions, or fewer than 3 answers for
    each, neighbouring ones are counted together, in at most 8 bins of as many answers each.

    position: (T,), in any unit; correct_side: (T,), `left` or `right`; response: (T,), `hit`, `error` or other.
    """
    used = np.isin(response, ["hit", "error"]) & np.isin(correct_side, ["left", "right"]) & np.isfinite(position)
    place = position[used]
    right = (correct_side[used] == "right") == (response[used] == "hit")
    positions, group = np.unique(place, return_inverse=True)
    if positions.size > _MOST_POSITIONS or place.size < _LEAST_ANSWERS * positions.size:
        bins = max(1, min(_MOST_BINS, place.size // _LEAST_ANSWERS))
        rank = np.argsort(np.argsort(place, kind="stable"), kind="stable")
        _, group = np.unique(rank * bins // place.size, return_inverse=True)
    count = int(group.max()) + 1 if group.size else 0
    answers = np.bincount(group, minlength=count)
    return ChoiceCurve(
        position=np.bincount(group, weights=place, minlength=count) / np.maximum(answers, 1),
        right=np.bincount(group, weights=right.astype(np.float64), minlength=count).astype(np.int64),
        answers=answers,
    )
