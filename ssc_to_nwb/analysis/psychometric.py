"""How well an animal answers, and how its choice depends on the position of the pole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

_MOST_POSITIONS = 12
_MOST_BINS = 8
LEAST_ANSWERS = 3
"""Fewer answers than these have no share of correct ones, nor a point of the curve."""
WINDOW = 21
"""Trials that the running share is of."""
_Z_95 = 1.959964


def is_answer(outcome: np.ndarray) -> np.ndarray:
    """Which outcomes (T,) are answers, bool (T,)."""
    return np.isin(outcome, ["hit", "error"])


def share_correct(outcome: np.ndarray) -> float:
    """Share of hits among hits and errors; NaN where there are neither."""
    answered = is_answer(outcome)
    return float(np.mean(outcome[answered] == "hit")) if answered.any() else float("nan")


def running_performance(outcome: np.ndarray, *, chosen: np.ndarray | None = None, window: int = WINDOW) -> np.ndarray:
    """Share of hits among the answers in a window of trials centred on each, (T,); NaN with fewer than 3 answers.

    chosen: bool (T,), the trials whose answers count. The window is of all trials, so that it spans the same part of
    the session whichever of them are chosen.
    """
    counted = is_answer(outcome) if chosen is None else chosen & is_answer(outcome)
    answers = pd.Series(np.where(counted, outcome == "hit", np.nan))
    # A session shorter than the window has one that its first and last trials can be the centre of.
    around = answers.rolling(min(window, 2 * ((outcome.size - 1) // 2) + 1), center=True, min_periods=1)
    shares: np.ndarray = around.mean().where(around.count() >= LEAST_ANSWERS).to_numpy()
    return shares


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
    used = is_answer(response) & np.isin(correct_side, ["left", "right"]) & np.isfinite(position)
    place = position[used]
    right = (correct_side[used] == "right") == (response[used] == "hit")
    positions, group = np.unique(place, return_inverse=True)
    if positions.size > _MOST_POSITIONS or place.size < LEAST_ANSWERS * positions.size:
        bins = max(1, min(_MOST_BINS, place.size // LEAST_ANSWERS))
        rank = np.argsort(np.argsort(place, kind="stable"), kind="stable")
        group = rank * bins // place.size
    choices = pd.DataFrame({"position": place, "right": right}).groupby(group)
    return ChoiceCurve(
        position=choices["position"].mean().to_numpy(),
        right=choices["right"].sum().to_numpy(np.int64),
        answers=choices.size().to_numpy(),
    )
